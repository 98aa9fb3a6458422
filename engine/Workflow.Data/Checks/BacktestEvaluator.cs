using System.Globalization;
using Workflow.Data.Checks;
using Workflow.Data.DuckDb;
using Workflow.Runs;

namespace Workflow.Data;

/// <summary>A metric of both models on the same rows.</summary>
/// <param name="Metric">What is measured.</param>
/// <param name="Candidate">The candidate's value; NaN when the rows do not allow one.</param>
/// <param name="Baseline">The baseline's value; null when there is no baseline.</param>
public sealed record MetricValue(Metric Metric, double Candidate, double? Baseline);

/// <summary>What a backtest found.</summary>
/// <param name="Rows">How many rows with a label were looked at.</param>
/// <param name="Metrics">The metrics that the thresholds name, each once.</param>
/// <param name="Checks">One result for each threshold, in their order.</param>
public sealed record BacktestResult(long Rows, IReadOnlyList<MetricValue> Metrics, IReadOnlyList<CheckResult> Checks);

/// <summary>
/// Holds predictions against thresholds. Predictions are a Parquet file with the columns <c>row_number</c>, <c>label</c> and
/// <c>score</c>, whatever library made them; those of the baseline are another such file of the same rows. Rows without a label are left
/// out. What cannot be measured fails: no rows, a score that is missing or no number, a label other than 0 and 1 where the metric needs
/// those.
/// </summary>
public static class BacktestEvaluator
{
    /// <summary>Measures and judges.</summary>
    /// <param name="parquet">The local path of the candidate's predictions.</param>
    /// <param name="baseline">The local path of the baseline's predictions; null when there is nothing to compare with.</param>
    /// <param name="thresholds">What must hold.</param>
    /// <param name="options">The share of memory; sums take one thread, so that they are the same on each run.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    /// <exception cref="TaskFailureException">The file lacks one of the columns.</exception>
    public static BacktestResult Evaluate(
        string parquet, string? baseline, IReadOnlyList<MetricThreshold> thresholds, DuckDbOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        using var session = new DuckDbSession((options ?? new DuckDbOptions()) with { Threads = 1 });
        Views.Create(session, MetricSql.CandidateView, parquet);
        if (baseline is not null)
            Views.Create(session, MetricSql.BaselineView, baseline);
        session.Execute(MetricSql.Join(baseline is not null));
        var row = session.Query(MetricSql.Counts, cancellationToken: cancellationToken)[0];
        var (rows, baselines) = (row.Long("rows"), row.Long("baselines"));
        var metrics = thresholds.Select(threshold => threshold.Metric).Distinct().Select(metric => new MetricValue(
            metric,
            MetricSql.Measure(session, metric, MetricSql.Score, cancellationToken),
            baselines == 0 ? null : MetricSql.Measure(session, metric, MetricSql.BaselineScore, cancellationToken))).ToList();
        return new BacktestResult(
            rows,
            metrics,
            [.. thresholds.Select(threshold => Judge(threshold, metrics.Single(value => value.Metric == threshold.Metric), rows))]);
    }

    private static CheckResult Judge(MetricThreshold threshold, MetricValue value, long rows)
    {
        var name = threshold.Metric.Name();
        var higher = threshold.Metric.HigherIsBetter();
        var check = threshold.Tolerance is not null ? "no_worse_than_champion" : higher ? "at_least" : "at_most";
        var (limit, words) = Limit(threshold, value, higher);
        double? observed = double.IsNaN(value.Candidate) ? null : value.Candidate;
        CheckResult Result(Verdict verdict, string message) =>
            new(check, name, verdict, Severity.Block, observed, words, rows, null, [], message);

        if (rows == 0)
            return Result(Verdict.Fail, $"There are no rows with a label to measure {name} on.");
        if (double.IsNaN(value.Candidate))
            return Result(Verdict.Fail, $"The candidate's {name} cannot be measured: {MetricSql.Needs(threshold.Metric)}.");
        if (limit is not { } bound)
            return Result(Verdict.Pass, $"The candidate's {name} is {Show(value.Candidate)}; nothing to compare with yet.");
        if (double.IsNaN(bound))
            return Result(Verdict.Fail, $"The baseline's {name} cannot be measured: {MetricSql.Needs(threshold.Metric)}.");
        var passes = higher ? value.Candidate >= bound : value.Candidate <= bound;
        var against = threshold.Tolerance is null ? "" : $" against {Show(value.Baseline!.Value)} of the baseline";
        return Result(
            passes ? Verdict.Pass : Verdict.Fail, $"The candidate's {name} is {Show(value.Candidate)}{against}; allowed: {words}.");
    }

    private static (double? Limit, string Words) Limit(MetricThreshold threshold, MetricValue value, bool higher)
    {
        var sign = higher ? ">=" : "<=";
        if (threshold.Tolerance is not { } tolerance)
            return (threshold.Bound ?? double.NaN, $"{sign} {Show(threshold.Bound ?? double.NaN)}");
        var limit = value.Baseline * (higher ? 1 - tolerance : 1 + tolerance);
        var rule = $"{sign} baseline {(higher ? "-" : "+")} {Show(tolerance * 100)} %";
        return (limit, limit is { } known ? $"{rule} = {Show(known)}" : rule);
    }

    private static string Show(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
