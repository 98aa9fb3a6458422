using Workflow.Contracts;

namespace Workflow.Data.Files;

/// <summary>What a file holds.</summary>
internal enum FileFormat
{
    Csv,
    GzipCsv,
    Parquet,
}

/// <summary>A local file to read from, known by what it begins with rather than by its name.</summary>
/// <param name="Name">What messages call it: the path or address that the author gave.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record DataFile(string Name, string Path, FileFormat Format)
{
    /// <summary>The columns of which messages show no values.</summary>
    public IReadOnlySet<string> Masked { get; init; } = new HashSet<string>();

    private const int HeadBytes = 4096;

    /// <exception cref="TaskFailureException">It is neither text nor Parquet.</exception>
    public static DataFile Open(FileToRead source, string path)
    {
        var name = FileFetcher.Name(source.File);
        var head = Head(name, path);
        if (head.AsSpan().StartsWith("PAR1"u8))
            return new DataFile(name, path, FileFormat.Parquet);
        var gzip = head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);
        var file = new DataFile(name, path, gzip ? FileFormat.GzipCsv : FileFormat.Csv);
        if (gzip)
        {
            using var content = file.OpenBytes();
            head = Read(content);
        }

        var text = head.AsSpan();
        var wide = text.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || text.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff])
            || (source is CsvSource { Options.Encoding: { } encoding } && CsvEncodings.IsWide(CsvEncodings.Named(encoding)));
        if (!wide && text.Contains((byte)0))
            throw file.Failure("is neither CSV (also gzip) nor Parquet: it holds zero bytes.");
        return file;
    }

    /// <summary>The content of a CSV file, unpacked.</summary>
    public Stream OpenBytes()
    {
        var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Format == FileFormat.GzipCsv ? new GzipContent(this, stream) : stream;
    }

    /// <summary>What a file without a header gives for names are values.</summary>
    public string Shown(IEnumerable<string> names) => string.Join(", ", Masked.Count == 0 ? names : names.Select(_ => $"'{Mask.Text}'"));

    /// <summary>The same file would fail the same way again.</summary>
    public TaskFailureException Failure(string complaint, Exception? inner = null) =>
        new($"The file {Name} {complaint}", retryable: false, inner);

    private static byte[] Head(string name, string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TaskFailureException($"The file {name} cannot be read: {error.Message}", retryable: true, error);
        }
    }

    private static byte[] Read(Stream stream)
    {
        var buffer = new byte[HeadBytes];
        return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}
