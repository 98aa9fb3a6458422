using Workflow.Artifacts;
using Workflow.Data.DuckDb;
using Workflow.Data.Lineage;
using Workflow.Data.Profiles;

namespace Workflow.Data;

/// <summary>
/// Writes relations as Parquet into the artifact store so that the same rows always make the same bytes, and so the same hash. Four
/// things see to that:
/// <list type="bullet">
/// <item>rows are in a total order, so it does not matter in which order they were found. A file has one already, that of its rows: it is
/// kept;</item>
/// <item>a query runs on one thread, because sums of floating point numbers depend on the order of adding. A file, which is read row by
/// row, is read by several, each of which makes whole row groups;</item>
/// <item>row groups have one size, and the compression is zstd at DuckDB's fixed level;</item>
/// <item>DuckDB's Parquet files hold no time, host or path. They name DuckDB's version, so it is given with each stored dataset.</item>
/// </list>
/// </summary>
/// <param name="store">Where the files go.</param>
/// <param name="options">The share of memory; of the threads only those that read files are used.</param>
public sealed class DatasetWriter(IArtifactStore store, DuckDbOptions? options = null)
{
    /// <summary>Rows of one Parquet row group; DuckDB's default, fixed here because the bytes depend on it.</summary>
    public const int RowGroupRows = 122_880;

    // No author writes a parameter of this name, and the values of a query cannot hide it: it is added last.
    private const string FileParameter = "workflow_file";

    private readonly DuckDbOptions options = (options ?? new DuckDbOptions()) with { Threads = 1 };

    /// <summary>Runs the query, writes its rows and commits the file.</summary>
    /// <exception cref="TaskFailureException">The text is not one <c>SELECT</c>, or DuckDB failed in it; the message says why.</exception>
    /// <exception cref="WorkflowException">The store cannot be written to; the message names its folder.</exception>
    /// <exception cref="OperationCanceledException">The query was interrupted; nothing is committed.</exception>
    public Task<StoredDataset> WriteAsync(DatasetQuery query, CancellationToken cancellationToken) =>
        WriteAsync(query, static (session, query, _) => Views.Create(session, query.Inputs), cancellationToken);

    /// <param name="prepare">Makes what the SQL reads.</param>
    internal async Task<StoredDataset> WriteAsync(
        DatasetQuery query, Action<DuckDbSession, DatasetQuery, CancellationToken> prepare, CancellationToken cancellationToken)
    {
        var staged = store.Stage();
        try
        {
            // DuckDB blocks its thread; the caller's may have a heartbeat to send.
            var (schema, sketch, lineage) = await Task.Run(
                () => Write(query, prepare, staged, cancellationToken), cancellationToken).ConfigureAwait(false);
            var (sha256, bytes) = await store.CommitAsync(staged, cancellationToken).ConfigureAwait(false);
            return new StoredDataset(sha256, bytes, sketch.Rows, schema, sketch.Profile(), $"duckdb {DuckDbSession.Version}")
            {
                Sketch = sketch.ToBytes(),
                Lineage = lineage,
            };
        }
        finally
        {
            File.Delete(staged);
        }
    }

    private static string Select(string sql)
    {
        // A closing semicolon ends a statement but cannot stand inside the brackets of COPY.
        return sql.Trim().TrimEnd(';');
    }

    private static string OrderClause(IReadOnlyList<Column> schema, IReadOnlyList<string> first)
    {
        if (first.Count == 0)
            return "ALL";
        var names = schema.Select(column => column.Name).ToList();
        if (first.Except(names, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new TaskFailureException($"Cannot order by '{unknown}': the columns are {string.Join(", ", names)}.", retryable: false);
        return Sql.Names(first.Concat(names.Except(first, StringComparer.Ordinal)));
    }

    private (IReadOnlyList<Column> Schema, DatasetSketch Sketch, IReadOnlyList<ColumnEdge> Lineage) Write(
        DatasetQuery query, Action<DuckDbSession, DatasetQuery, CancellationToken> prepare, string staged,
        CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(query.KeepsOrder ? options with { Threads = options.ReadThreads } : options);
        prepare(session, query, cancellationToken);

        // Text that is one whole SELECT cannot break out of the brackets that it is put into below.
        var select = Select(query.Sql);
        if (!session.IsSelect(select))
            throw new TaskFailureException("The SQL must be one SELECT: a dataset is its rows.", retryable: false);
        var schema = session.Describe(select, query.Values, cancellationToken);
        if (schema.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new TaskFailureException(
                $"The SELECT gives the column '{twice.Key}' more than once: name each column once with AS.", retryable: false);

        var values = new Dictionary<string, object?>(query.Values) { [FileParameter] = staged };
        var rows = session.Query(
            $"""
            COPY (SELECT * FROM (
            {select}
            ){(query.KeepsOrder ? "" : $" ORDER BY {OrderClause(schema, query.OrderBy)}")})
            TO ${FileParameter} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {RowGroupRows})
            """,
            values,
            cancellationToken)[0].Long("Count");
        query.Log.Done(rows, "written; taking their profile");
        var sketch = Profiler.Profile(session, staged, schema, query.Hidden, cancellationToken);
        query.Log.Done(rows, "have their profile; storing them");
        return (schema, sketch, ColumnLineage.Of(session, select, query.Inputs.Keys, schema, cancellationToken));
    }
}
