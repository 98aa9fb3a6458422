using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// The records of a text file as DuckDB sees them: text in the columns <c>c_0, c_1 ...</c>, and what of it fits the columns' types.
/// </summary>
/// <param name="Relation">A table function call that gives the text.</param>
/// <param name="Options">How numbers and dates are written.</param>
internal sealed record TextRows(string Relation, CsvOptions Options)
{
    /// <summary>
    /// The longest record in bytes. One of a file is shorter, but may be quoted anew and so made longer; rows that a database or code
    /// writes may be as long.
    /// </summary>
    public const int MaxRecordBytes = 4 * CsvScanner.MaxRecordBytes;

    // DuckDB's own: else it would be as many times that as the longest record is longer than DuckDB's.
    private const int BufferBytes = 32_000_000;

    private const string Unfit = "workflow_unfit";

    private const string TooLong = "Maximum line size";

    public static bool IsUnfit(TaskFailureException error) => error.Message.Contains(Unfit, StringComparison.Ordinal);

    /// <summary>Whether a row is longer than <see cref="MaxRecordBytes"/>.</summary>
    public static bool IsTooLong(TaskFailureException error) => error.Message.Contains(TooLong, StringComparison.Ordinal);

    /// <summary>The records of a CSV file.</summary>
    /// <param name="quotedNulls">Whether an empty field in quotes is a null too, rather than an empty text.</param>
    public static TextRows Csv(IReadOnlyList<string> files, CsvDialect dialect, bool quotedNulls = true)
    {
        var types = string.Join(", ", dialect.Names.Select((_, index) => $"'c_{index}': 'VARCHAR'"));
        var nulls = string.Join(", ", dialect.Options.Nulls.Prepend("").Select(Sql.Literal));
        return new TextRows(
            $"""
            read_csv(
                [{string.Join(", ", files.Select(Sql.Literal))}], columns = {'{'}{types}{'}'}, auto_detect = false, header = false,
                delim = {Sql.Literal(dialect.Delimiter.ToString())}, quote = {Sql.Literal(dialect.Quote.ToString())},
                escape = {Sql.Literal(dialect.Escape.ToString())}, nullstr = [{nulls}], allow_quoted_nulls = {(quotedNulls ? "true" : "false")},
                compression = 'none', comment = '', new_line = '\n', max_line_size = {MaxRecordBytes}, buffer_size = {BufferBytes},
                strict_mode = true, null_padding = false, ignore_errors = false, hive_partitioning = false)
            """,
            dialect.Options);
    }

    /// <summary>A SELECT of the rows; it fails where a value does not fit.</summary>
    public string Typed(IReadOnlyList<Column> columns, bool found)
    {
        var terms = columns.Select((column, index) =>
            $"{CsvTypes.Fitting(index, column, found, Options, $"error('{Unfit}')")} AS {Sql.Name(column.Name)}");
        return $"SELECT {string.Join(", ", terms)} FROM ({CsvTypes.Values(Relation, columns, Options)})";
    }

    /// <summary>The first value of each row that does not fit, in the order of the rows.</summary>
    public IEnumerable<UnfitValue> FindUnfit(DuckDbOptions options, IReadOnlyList<Column> columns, CancellationToken cancellationToken)
    {
        // On one thread rows come in the order of the file, which numbers them.
        using var session = new DuckDbSession(options with { Threads = 1 });
        TextFunctions.Register(session);
        var tests = columns.Index().Where(pair => pair.Item.Type != "VARCHAR").Select(pair =>
            $"WHEN c_{pair.Index} IS NOT NULL AND {CsvTypes.Fitting(pair.Index, pair.Item, found: false, Options, "NULL")} IS NULL THEN {pair.Index}").ToList();
        if (tests.Count == 0)
            yield break;
        var texts = columns.Select((_, index) => $"WHEN {index} THEN c_{index}");
        var sql = $"""
            SELECT row, bad, CASE bad {string.Join(' ', texts)} END AS value FROM (
                SELECT *, CASE {string.Join(' ', tests)} END AS bad
                FROM (SELECT row_number() OVER () AS row, * FROM ({CsvTypes.Values(Relation, columns, Options)})))
            WHERE bad IS NOT NULL
            """;
        foreach (var chunk in session.Stream(sql, null, cancellationToken))
        {
            var (rows, bad, values) = (chunk.Longs(0), chunk.Longs(1), chunk.Strings(2));
            foreach (var (index, row) in rows.Index())
                yield return new UnfitValue(row, (int)bad[index], values[index]!);
        }
    }

    /// <summary>The types that all rows fit.</summary>
    /// <param name="sample">Fewer rows to begin with.</param>
    public IReadOnlyList<Column> Infer(
        DuckDbOptions options, TextRows sample, IReadOnlyList<string> names, IReadOnlyList<Column>? refuted,
        CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(options with { Threads = options.ReadThreads });
        TextFunctions.Register(session);
        if (refuted is not null)
            return Decided(CsvTypes.Infer(session, Relation, refuted, Options, cancellationToken));
        var columns = CsvTypes.Infer(session, sample.Relation, [.. names.Select(CsvTypes.First)], Options, cancellationToken);

        // A column that is empty in the sample says nothing; only such columns are read before the file is.
        if (columns.All(column => column.Type != CsvTypes.Undecided))
            return columns;
        var open = CsvTypes.Infer(
            session, Relation,
            [.. columns.Select(column => column.Type
                == CsvTypes.Undecided ? CsvTypes.First(column.Name) : column with { Type = "VARCHAR" })],
            Options, cancellationToken);
        return [.. Decided(open).Zip(columns, (whole, some) => some.Type == CsvTypes.Undecided ? whole : some)];
    }

    private static IReadOnlyList<Column> Decided(IReadOnlyList<Column> columns) =>
        [.. columns.Select(column => column.Type == CsvTypes.Undecided ? column with { Type = "VARCHAR" } : column)];
}
