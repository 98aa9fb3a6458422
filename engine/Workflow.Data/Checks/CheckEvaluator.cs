using System.Globalization;
using Workflow.Data.Checks;
using Workflow.Data.DuckDb;
using Workflow.Runs;

namespace Workflow.Data;

/// <summary>
/// Evaluates checks over a Parquet file. All counts come from one scan, except those of a unique check, which has to group its
/// column; failing checks then fetch up to five sample rows each. The meaning of each check is Great Expectations': nulls are
/// dropped before the share of passing values is taken, and a column without values passes.
/// </summary>
public static class CheckEvaluator
{
    private const int SampleRows = 5;

    /// <summary>Evaluates checks.</summary>
    /// <param name="parquet">The local path of the dataset.</param>
    /// <param name="checks">What must hold.</param>
    /// <param name="options">The share of the machine; counting may use several threads.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    /// <returns>One result for each check, in their order.</returns>
    public static IReadOnlyList<CheckResult> Evaluate(
        string parquet, IReadOnlyList<DataCheck> checks, DuckDbOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var session = new DuckDbSession(options);
        Views.Create(session, CheckSql.View, parquet);
        var schema = session.Describe($"SELECT * FROM {CheckSql.View}", cancellationToken: cancellationToken);
        var plans = checks.Select((check, index) => CheckSql.Plan(check, index, schema)).ToList();
        var counts = Count(session, plans, cancellationToken);
        return [.. plans.Select(plan => Judge(session, plan, counts, schema, cancellationToken))];
    }

    private static DuckDbRow Count(DuckDbSession session, IReadOnlyList<CheckPlan> plans, CancellationToken cancellationToken)
    {
        var terms = plans.Where(plan => plan.Problem is null).SelectMany(plan => plan.Aggregates).Prepend("count(*) AS rows");
        var values = plans.SelectMany(plan => plan.Values).ToDictionary(pair => pair.Key, pair => pair.Value);
        return session.Query($"SELECT {string.Join(", ", terms)} FROM {CheckSql.View}", values, cancellationToken)[0];
    }

    private static CheckResult Judge(
        DuckDbSession session, CheckPlan plan, DuckDbRow counts, IReadOnlyList<Column> schema, CancellationToken cancellationToken)
    {
        var check = plan.Check;
        var rows = counts.Long("rows");
        if (plan.Problem is not null)
            return new(check.Kind.Name(), check.Column, Verdict.Fail, check.Severity, null, plan.Threshold, rows, null, [], plan.Problem);
        if (check.Kind == CheckKind.RowCount)
            return JudgeRows(plan, rows);

        var values = counts.Long(plan.ValuesTerm);
        var failing = plan.FailingQuery is { } query
            ? session.Query(query, plan.Values, cancellationToken)[0].Long("failing")
            : counts.Long(plan.FailingTerm);

        // Shares are compared, not counts: 55 of 100 rounds to the same double as 0.55, while 0.55 * 100 is a little more than 55.
        var nullRate = check.Kind == CheckKind.NullRate;
        var share = values == 0 ? (nullRate ? 0 : 1) : (double)(nullRate ? failing : values - failing) / values;
        var passes = nullRate ? share <= check.Maximum : values == 0 || share >= check.Mostly;
        var samples = passes ? [] : Samples(session, plan, schema, cancellationToken);
        var counted = plan.OverRows ? "rows" : "values";
        var message = values == 0
            ? $"'{check.Column}' has no values to check."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{failing} of {values} {counted} of '{check.Column}' {plan.Complaint}; allowed: {plan.Threshold}.");
        return new(
            check.Kind.Name(), check.Column, passes ? Verdict.Pass : Verdict.Fail, check.Severity, share, plan.Threshold, rows, failing,
            samples, message);
    }

    private static CheckResult JudgeRows(CheckPlan plan, long rows)
    {
        var check = plan.Check;
        var passes = !(rows < check.Minimum) && !(rows > check.Maximum);
        var message = string.Create(CultureInfo.InvariantCulture, $"The dataset has {rows} rows; allowed: {plan.Threshold}.");
        return new(
            check.Kind.Name(), null, passes ? Verdict.Pass : Verdict.Fail, check.Severity, rows, plan.Threshold, rows, null, [], message);
    }

    private static IReadOnlyList<string> Samples(
        DuckDbSession session, CheckPlan plan, IReadOnlyList<Column> schema, CancellationToken cancellationToken)
    {
        // The first rows in the order of the file, so that a rerun shows the same ones.
        var sql = $"SELECT {JsonRows.Select(schema)} FROM {CheckSql.View} WHERE {plan.Failing} LIMIT {SampleRows}";
        return [.. session.Query(sql, plan.Values, cancellationToken).Select(row => JsonRows.Write(row, schema))];
    }
}
