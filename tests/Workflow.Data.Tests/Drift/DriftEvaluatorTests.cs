using Workflow.Data.Drift;

namespace Workflow.Data.Tests.Drift;

public sealed class DriftEvaluatorTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public void Compare_ColumnsOfEveryPlainType_AreCompared()
    {
        const string rows = """
            SELECT i::DOUBLE AS number, (i % 3)::INT AS few, (i % 2 = 0) AS flag, 'v' || (i % 4) AS text, DATE '2020-01-01' + i::INT AS day,
                TIMESTAMP '2020-01-01' + to_hours(i) AS at, (i / 7)::DECIMAL(10, 2) AS price, [i] AS list, {'a': i} AS parts
            """;
        var reference = data.Parquet($"{rows} FROM range(2000) AS r (i)");
        var current = data.Parquet($"{rows} FROM range(2000, 4000) AS r (i)");

        var report = Compare(reference, current, new DriftRule());

        report.Columns.Select(column => (column.Column, column.Verdict)).ShouldBe(
        [
            ("number", Verdict.Fail), ("few", Verdict.Pass), ("flag", Verdict.Pass), ("text", Verdict.Pass), ("price", Verdict.Fail),
        ]);
        report.Verdict.ShouldBe(Verdict.Pass);
        report.Share.ShouldBe(2 / 5.0, 1e-12);
        Compare(reference, current, new DriftRule { Columns = ["day", "at"] }).Verdict.ShouldBe(Verdict.Fail);
    }

    [Fact]
    public void Compare_InAnotherOrder_IsTheSame()
    {
        var forth = data.Parquet("SELECT i % 17 AS x FROM range(3000) AS r (i) ORDER BY i");
        var back = data.Parquet("SELECT i % 17 AS x FROM range(3000) AS r (i) ORDER BY i DESC");
        var other = data.Parquet("SELECT i % 13 AS x FROM range(3000) AS r (i)");

        Compare(forth, other, new DriftRule()).Columns[0].Score.ShouldBe(Compare(back, other, new DriftRule()).Columns[0].Score);
    }

    [Fact]
    public void Compare_ColumnThatIsMissingOrNested_IsNamed()
    {
        var plain = data.Parquet("SELECT 1 AS x");
        var nested = data.Parquet("SELECT [1] AS x");

        Should.Throw<TaskFailureException>(() =>
            Compare(plain, plain, new DriftRule { Columns = ["y"] })).Message.ShouldContain("no column 'y'; it has x");
        Should.Throw<TaskFailureException>(() =>
            Compare(plain, nested, new DriftRule { Columns = ["x"] })).Message.ShouldContain("INTEGER[]");
    }

    [Fact]
    public void Compare_TextsThatAreAsGoodAsUnique_AreNotDecidedAndNotHeld()
    {
        var file =
            data.Parquet(
                "SELECT 'id ' || i AS id, CASE WHEN i < 3000 THEN repeat('x', 10_000) || i END AS words, i % 3 AS few FROM range(200_000) AS r (i)");

        var report = Compare(file, file, new DriftRule());

        report.Columns.Select(column => (column.Column, column.Verdict, column.ReferenceCount, column.Bins.Count)).ShouldBe(
        [
            ("id", Verdict.Inconclusive, 200_000, 0), ("words", Verdict.Inconclusive, 3000, 0), ("few", Verdict.Pass, 200_000, 3),
        ]);
        report.Columns[0].Message.ShouldBe("'id' has more than 100000 different values, or very long ones: these are no categories.");
    }

    [Fact]
    public void Compare_MethodThatIsNotForAColumn_LeavesItOutUnlessItIsNamed()
    {
        var file = data.Parquet("SELECT i::DOUBLE AS x, 'a' || i % 3 AS pay FROM range(200) AS r (i)");

        foreach (var (method, other, why) in new[]
        {
            (DriftMethod.Ks, Verdict.Pass, "the method ks is for numbers"),
            (DriftMethod.Z, Verdict.Inconclusive, "the method z is for two values, and there are 3"),
        })
        {
            var report = Compare(file, file, new DriftRule { Method = method });
            report.Columns.Select(column => (column.Column, column.Verdict)).ShouldBe([("x", other), ("pay", Verdict.Inconclusive)]);
            report.Columns[1].Message.ShouldStartWith($"'pay' is left out: {why}");

            var named = new DriftRule { OfColumns = new Dictionary<string, DriftMethod> { ["pay"] = method } };
            foreach (var rule in new[] { named, new DriftRule { Method = method, Columns = ["pay"] } })
            {
                Should.Throw<TaskFailureException>(() => Compare(file, file, rule)).Message
                    .ShouldStartWith($"Column 'pay' cannot be compared so: {why}");
            }
        }
    }

    [Fact]
    public void Compare_ColumnNamedTwice_IsComparedOnce()
    {
        var file = data.Parquet("SELECT i::DOUBLE AS x FROM range(200) AS r (i)");

        Compare(file, file, new DriftRule { Columns = ["x", "X"] }).Columns.ShouldHaveSingleItem().Column.ShouldBe("x");
    }

    private static DriftReport Compare(string reference, string current, DriftRule rule) =>
        DriftEvaluator.Compare([reference], [current], rule, new DuckDb.DuckDbOptions(), TestContext.Current.CancellationToken);
}
