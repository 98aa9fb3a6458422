using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>Makes plans of checks: one for each, or one for each slice.</summary>
internal static class CheckPlanner
{
    private const int MostSlices = 500;
    private const string Between = "/";

    public static IEnumerable<CheckPlan> Plan(DataCheck check, DuckDbSession session, CheckScan scan)
    {
        var where = CheckViews.Where(check, scan);
        if (check.Policy?.Slice is not { } columns)
            return [One(check, new CheckRows(where, [], Conditions.True), null, session, scan)];
        try
        {
            Columns.Require(columns, scan.Schema);
            var slices = Slices(columns, where, scan);
            var plans = slices.Select(slice => One(check, new CheckRows(where, columns, slice.Condition), slice.Name, session, scan));
            var missing = (check.Policy.ExpectedSlices ?? []).Except(slices.Select(slice => slice.Name));
            return [.. plans, .. missing.Select(name => Problem(check, name, $"There are no rows of the slice '{name}'."))];
        }
        catch (CheckProblemException problem)
        {
            return [Problem(check, null, problem.Message)];
        }
    }

    private static CheckPlan One(DataCheck check, CheckRows rows, string? slice, DuckDbSession session, CheckScan scan)
    {
        try
        {
            if (check.Kind == CheckKind.UnexpectedRows)
            {
                var (judge, samples) = TableChecks.Unexpected(check, rows.All, session, scan);
                return new CheckPlan(check, rows.All, slice, scan.Count(rows.All), judge) { Samples = samples };
            }

            if (check.Kind != CheckKind.ColumnExists)
                Columns.Require(Columns.All(check), scan.Schema);
            if ((TableChecks.Plan(check, rows.All, scan) ?? ColumnChecks.Plan(check, rows, scan)) is { } whole)
                return new CheckPlan(check, rows.All, slice, scan.Count(rows.All), whole);
            return RowChecks.Of(check, rows, scan) is { } condition
                ? RowChecks.Plan(check, rows.All, slice, condition, scan)
                : throw new ArgumentOutOfRangeException(nameof(check), check.Kind, "No such check.");
        }
        catch (CheckProblemException problem)
        {
            return Problem(check, slice, problem.Message);
        }
    }

    private static CheckPlan Problem(DataCheck check, string? slice, string message) =>
        new(check, "false", slice, () => 0, () => Finding.Problem(message));

    private static List<(string Name, string Condition)> Slices(IReadOnlyList<string> columns, string where, CheckScan scan)
    {
        var texts = columns.Select(column => $"CAST({Sql.Name(column)} AS VARCHAR)").ToList();
        var rows = scan.Query(
            $"SELECT DISTINCT {string.Join(", ", texts)} FROM {CheckScan.View} WHERE {where} ORDER BY ALL LIMIT {MostSlices + 1}");
        if (rows.Count > MostSlices)
            throw new CheckProblemException(
                $"There are more than {MostSlices} slices of {string.Join(", ", columns)}: slice by columns of fewer values.");
        return [.. rows.Select(row =>
        {
            var values = columns.Select((_, index) => (string?)row[index]).ToList();
            return (
                string.Join(Between, values.Select(value => value ?? "null")),
                Conditions.All(texts.Zip(values, (text, value) => $"{text} IS NOT DISTINCT FROM {scan.Bind(value)}")));
        })];
    }
}
