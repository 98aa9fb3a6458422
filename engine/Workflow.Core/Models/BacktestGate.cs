namespace Workflow;

/// <summary>A measure of a model on test rows.</summary>
public enum Metric
{
    /// <summary>Root of the mean squared error, in the label's unit; lower is better.</summary>
    Rmse,

    /// <summary>Mean absolute error, in the label's unit; lower is better.</summary>
    Mae,

    /// <summary>Mean negative log likelihood of a label of 0 and 1, in nats; lower is better.</summary>
    LogLoss,

    /// <summary>Area under the receiver operating characteristic of a label of 0 and 1; higher is better.</summary>
    Auc,
}

/// <summary>A limit on a metric.</summary>
/// <param name="Metric">What is measured.</param>
/// <param name="Bound">The worst value allowed, included; null when it is the champion's.</param>
/// <param name="Tolerance">How much worse than the baseline is still allowed, as a share of the baseline's value; null when the limit is
/// <paramref name="Bound"/>.</param>
public sealed record MetricThreshold(Metric Metric, double? Bound, double? Tolerance);

/// <summary>Collects the thresholds of a backtest gate.</summary>
public sealed class BacktestGate
{
    internal BacktestGate()
    {
    }

    internal List<MetricThreshold> Thresholds { get; } = [];

    /// <summary>The metric is at most this: for metrics where lower is better.</summary>
    public BacktestGate AtMost(Metric metric, double bound)
    {
        if (metric.HigherIsBetter())
            throw new DagDefinitionException($"Metric {metric} is better when higher: use AtLeast.");
        Thresholds.Add(new MetricThreshold(metric, bound, null));
        return this;
    }

    /// <summary>The metric is at least this: for metrics where higher is better.</summary>
    public BacktestGate AtLeast(Metric metric, double bound)
    {
        if (!metric.HigherIsBetter())
            throw new DagDefinitionException($"Metric {metric} is better when lower: use AtMost.");
        Thresholds.Add(new MetricThreshold(metric, bound, null));
        return this;
    }

    /// <summary>
    /// The candidate is no worse than the alias that it was compared with, on the same rows, but for a share of the baseline's value.
    /// Passes while nothing holds the alias: then only the other thresholds decide.
    /// </summary>
    public BacktestGate NoWorse(Metric metric, double tolerance = 0)
    {
        if (tolerance < 0)
            throw new DagDefinitionException($"NoWorse on {metric}: the tolerance must not be negative, got {tolerance}.");
        Thresholds.Add(new MetricThreshold(metric, null, tolerance));
        return this;
    }
}

/// <summary>What is known of each metric.</summary>
public static class Metrics
{
    /// <summary>Whether a greater value is a better one.</summary>
    public static bool HigherIsBetter(this Metric metric) => metric == Metric.Auc;
}
