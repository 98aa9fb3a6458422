namespace Workflow;

/// <summary>Where a dataset version is written to, outside of the engine.</summary>
public abstract record Sink
{
    private protected Sink()
    {
    }

    /// <summary>
    /// A CSV file: a header, commas, UTF-8, a line feed after each row. It replaces a file of that name at once and whole.
    /// </summary>
    /// <param name="path">The file's path.</param>
    public static CsvSink Csv(string path) => new(path);

    /// <summary>A Parquet file. It replaces a file of that name at once and whole.</summary>
    /// <param name="path">The file's path.</param>
    public static ParquetSink Parquet(string path) => new(path);

    /// <summary>
    /// A table of a PostgreSQL database, made if it does not exist. Its whole content is replaced in one transaction: who reads it sees all
    /// of the old rows or all of the new ones. With keys, rows of the same keys are updated, others added, and the rest stays.
    /// </summary>
    /// <param name="connection">
    /// The name of a connection: the worker's environment has its connection string as <c>Connections__NAME</c>. No secret is in a DAG.
    /// </param>
    /// <param name="table">The table, with its schema or without.</param>
    /// <param name="keys">The columns of a unique index of the table, for rows to be told apart by; none to replace all.</param>
    public static PostgresSink Postgres(string connection, string table, params string[] keys) => new(connection, table, keys);
}

/// <summary>A table of a PostgreSQL database; see <see cref="Sink.Postgres"/>.</summary>
/// <param name="Connection">The name of a connection.</param>
/// <param name="Table">The table, with its schema or without.</param>
/// <param name="Keys">What rows are told apart by; empty to replace all.</param>
public sealed record PostgresSink(string Connection, string Table, IReadOnlyList<string> Keys) : Sink;

/// <summary>A CSV file; see <see cref="Sink.Csv"/>.</summary>
/// <param name="Path">The file's path.</param>
public sealed record CsvSink(string Path) : Sink;

/// <summary>A Parquet file; see <see cref="Sink.Parquet"/>.</summary>
/// <param name="Path">The file's path.</param>
public sealed record ParquetSink(string Path) : Sink;
