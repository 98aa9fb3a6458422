using System.Text.RegularExpressions;

namespace Workflow.Data.Tests;

/// <summary>
/// Checks learnt from the taxi trips of 2018 find what is wrong with later months, and nothing wrong with months like those.
/// </summary>
public sealed partial class LearntTaxiTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Suggest_MonthsOf2018_CatchWhatComesLaterAndPassTheOthersOfThatYear()
    {
        var months = new Dictionary<string, string>();
        foreach (var file in SharedData.Files("taxi", "*.csv.gz"))
        {
            var month = Month().Match(file).Value;
            if (month.StartsWith("2018", StringComparison.Ordinal) || month is "2019-02" or "2020-04")
                months[month] = await data.Store.PathAsync((await data.Files.IngestAsync(file, null, null, default)).Sha256, default);
        }

        var checks = Learn(months, month => month.StartsWith("2018", StringComparison.Ordinal));
        var fault = Failures(checks, months["2019-02"]);
        fault.ShouldContain(message =>
            message.StartsWith("The share of '0' in 'passenger_count' is 0.15", StringComparison.Ordinal), string.Join('\n', fault));
        var nulls = Failures(checks, months["2020-04"]);
        nulls.ShouldContain("803 of 10000 rows of 'passenger_count' are null; allowed: all rows not null.", string.Join('\n', nulls));

        // Each month of the year, judged by what the others taught.
        foreach (var month in months.Keys.Where(month => month.StartsWith("2018", StringComparison.Ordinal)).ToList())
        {
            var learnt = Learn(months, other => other != month && other.StartsWith("2018", StringComparison.Ordinal));
            learnt.Count.ShouldBeGreaterThan(30);
            Failures(learnt, months[month]).ShouldBeEmpty(month);
        }
    }

    [Fact]
    public void Suggest_TwoVersions_SayNothing() => CheckSuggestions.Of([10, 10], []).ShouldBeEmpty();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Suggest_FewVersionsWithValues_SayNothingOfTheColumn(int filled)
    {
        var versions = Enumerable.Range(0, 4).Select(index => index < filled
            ? new ColumnVersion(100, 10, false, null, null, new Dictionary<string, long> { ["a"] = 60, ["b"] = 30 })
            : new ColumnVersion(0, 0, true, null, null, new Dictionary<string, long>())).ToList();

        CheckSuggestions.Of([100, 100, 100, 100], [new ColumnHistory("kind", versions)]).Select(each => each.Check.Kind)
            .ShouldBe([CheckKind.RowCount]);
    }

    [Fact]
    public void Suggest_EachShapeOfHistory_GivesItsCheck()
    {
        var files = Enumerable.Range(0, 3).Select(index => data.Parquet(
            $"""
            SELECT i + {index} AS id, 'k' || (i % 4) AS kind, CASE WHEN i % 50 = 0 THEN NULL ELSE i * 1.5 END AS x, NULL::INTEGER AS never
            FROM range({1000 + index}) r(i)
            """)).ToList();
        var (rows, columns) = CheckHistory.Read(files);

        var checks = CheckSuggestions.Of(rows, columns).Select(each => each.Check).ToList();

        checks.Select(check => $"{check.Kind} {check.Column}".Trim()).Distinct().ShouldBe(
            ["RowCount", "NotNull id", "Unique id", "Between id", "NotNull kind", "InSet kind", "ShareBetween kind", "NullRate x",
                "Unique x", "Between x"]);
        checks.Count(check => check.Kind == CheckKind.ShareBetween).ShouldBe(4);
        files.ShouldAllBe(file => Failures(checks, file).Count == 0);
        Failures(checks, data.Parquet("SELECT 1 AS id, 'k9' AS kind, NULL::DOUBLE AS x")).Count.ShouldBeGreaterThan(4);
    }

    private static IReadOnlyList<DataCheck> Learn(IReadOnlyDictionary<string, string> months, Func<string, bool> from)
    {
        var (rows, columns) = CheckHistory.Read([.. months.Where(pair => from(pair.Key)).Select(pair => pair.Value)]);
        return [.. CheckSuggestions.Of(rows, columns).Select(each => each.Check)];
    }

    private static IReadOnlyList<string> Failures(IReadOnlyList<DataCheck> checks, string file) =>
        [.. CheckEvaluator.Evaluate(file, checks).Where(result => result.Verdict == Verdict.Fail).Select(result => result.Message)];

    [GeneratedRegex(@"\d{4}-\d{2}")]
    private static partial Regex Month();
}
