namespace Workflow.Data.Drift;

/// <summary>Distances of two samples of numbers.</summary>
public static class Distributions
{
    // Evidently's: what hardly varies must not make a difference look huge.
    private const double LeastDeviation = 0.001;

    /// <summary>Wasserstein's distance of order 1: the area between the distribution functions.</summary>
    public static double Wasserstein(NumberSample one, NumberSample other)
    {
        var area = 0.0;
        double? last = null;
        var gap = 0.0;
        foreach (var (value, first, second) in Steps(one, other))
        {
            if (last is { } before)
                area += gap * (value - before);
            (last, gap) = (value, Math.Abs(first - second));
        }

        return area;
    }

    /// <summary>Wasserstein's distance over the reference's deviation, which is at least 0.001 (Evidently).</summary>
    public static double NormalisedWasserstein(NumberSample reference, NumberSample current) =>
        Wasserstein(reference, current) / Math.Max(reference.Deviation(), LeastDeviation);

    /// <summary>Each different value of either sample, ascending, with the share of each sample up to and including it.</summary>
    internal static IEnumerable<(double Value, double First, double Second)> Steps(NumberSample one, NumberSample other)
    {
        var (seen, met) = (0L, 0L);
        foreach (var (value, first, second) in one.Beside(other))
        {
            (seen, met) = (seen + first, met + second);
            yield return (value, (double)seen / one.Total, (double)met / other.Total);
        }
    }
}
