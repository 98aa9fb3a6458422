using Workflow.Artifacts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Stores rows that a database wrote as CSV: no header, every text in quotes, a null as nothing. Their types are the database's own, so
/// they are cast and not found out.
/// </summary>
/// <param name="store">Where the dataset goes.</param>
/// <param name="options">The share of memory.</param>
public sealed class CopiedRows(IArtifactStore store, DuckDbOptions? options = null)
{
    // The rows of one file in their order, whatever the threads: one reads.
    private readonly DuckDbOptions options = (options ?? new DuckDbOptions()) with { ReadThreads = 1 };

    /// <summary>Stores the rows of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Its columns, with their DuckDB types.</param>
    /// <param name="source">Where the rows come from, in words.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <exception cref="TaskFailureException">A row is too long.</exception>
    public async Task<StoredDataset> StoreAsync(
        string path, IReadOnlyList<Column> columns, string source, CancellationToken cancellationToken)
    {
        var dialect = new CsvDialect(new CsvOptions(), ',', [.. columns.Select(column => column.Name)], CsvEncodings.Utf8Name);
        var rows = TextRows.Csv([path], dialect, quotedNulls: false);
        var terms = columns.Select((column, index) => $"CAST(c_{index} AS {column.Type}) AS {Sql.Name(column.Name)}");
        var query = new DatasetQuery($"SELECT {string.Join(", ", terms)} FROM {rows.Relation}") { KeepsOrder = true };
        try
        {
            var stored = await new DatasetWriter(store, options).WriteAsync(query, static (_, _, _) => { }, cancellationToken)
                .ConfigureAwait(false);
            return stored with { Source = SourceFile.Of(source, null, null, "copied rows"), Counts = new RowCounts(stored.Rows) };
        }
        catch (TaskFailureException error) when (TextRows.IsTooLong(error))
        {
            throw new TaskFailureException(
                $"A row of {source} is longer than {TextRows.MaxRecordBytes} bytes; leave out what is that long.", retryable: false, error);
        }
    }
}
