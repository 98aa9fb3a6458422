using MathNet.Numerics;

namespace Workflow.Data.Drift;

/// <summary>Distances and tests over common bins.</summary>
public static class BinDistances
{
    /// <summary>
    /// Population stability index Σ (p - q) ln(p / q), as Evidently has it: a share of zero becomes 0.0001, or a millionth of that side's
    /// least share when that is no greater than 0.0001.
    /// </summary>
    public static double Psi(IReadOnlyList<Bin> bins) =>
        PsiOf(Fill(Shares(bins, bin => bin.Reference)), Fill(Shares(bins, bin => bin.Current)));

    /// <summary>
    /// Population stability index with a floor of half a row in each bin, over the rows of each side: the shares are not made to add up to
    /// one again.
    /// </summary>
    public static double PsiWithFloor(IReadOnlyList<Bin> bins)
    {
        const double floor = 0.5;
        var (ours, theirs) = (bins.Sum(bin => bin.Reference), bins.Sum(bin => bin.Current));
        return PsiOf(
            [.. bins.Select(bin => Math.Max(bin.Reference, floor) / ours)], [.. bins.Select(bin => Math.Max(bin.Current, floor) / theirs)]);
    }

    /// <summary>
    /// Jensen and Shannon's distance √((KL(p‖m) + KL(q‖m)) / 2) with m half way between, natural logarithm (SciPy's).
    /// </summary>
    public static double JensenShannon(IReadOnlyList<Bin> bins)
    {
        var (p, q) = (Shares(bins, bin => bin.Reference), Shares(bins, bin => bin.Current));
        var sum = p.Zip(q, (one, other) => Part(one, (one + other) / 2) + Part(other, (one + other) / 2)).Sum();

        // Rounding may leave less than nothing of equal sides.
        return Math.Sqrt(Math.Max(0, sum / 2));

        static double Part(double share, double middle) => share == 0 ? 0 : share * Math.Log(share / middle);
    }

    /// <summary>The greatest difference of a bin's shares (TensorFlow Data Validation).</summary>
    public static double LInfinity(IReadOnlyList<Bin> bins) =>
        Shares(bins, bin => bin.Reference).Zip(Shares(bins, bin => bin.Current), (one, other) => Math.Abs(one - other)).DefaultIfEmpty()
        .Max();

    /// <summary>
    /// Pearson's chi-square of the current counts, with the reference's shares as what is expected and one degree of freedom less than
    /// there are bins. A value that the reference never had is expected never: the statistic is infinite and the chance zero.
    /// </summary>
    public static (double Statistic, double PValue) ChiSquare(IReadOnlyList<Bin> bins)
    {
        var (ours, theirs) = (bins.Sum(bin => bin.Reference), bins.Sum(bin => bin.Current));
        if (bins.Count < 2)
            return (0, 1);
        if (bins.Any(bin => bin is { Reference: 0, Current: > 0 }))
            return (double.PositiveInfinity, 0);
        var statistic = bins.Sum(bin =>
        {
            var expected = bin.Reference * theirs / ours;
            return (bin.Current - expected) * (bin.Current - expected) / expected;
        });
        return (statistic, SpecialFunctions.GammaUpperRegularized((bins.Count - 1) / 2.0, statistic / 2));
    }

    /// <summary>
    /// Two-sided test that a value has one proportion on both sides: z = (p1 - p2) / √(p (1 - p) (1/n1 + 1/n2)) with the common p. Of one
    /// value alone there is nothing to find.
    /// </summary>
    /// <exception cref="ArgumentException">There are more than two values.</exception>
    public static (double Statistic, double PValue) Proportions(IReadOnlyList<Bin> bins)
    {
        if (bins.Count > 2)
            throw new ArgumentException($"A test of two proportions is for two values, got {bins.Count}.", nameof(bins));
        var (ours, theirs) = (bins.Sum(bin => bin.Reference), bins.Sum(bin => bin.Current));
        var (first, second) = (bins[0].Reference / ours, bins[0].Current / theirs);
        var common = (bins[0].Reference + bins[0].Current) / (ours + theirs);
        var spread = Math.Sqrt(common * (1 - common) * ((1 / ours) + (1 / theirs)));
        if (spread == 0)
            return (0, 1);
        var z = (first - second) / spread;
        return (z, SpecialFunctions.Erfc(Math.Abs(z) / Math.Sqrt(2)));
    }

    private static double PsiOf(double[] p, double[] q) => p.Zip(q, (one, other) => (one - other) * Math.Log(one / other)).Sum();

    private static double[] Shares(IReadOnlyList<Bin> bins, Func<Bin, double> side)
    {
        var total = bins.Sum(side);
        return [.. bins.Select(bin => side(bin) / total)];
    }

    private static double[] Fill(double[] shares)
    {
        const double usual = 1e-4;
        var least = shares.Where(share => share > 0).Min();
        var fill = least <= usual ? least / 1e6 : usual;
        return [.. shares.Select(share => share == 0 ? fill : share)];
    }
}
