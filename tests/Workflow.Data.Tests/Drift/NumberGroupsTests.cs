using Workflow.Data.Drift;

namespace Workflow.Data.Tests.Drift;

public sealed class NumberGroupsTests
{
    [Fact]
    public void Add_NoMoreThanAreKept_StayForThemselves()
    {
        var groups = new NumberGroups(3);
        foreach (var value in new[] { -0.0, 0.0, 1, 2 })
            groups.Add(value, 5);

        var sample = groups.ToSample(7);

        (sample.Nulls, sample.Total).ShouldBe((7, 20));
        sample.Values.ShouldBe([0, 1, 2]);
        sample.Counts.ShouldBe([10, 5, 5]);
    }

    [Theory]
    [InlineData(1_000, 100)]
    [InlineData(99_999, 100)]
    [InlineData(100_000, 7)]
    public void Add_More_KeepsTheSumsAndEachShareCloseToWhatItIs(int rows, int most)
    {
        var (groups, exact) = (new NumberGroups(most), NumberSample.Of(Enumerable.Range(0, rows).Select(row => (double)row)));
        for (var row = 0; row < rows; row++)
            groups.Add(row, 1);

        var sample = groups.ToSample(0);

        sample.Distinct.ShouldBeInRange(most / 8, most);
        sample.Total.ShouldBe(rows);
        sample.Values.Zip(sample.Counts, (value, count) => value * count).Sum().ShouldBe((rows - 1.0) * rows / 2, 1e-3 * rows);
        KolmogorovSmirnov.Distance(exact, sample).ShouldBeLessThan(4.0 / most);
        sample.Values.ShouldBeInOrder();
    }

    [Fact]
    public void Add_ManyRowsOfOneNumberAmongFewOfOthers_KeepsThatNumber()
    {
        var groups = new NumberGroups(10);
        for (var value = 0; value < 1000; value++)
            groups.Add(value, value == 500 ? 10_000 : 1);

        var sample = groups.ToSample(0);

        sample.Counts[sample.Values.ToList().IndexOf(500)].ShouldBe(10_000);
    }
}
