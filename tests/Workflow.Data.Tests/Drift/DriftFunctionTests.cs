using FsCheck;
using FsCheck.Fluent;
using Workflow.Data.Drift;

namespace Workflow.Data.Tests.Drift;

/// <summary>The functions against the worked vector, against brute force, and by what must hold of any input.</summary>
public sealed class DriftFunctionTests
{
    private static readonly NumberSample Reference = NumberSample.Of(Enumerable.Range(0, 100).Select(i => (double)i));
    private static readonly NumberSample Current = NumberSample.Of(Enumerable.Range(0, 100).Select(i => (1.1 * i) + 5));

    [Fact]
    public void WorkedVector_EveryFunction_GivesItsDigits()
    {
        var distance = KolmogorovSmirnov.Distance(Reference, Current);

        distance.ShouldBe(0.14, 1e-12);
        KolmogorovSmirnov.PValue(distance, 100, 100).ShouldBe(0.2819416, 5e-8);
        KolmogorovSmirnov.Limit(distance * Math.Sqrt(50)).ShouldBe(0.2809295, 5e-8);
        Distributions.Wasserstein(Reference, Current).ShouldBe(9.95, 1e-9);
        Reference.Deviation().ShouldBe(28.86607005, 5e-9);
        Distributions.NormalisedWasserstein(Reference, Current).ShouldBe(0.344695346, 5e-10);
        BinDistances.JensenShannon(Bins.Evidently(Reference, Current)).ShouldBe(0.217739980, 5e-10);
        BinDistances.Psi(Bins.Evidently(Reference, Current)).ShouldBe(0.897265810, 5e-10);
    }

    [Theory]
    [InlineData(0.2, 1.0)]
    [InlineData(0.5, 0.9639452436648751)]
    [InlineData(1.0, 0.26999967167735456)]
    [InlineData(1.18, 0.12345)]
    [InlineData(2.0, 0.0006709252557796953)]
    public void Limit_KnownValues_AgreeWhereTheTwoSeriesMeet(double z, double expected) =>
        KolmogorovSmirnov.Limit(z).ShouldBe(expected, z == 1.18 ? 1e-4 : 1e-12);

    [Fact]
    public void Limit_JustBelowAndAboveWhereTheSeriesChange_IsTheSame() =>
        KolmogorovSmirnov.Limit(1.1799999999).ShouldBe(KolmogorovSmirnov.Limit(1.1800000001), 1e-9);

