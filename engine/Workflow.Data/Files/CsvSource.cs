using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Reads a CSV file as RFC 4180 has it: a header with a name for each column, records of that many fields, quotes doubled within
/// quotes, UTF-8 with or without a byte order mark. Fields are separated by comma, semicolon, tab or bar, whichever the header has
/// most of. An empty field is a null, quoted or not; blank lines between records of several columns hold none. Anything else is an
/// error with its line: no row is skipped, padded or guessed.
/// </summary>
internal static class CsvSource
{
    private const string FileParameter = "workflow_source";
    private const string Delimiters = ",;\t|";

    /// <summary>Puts the file behind a SELECT whose columns have their types.</summary>
    /// <param name="expected">The columns that the file must have; null to find the types out, which reads the file once more.</param>
    public static CsvQuery Open(
        DuckDbSession session, DataFile file, IReadOnlyList<Column>? expected, CancellationToken cancellationToken)
    {
        var (names, delimiter) = Header(file);
        var values = new Dictionary<string, object?> { [FileParameter] = file.Path };
        if (expected is not null)
            ExpectedColumns.RequireNames(file, expected, names);
        var columns = expected;
        try
        {
            columns ??= CsvTypes.Infer(
                session, Reader(file, [.. names.Select(name => new Column(name, "VARCHAR"))], delimiter), values, names, cancellationToken);
        }
        catch (TaskFailureException error)
        {
            throw CsvErrors.Explain(file, [], delimiter, error);
        }

        // Where DuckDB's reader would round 1.5 to 2 or cut the time from a date, it reads text, and the conversion refuses what
        // does not fit.
        var read = columns.Select(column => CsvTypes.Strict(column.Type) is null ? column : column with { Type = "VARCHAR" }).ToList();
        var terms = columns.Select((column, index) => $"{Converted(column, index)} AS {Sql.Name(column.Name)}");
        return new CsvQuery($"SELECT {string.Join(", ", terms)} FROM {Reader(file, read, delimiter)}", values, columns, delimiter);
    }

    /// <summary>What separates the fields of a file that was read.</summary>
    public static char Delimiter(DataFile file) => Header(file).Delimiter;

    private static string Converted(Column column, int index)
    {
        var name = Sql.Name(column.Name);
        if (CsvTypes.Strict(column.Type) is not { } pattern)
            return name;
        var cast = $"TRY_CAST({name} AS {column.Type})";
        return $"CASE WHEN {name} IS NULL THEN NULL "
            + $"WHEN regexp_full_match({name}, {Sql.Literal(pattern)}) AND {cast} IS NOT NULL THEN {cast} "
            + $"ELSE error('{CsvErrors.Marker}:{index}:' || {name}) END";
    }

    private static string Reader(DataFile file, IReadOnlyList<Column> columns, char delimiter)
    {
        var types = string.Join(", ", columns.Select(column => $"{Sql.Literal(column.Name)}: {Sql.Literal(column.Type)}"));
        return $"""
            read_csv(
                ${FileParameter}, columns = {'{'}{types}{'}'}, auto_detect = false, header = true,
                delim = {Sql.Literal(delimiter.ToString())}, quote = '"', escape = '"', nullstr = '',
                strict_mode = true, null_padding = false, ignore_errors = false, hive_partitioning = false,
                compression = '{(file.Format == FileFormat.GzipCsv ? "gzip" : "none")}')
            """;
    }

    private static (IReadOnlyList<string> Names, char Delimiter) Header(DataFile file)
    {
        try
        {
            string whole;
            using (var text = file.OpenText())
                whole = CsvRecords.Read(text, delimiter: null).First().Fields[0];
            if (whole.Contains('\uFFFD', StringComparison.Ordinal))
                throw file.Failure($"has a header, line 1, that is not UTF-8: {whole} Convert the file to UTF-8.");
            var delimiter = Delimiters.MaxBy(candidate => whole.Count(letter => letter == candidate));
            using (var text = file.OpenText())
                return (Named(file, CsvRecords.Read(text, delimiter).First().Fields), delimiter);
        }
        catch (InvalidDataException error)
        {
            throw file.Failure($"cannot be unpacked: {error.Message}", error);
        }
    }

    private static IReadOnlyList<string> Named(DataFile file, IReadOnlyList<string> names)
    {
        if (names.Index().FirstOrDefault(pair => string.IsNullOrWhiteSpace(pair.Item)) is { Item: not null } blank)
            throw file.Failure(
                $"has no name for column {blank.Index + 1} in its header, line 1: {string.Join(", ", names.Select(name => $"'{name}'"))}.");

        // DuckDB tells columns apart without regard to case.
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw file.Failure(
                $"names column '{twice.Key}' {twice.Count()} times in its header, line 1; names that differ only in case are the same.");
        return names;
    }
}

/// <param name="Sql">A SELECT that gives the file's rows.</param>
/// <param name="Values">The values that it refers to.</param>
/// <param name="Columns">What it gives.</param>
/// <param name="Delimiter">What separates the file's fields.</param>
internal sealed record CsvQuery(string Sql, IReadOnlyDictionary<string, object?> Values, IReadOnlyList<Column> Columns, char Delimiter);
