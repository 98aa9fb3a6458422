using Workflow.Data.Drift;

namespace Workflow.Data.Tests.Drift;

/// <summary>Which test is chosen, and what is decided over all columns.</summary>
public sealed class DriftRuleTests
{
    [Theory]
    [InlineData(1000, 6, true, DriftMethod.Ks)]
    [InlineData(1001, 6, true, DriftMethod.Wasserstein)]
    [InlineData(1000, 5, true, DriftMethod.Chi2)]
    [InlineData(1001, 5, true, DriftMethod.Js)]
    [InlineData(1000, 2, true, DriftMethod.Z)]
    [InlineData(1000, 3, false, DriftMethod.Chi2)]
    [InlineData(1000, 2, false, DriftMethod.Z)]
    [InlineData(1000, 1, false, DriftMethod.Z)]
    [InlineData(1001, 50, false, DriftMethod.Js)]
    public void Choose_EvidentlysRule_GoesByTypeReferenceSizeAndValues(int rows, int distinct, bool numeric, DriftMethod expected) =>
        DriftMethods.Choose(Sample(rows, distinct, numeric), Sample(5_000, 1, numeric)).ShouldBe(expected);

    [Fact]
    public void Choose_ValuesOfTheCurrentSide_Count() =>
        DriftMethods.Choose(Sample(1000, 2, numeric: false), new CategorySample(["new"], [10], 0)).ShouldBe(DriftMethod.Chi2);

    [Theory]
    [InlineData(DriftMethod.Ks, 0.05, true)]
    [InlineData(DriftMethod.Chi2, 0.05, true)]
    [InlineData(DriftMethod.Wasserstein, 0.1, false)]
    [InlineData(DriftMethod.Js, 0.1, false)]
    [InlineData(DriftMethod.Psi, 0.1, false)]
    [InlineData(DriftMethod.PsiDeciles, 0.25, false)]
    public void Threshold_OfEachMethod_IsItsSources(DriftMethod method, double threshold, bool hasPValue) =>
        (method.Threshold(), method.HasPValue()).ShouldBe((threshold, hasPValue));

    [Fact]
    public void Parse_EveryName_IsTheMethodsOwn()
    {
        foreach (var method in Enum.GetValues<DriftMethod>())
            DriftMethods.Parse(method.Text()).ShouldBe(method);
        DriftMethods.Parse("ks2").ShouldBeNull();
    }

    [Fact]
    public void Compare_NullsAndInfinities_AreLeftOutByEvidentlysTests()
    {
        var reference = NumberSample.Of(Enumerable.Range(0, 200).Select(i => (double)i));
        var current = NumberSample.Of(Enumerable.Range(0, 200).Select(i => (double)i).Concat([double.NaN, double.PositiveInfinity]));

        (current.Total, current.Nulls).ShouldBe((200, 2));
        DriftTest.Compare(reference, current).Statistic.ShouldBe(0);
        DriftTest.Compare(reference, current, DriftMethod.PsiDeciles).Statistic.ShouldBeGreaterThan(0, "nulls are a category there");
    }

    [Fact]
    public void Compare_MethodThatIsNotForTheColumn_SaysWhichAre()
    {
        var text = Sample(200, 3, numeric: false);

        Should.Throw<ArgumentException>(() => DriftTest.Compare(text, text, DriftMethod.Ks)).Message.ShouldContain("use js");
        Should.Throw<ArgumentException>(() => DriftTest.Compare(text, new CategorySample([], [], 5))).Message.ShouldContain("no value");
    }

    [Fact]
    public void Of_OneSmallChanceAmongMany_IsCorrectedAway()
    {
        // By itself z = 2.0 is found at 5 %; among twenty tests it is what chance brings.
        var odd = (new CategorySample(["a", "b"], [500, 500], 0), new CategorySample(["a", "b"], [545, 455], 0));
        var same = (new CategorySample(["a", "b"], [500, 500], 0), new CategorySample(["a", "b"], [500, 500], 0));
        var columns = Enumerable.Range(0, 20)
            .Select(index =>
                ($"c{index}", (ColumnSample)(index == 0 ? odd.Item1 : same.Item1), (ColumnSample)(index == 0 ? odd.Item2 : same.Item2)));

        var report = DriftReport.Of([.. columns], new DriftRule());

        var first = report.Columns[0];
        first.Score!.IsDrifted.ShouldBeTrue();
        first.AdjustedPValue!.Value.ShouldBe(first.Score.PValue!.Value * 20, 1e-9);
        first.Verdict.ShouldBe(Verdict.Pass);
        DriftReport.Of([("c0", odd.Item1, odd.Item2)], new DriftRule()).Columns[0].Verdict.ShouldBe(Verdict.Fail);
    }

    [Theory]
    [InlineData(1, 0.5, Verdict.Fail)]
    [InlineData(1, 0.51, Verdict.Pass)]
    [InlineData(0, 0.0, Verdict.Pass)]
    public void Of_ShareOfColumns_DecidesOverTheDataset(int drifted, double share, Verdict expected)
    {
        var stable = Sample(2_000, 10, numeric: true);
        var moved = NumberSample.Of(Enumerable.Range(0, 2_000).Select(i => (i % 10) + 50.0));

        DriftReport.Of([("a", stable, drifted > 0 ? moved : stable), ("b", stable, stable)],
            new DriftRule { Share = share }).Verdict.ShouldBe(expected);
    }

    [Fact]
    public void Of_FewerSamplesThanNeeded_DecidesNothing()
    {
        var report = DriftReport.Of([("a", Sample(99, 3, numeric: false), Sample(5_000, 3, numeric: false))], new DriftRule());

        report.Verdict.ShouldBe(Verdict.Inconclusive);
        report.Columns[0].Message.ShouldContain("99 and 5000");
        report.Columns[0].Bins.ShouldNotBeEmpty();
    }

    [Fact]
    public void MethodOf_ColumnOverTypeOverAll_WinsInThatOrder()
    {
        var (number, text) = (Sample(2_000, 100, numeric: true), Sample(2_000, 3, numeric: false));
        var rule = new DriftRule
        {
            Method = DriftMethod.Psi,
            OfNumbers = DriftMethod.Wasserstein,
            OfColumns = new Dictionary<string, DriftMethod> { ["own"] = DriftMethod.PsiDeciles },
        };

        var report = DriftReport.Of([("own", number, number), ("number", number, number), ("text", text, text)], rule);

        report.Columns.Select(column => column.Score!.Method).ShouldBe([DriftMethod.PsiDeciles, DriftMethod.Wasserstein, DriftMethod.Psi]);
    }

    private static ColumnSample Sample(int rows, int distinct, bool numeric) => numeric
        ? NumberSample.Of(Enumerable.Range(0, rows).Select(row => (double)(row % distinct)))
        : new CategorySample(
            [.. Enumerable.Range(0, distinct).Select(value => $"v{value}")],
            [.. Enumerable.Range(0, distinct).Select(value => (long)((rows / distinct) + (value < rows % distinct ? 1 : 0)))], 0);
}