    [Theory]
    [InlineData(3, 4)]
    [InlineData(5, 5)]
    [InlineData(6, 3)]
    [InlineData(7, 5)]
    [InlineData(1, 6)]
    public void Exact_EveryDistance_IsTheShareOfAllArrangements(int n, int m)
    {
        var arrangements = Arrangements(n, m).Select(places => Distance(places, n, m)).ToList();

        foreach (var distance in arrangements.Distinct())
        {
            var share = arrangements.Count(other => other >= distance - 1e-12) / (double)arrangements.Count;
            KolmogorovSmirnov.Exact(distance, n, m).ShouldBe(share, 1e-12, $"{n}, {m}, {distance}");
        }
    }

    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(5.991464547107979, 2, 0.05)]
    [InlineData(15.08627246938899, 5, 0.01)]
    public void ChiSquare_QuantilesOfTables_HaveTheirChance(double statistic, int freedom, double chance) =>
        MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(freedom / 2.0, statistic / 2).ShouldBe(chance, 1e-9);

    [Fact]
    public void ChiSquare_CountsByHand_AreScaledToTheCurrentSide()
    {
        // Expected 30, 50, 20: (40 - 30)² / 30 + (45 - 50)² / 50 + (15 - 20)² / 20.
        var (statistic, chance) = BinDistances.ChiSquare([new("a", 60, 40), new("b", 100, 45), new("c", 40, 15)]);

        statistic.ShouldBe((100.0 / 30) + 0.5 + 1.25, 1e-12);
        chance.ShouldBe(Math.Exp(-statistic / 2), 1e-12, "of two degrees of freedom");
        BinDistances.ChiSquare([new("a", 10, 9), new("new", 0, 1)]).ShouldBe((double.PositiveInfinity, 0));
        BinDistances.ChiSquare([new("a", 10, 9)]).ShouldBe((0, 1));
    }

    [Fact]
    public void Proportions_CountsByHand_GiveZ()
    {
        var (z, chance) = BinDistances.Proportions([new("no", 50, 70), new("yes", 50, 30)]);

        z.ShouldBe(-0.2 / Math.Sqrt(0.6 * 0.4 * 0.02), 1e-12);
        chance.ShouldBe(0.003892417, 1e-8);
        BinDistances.Proportions([new("no", 50, 70)]).ShouldBe((0, 1));
        Should.Throw<ArgumentException>(() => BinDistances.Proportions([new("a", 1, 1), new("b", 1, 1), new("c", 1, 1)]));
    }

    [Fact]
    public void Psi_EmptyBins_AreFilledAsEvidentlyDoes()
    {
        BinDistances.Psi([new("a", 100, 50), new("b", 0, 50)]).ShouldBe(
            ((1 - 0.5) * Math.Log(1 / 0.5)) + ((1e-4 - 0.5) * Math.Log(1e-4 / 0.5)), 1e-12);

        // A least share of no more than 1e-4 fills with a millionth of itself.
        var fill = 1e-4 / 1e6;
        BinDistances.Psi([new("a", 9999, 1), new("b", 1, 1), new("c", 0, 2)]).ShouldBe(
            ((0.9999 - 0.25) * Math.Log(0.9999 / 0.25)) + ((1e-4 - 0.25) * Math.Log(1e-4 / 0.25))
            + ((fill - 0.5) * Math.Log(fill / 0.5)), 1e-12);
    }

    [Fact]
    public void PsiWithFloor_EmptyBin_CountsAsHalfARow() =>
        BinDistances.PsiWithFloor([new("a", 10, 5), new("b", 0, 5)])
        .ShouldBe((0.5 * Math.Log(2)) + ((0.05 - 0.5) * Math.Log(0.05 / 0.5)), 1e-12);

    [Fact]
    public void Quantile_BetweenTwoRows_IsInterpolated()
    {
        var sample = NumberSample.Of([4, 1, 2, 2, double.NaN]);

        sample.Quantile(0.5).ShouldBe(2);
        sample.Quantile(0.9).ShouldBe(2 + (0.7 * 2), 1e-12);
        (sample.Quantile(0), sample.Quantile(1), sample.Nulls).ShouldBe((1, 4, 1));
    }

    [Fact]
    public void Adjust_ChancesByHand_AreCorrected()
    {
        BenjaminiHochberg.Adjust([0.01, 0.04, 0.03, 0.005]).ShouldBe([0.02, 0.04, 0.04, 0.02], 1e-12);
        BenjaminiHochberg.Adjust([0.9, 0.8]).ShouldBe([0.9, 0.9], 1e-12);
        BenjaminiHochberg.Adjust([]).ShouldBeEmpty();
    }

    [Fact]
    public void Distances_OfAnySamples_AreThoseOfBruteForce() => Prop.ForAll(Samples(), Samples(), (one, other) =>
    {
        var (first, second) = (NumberSample.Of(one), NumberSample.Of(other));
        var points = one.Concat(other).Distinct().Order().ToList();
        double Share(double[] of, double upTo) => of.Count(value => value <= upTo) / (double)of.Length;

        KolmogorovSmirnov.Distance(first, second).ShouldBe(points.Max(point => Math.Abs(Share(one, point) - Share(other, point))), 1e-12);
        Distributions.Wasserstein(first, second).ShouldBe(
            points.Zip(points.Skip(1), (from, to) => Math.Abs(Share(one, from) - Share(other, from)) * (to - from)).Sum(), 1e-9);
        foreach (var share in new[] { 0, 0.1, 0.5, 0.99, 1 })
            first.Quantile(share).ShouldBe(Quantile(one, share), 1e-9);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Distances_OfAnySamples_KeepTheirLaws() => Prop.ForAll(Samples(), Samples(), (one, other) =>
    {
        var (first, second) = (NumberSample.Of(one), NumberSample.Of(other));
        var shuffled = NumberSample.Of(one.Reverse());

        // Nothing has changed: no distance, and no doubt.
        foreach (var method in Enum.GetValues<DriftMethod>().Where(method => method is not (DriftMethod.Auto or DriftMethod.Z)))
        {
            var same = DriftTest.Compare(first, shuffled, method);
            same.Statistic.ShouldBe(0, 1e-9, $"{method}");
            same.IsDrifted.ShouldBeFalse($"{method}");
            (same.PValue ?? 1).ShouldBe(1, 1e-9, $"{method}");
            DriftTest.Compare(first, second, method).Statistic.ShouldBe(DriftTest.Compare(shuffled, second, method).Statistic);
        }

        // These do not ask which side is the reference.
        KolmogorovSmirnov.Distance(first, second).ShouldBe(KolmogorovSmirnov.Distance(second, first));
        Distributions.Wasserstein(first, second).ShouldBe(Distributions.Wasserstein(second, first), 1e-9);
        var bins = Bins.Values(first, second);
        IReadOnlyList<Bin> turned = [.. bins.Select(bin => new Bin(bin.Label, bin.Current, bin.Reference))];
        BinDistances.JensenShannon(bins).ShouldBe(BinDistances.JensenShannon(turned), 1e-12);
        BinDistances.Psi(bins).ShouldBe(BinDistances.Psi(turned), 1e-9);
        BinDistances.LInfinity(bins).ShouldBe(BinDistances.LInfinity(turned));

        // And their bounds.
        BinDistances.JensenShannon(bins).ShouldBeInRange(0, Math.Sqrt(Math.Log(2)) + 1e-12);
        BinDistances.LInfinity(bins).ShouldBeInRange(0, 1);
        foreach (var cut in new[] { Bins.Evidently(first, second), Bins.ByDeciles(first, second), Bins.Overlay(first, second) })
            (cut.Sum(bin => bin.Reference), cut.Sum(bin => bin.Current)).ShouldBe(
                (one.Length, other.Length), "no row is lost between bins");
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<double[]> Samples() =>
        Gen.Choose(-30, 30).Select(value => value / 4.0).NonEmptyListOf().Select(values => values.ToArray()).ToArbitrary();

    private static double Quantile(double[] raw, double share)
    {
        var sorted = raw.Order().ToArray();
        var place = (sorted.Length - 1) * share;
        var below = (int)Math.Floor(place);
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    /// <summary>Which of n + m places, in order, are the first sample's.</summary>
    private static IEnumerable<bool[]> Arrangements(int n, int m) =>
        Enumerable.Range(0, 1 << (n + m)).Where(bits => System.Numerics.BitOperations.PopCount((uint)bits) == n)
            .Select(bits => Enumerable.Range(0, n + m).Select(place => (bits >> place & 1) == 1).ToArray());

    private static double Distance(bool[] places, int n, int m)
    {
        var (i, j, greatest) = (0, 0, 0.0);
        foreach (var first in places)
        {
            (i, j) = first ? (i + 1, j) : (i, j + 1);
            greatest = Math.Max(greatest, Math.Abs(((double)i / n) - ((double)j / m)));
        }

        return greatest;
    }
}
