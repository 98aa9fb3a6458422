namespace Workflow.Data.Files;

/// <summary>Holds a file's columns against those that its author expects.</summary>
internal static class ExpectedColumns
{
    /// <exception cref="TaskFailureException">A type is unknown.</exception>
    public static IReadOnlyList<Column> Normalise(IReadOnlyList<Column> expected)
    {
        var columns = expected.Select(column => column with { Type = column.Type.Trim().ToUpperInvariant() }).ToList();
        return columns.FirstOrDefault(column => !CsvTypes.IsKnown(column.Type)) is { } unknown
            ? throw new TaskFailureException(
                $"Column '{unknown.Name}' cannot be read as {unknown.Type}. There are VARCHAR, BOOLEAN, BIGINT, INTEGER "
                + "and the other integers, FLOAT, DOUBLE, DECIMAL(width, scale), DATE, TIME, TIMESTAMP and TIMESTAMP WITH TIME ZONE.",
                retryable: false)
            : columns;
    }

    public static void RequireNames(DataFile file, IReadOnlyList<Column> expected, IReadOnlyList<string> names)
    {
        var wanted = expected.Select(column => column.Name).ToList();
        if (wanted.SequenceEqual(names))
            return;
        var missing = wanted.Except(names).ToList();
        var unexpected = names.Except(wanted).ToList();
        if (missing.Count == 0 && unexpected.Count == 0)
            throw file.Failure(
                $"has its columns in another order: expected {string.Join(", ", wanted)}, found {string.Join(", ", names)}.");
        var complaints = new List<string>();
        if (missing.Count > 0)
            complaints.Add($"missing {string.Join(", ", missing)}");
        if (unexpected.Count > 0)
            complaints.Add($"unexpected {file.Shown(unexpected)}");
        throw file.Failure($"does not have the expected columns: {string.Join("; ", complaints)}.");
    }

    public static void RequireTypes(DataFile file, IReadOnlyList<Column> expected, IReadOnlyList<Column> found)
    {
        RequireNames(file, expected, [.. found.Select(column => column.Name)]);
        var wrong = expected.Zip(found).Where(pair => pair.First.Type.Replace(
            " ", "", StringComparison.Ordinal) != pair.Second.Type.Replace(" ", "", StringComparison.Ordinal));
        var complaints = wrong.Select(pair => $"'{pair.First.Name}' is {pair.Second.Type}, not {pair.First.Type}").ToList();
        if (complaints.Count > 0)
            throw file.Failure($"has columns of other types: {string.Join("; ", complaints)}.");
    }
}
