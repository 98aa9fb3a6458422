namespace Workflow;

/// <summary>Where a dataset version is written to, outside of the engine.</summary>
public abstract record Sink
{
    private protected Sink()
    {
    }

    /// <summary>A CSV file: a header, commas, UTF-8, a line feed after each row. It replaces a file of that name at once and whole.</summary>
    /// <param name="path">The file's path.</param>
    public static CsvSink Csv(string path) => new(path);

    /// <summary>A Parquet file. It replaces a file of that name at once and whole.</summary>
    /// <param name="path">The file's path.</param>
    public static ParquetSink Parquet(string path) => new(path);
}

/// <summary>A CSV file; see <see cref="Sink.Csv"/>.</summary>
/// <param name="Path">The file's path.</param>
public sealed record CsvSink(string Path) : Sink;

/// <summary>A Parquet file; see <see cref="Sink.Parquet"/>.</summary>
/// <param name="Path">The file's path.</param>
public sealed record ParquetSink(string Path) : Sink;
