namespace Workflow.Data.Drift;

/// <summary>What a comparison of two columns measured.</summary>
/// <param name="Method">How they were compared.</param>
/// <param name="Statistic">The distance or the test's statistic.</param>
/// <param name="PValue">The chance of as much when nothing has changed; null where the method is a distance.</param>
/// <param name="Threshold">The level of the chance at which, or the distance from which on, there is drift.</param>
/// <param name="IsDrifted">Whether there is drift, this column by itself.</param>
public sealed record DriftScore(DriftMethod Method, double Statistic, double? PValue, double Threshold, bool IsDrifted);

/// <summary>Compares two columns.</summary>
public static class DriftTest
{
    /// <summary>Compares them.</summary>
    /// <param name="reference">What counts as normal; it has a value.</param>
    /// <param name="current">What is compared with it; it has a value.</param>
    /// <param name="method">How; chosen by Evidently's rule unless given.</param>
    /// <param name="threshold">The method's own unless given.</param>
    /// <exception cref="ArgumentException">A side has no value, or the method is not for such columns; the message says which
    /// are.</exception>
    public static DriftScore Compare(
        ColumnSample reference, ColumnSample current, DriftMethod method = DriftMethod.Auto, double? threshold = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        if (reference.Total == 0 || current.Total == 0)
            throw new ArgumentException($"The {(reference.Total == 0 ? "reference" : "current side")} has no value.");
        var chosen = method == DriftMethod.Auto ? DriftMethods.Choose(reference, current) : method;
        if (Unsuited(reference, current, chosen) is { } reason)
            throw new ArgumentException($"The method {reason}");
        var limit = threshold ?? chosen.Threshold();
        var (statistic, p) = Measure(reference, current, chosen);
        return new DriftScore(chosen, statistic, p, limit, IsDrifted(chosen, statistic, p, limit));
    }

    /// <summary>Why a method is not for two columns, in words that follow "the method"; null where it is.</summary>
    internal static string? Unsuited(ColumnSample reference, ColumnSample current, DriftMethod method)
    {
        if (method.NeedsNumbers() && !(reference is NumberSample && current is NumberSample))
            return $"{method.Text()} is for numbers: use js, chi2, psi, psi-deciles or l-infinity.";
        return method == DriftMethod.Z && Bins.Values(reference, current).Count is > 2 and var values
            ? $"z is for two values, and there are {values}: use js, chi2, psi, psi-deciles or l-infinity."
            : null;
    }

    private static (double Statistic, double? PValue) Measure(ColumnSample reference, ColumnSample current, DriftMethod method)
    {
        switch (method)
        {
            case DriftMethod.Ks:
                var distance = KolmogorovSmirnov.Distance((NumberSample)reference, (NumberSample)current);
                return (distance, KolmogorovSmirnov.PValue(distance, reference.Total, current.Total));
            case DriftMethod.Wasserstein:
                return (Distributions.NormalisedWasserstein((NumberSample)reference, (NumberSample)current), null);
            case DriftMethod.Js:
                return (BinDistances.JensenShannon(Bins.Evidently(reference, current)), null);
            case DriftMethod.Psi:
                return (BinDistances.Psi(Bins.Evidently(reference, current)), null);
            case DriftMethod.PsiDeciles:
                return (BinDistances.PsiWithFloor(Bins.ByDeciles(reference, current)), null);
            case DriftMethod.Chi2:
                return BinDistances.ChiSquare(Bins.Values(reference, current));
            case DriftMethod.Z:
                return BinDistances.Proportions(Bins.Values(reference, current));
            case DriftMethod.LInfinity:
                return (BinDistances.LInfinity(Bins.Values(reference, current)), null);
            default:
                throw new ArgumentOutOfRangeException(nameof(method), method, "No such method.");
        }
    }

    /// <summary>
    /// Evidently counts the level itself as drift for KS and not for the other tests, and the threshold itself for every distance.
    /// </summary>
    private static bool IsDrifted(DriftMethod method, double statistic, double? p, double limit) =>
        !method.HasPValue() ? statistic >= limit : method == DriftMethod.Ks ? p <= limit : p < limit;
}
