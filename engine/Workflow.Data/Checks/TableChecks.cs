using System.Globalization;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>Checks of the table: its number of rows and its columns.</summary>
internal static class TableChecks
{
    /// <summary>Plans a check; null when it is of another shape.</summary>
    public static Func<Finding>? Plan(DataCheck check, string rows, CheckScan scan)
    {
        var names = scan.Schema.Select(column => column.Name).ToList();
        var wanted = check.Values ?? [];
        Func<Finding> Listed(bool passes) => () => new Finding(
            passes, names.Count, null, $"The columns are {string.Join(", ", names)}; allowed: {Thresholds.Of(check)}.");
        switch (check.Kind)
        {
            case CheckKind.RowCount:
                var count = scan.Count(rows);
                return () => RowCount(check, count());
            case CheckKind.RowCountEqualsOther:
                var own = scan.Count(rows);
                var other = (long)scan.Query($"SELECT count(*) FROM {Sql.Name(Columns.OtherView(check.Other!))}")[0][0]!;
                return () => new Finding(
                    own() == other, own(), null,
                    string.Create(CultureInfo.InvariantCulture,
                        $"The dataset has {own()} rows and {check.Other!.Key} {other}; allowed: the same number."));
            case CheckKind.ColumnCount:
                return () => ColumnChecks.Bounded(check, "The number of columns", names.Count);
            case CheckKind.ColumnsMatchSet:
                return Listed(wanted.All(names.Contains) && (check.Match != MatchRule.All || names.All(wanted.Contains)));
            case CheckKind.ColumnsInOrder:
                return Listed(names.SequenceEqual(wanted));
            case CheckKind.ColumnExists:
                return Listed(names.Contains(check.Column!));
            case CheckKind.OfType:
                var type = scan.Schema.First(column => column.Name == check.Column).Type;
                var passes = wanted.Any(each => type.Equals(each, StringComparison.OrdinalIgnoreCase)
                    || type.StartsWith(each + "(", StringComparison.OrdinalIgnoreCase));
                return () => new Finding(passes, null, null, $"Column '{check.Column}' is {type}; allowed: {Thresholds.Of(check)}.");
            default:
                return null;
        }
    }

    /// <summary>A query for rows that should not be there.</summary>
    /// <exception cref="CheckProblemException">It is not one <c>SELECT</c>.</exception>
    public static (Func<Finding> Judge, string Samples) Unexpected(DataCheck check, string rows, DuckDbSession session, CheckScan scan)
    {
        var sql = check.Values![0].Trim().TrimEnd(';');

        // Without the places that rows have for other checks: these would make all of them differ.
        var input = $"WITH input AS (SELECT * FROM {CheckViews.Plain} WHERE {rows}) SELECT * FROM (\n{sql}\n)";
        if (!session.IsSelect(input))
            throw new CheckProblemException("The SQL must be one SELECT over input: the rows that it gives are the unexpected ones.");
        var failing = (long)scan.Query($"SELECT count(*) FROM ({input})")[0][0]!;
        return (
            () => new Finding(
                failing == 0, failing, failing,
                string.Create(CultureInfo.InvariantCulture,
                    $"The query gives {failing} unexpected rows; allowed: {Thresholds.Of(check)}.")),
            input);
    }

    private static Finding RowCount(DataCheck check, long rows)
    {
        var passes = !(rows < check.Minimum) && !(rows > check.Maximum);
        return new Finding(
            passes, rows, null,
            string.Create(CultureInfo.InvariantCulture, $"The dataset has {rows} rows; allowed: {Thresholds.Of(check)}."));
    }
}
