using System.IO.Compression;

namespace Workflow.Data.Files;

/// <summary>
/// The content of a gzip file of one or more members. One that is damaged or cut short fails with <see cref="DataFile.Failure"/>.
/// </summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of a cut file for the end of its content. So once it gives no more, one more member follows,
/// whose content is known: it comes back as it is only where everything before it was whole. Padding behind the last member ends the
/// reading, and is not read on.
/// </remarks>
internal sealed class GzipContent : ForwardStream
{
    private static readonly byte[] Probe = "workflow"u8.ToArray();
    private static readonly byte[] ProbeMember = Packed(Probe);

    private readonly DataFile file;
    private readonly Members members;
    private readonly GZipStream content;

    public GzipContent(DataFile file, Stream packed)
    {
        this.file = file;
        members = new Members(packed);
        content = new GZipStream(members, CompressionMode.Decompress);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            var read = content.Read(buffer, offset, count);
            if (read == 0 && count > 0 && !IsWhole())
                throw new InvalidDataException("it ends in the middle of its content.");
            return read;
        }
        catch (InvalidDataException error)
        {
            throw file.Failure($"cannot be unpacked: {error.Message}", error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        content.Dispose();
        base.Dispose(disposing);
    }

    private bool IsWhole()
    {
        members.Append(ProbeMember);
        var found = new byte[Probe.Length + 1];
        var read = content.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
        return !members.IsAppendedRead || found.AsSpan(0, read).SequenceEqual(Probe);
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>A file, and what is appended to it.</summary>
    private sealed class Members(Stream packed) : ForwardStream
    {
        private ReadOnlyMemory<byte> appended;

        public bool IsAppendedRead { get; private set; }

        public void Append(byte[] member) => (appended, IsAppendedRead) = (member, false);

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = packed.Read(buffer, offset, count);
            if (read > 0)
                return read;
            read = Math.Min(count, appended.Length);
            appended[..read].CopyTo(buffer.AsMemory(offset));
            (appended, IsAppendedRead) = (appended[read..], IsAppendedRead || read > 0);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            packed.Dispose();
            base.Dispose(disposing);
        }
    }
}
