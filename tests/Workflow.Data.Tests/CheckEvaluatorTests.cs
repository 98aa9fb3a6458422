using System.Text.Json.Nodes;

namespace Workflow.Data.Tests;

public sealed class CheckEvaluatorTests : IDisposable
{
    private const string Rows =
        """
        SELECT * FROM (VALUES (1, 5.0::DOUBLE, 'a'), (2, NULL, 'b'), (2, 'nan'::DOUBLE, NULL), (3, 'inf'::DOUBLE, 'c'), (NULL, 10.0, 'a'))
        t(id, x, s)
        """;

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Theory]
    [InlineData(CheckKind.NotNull, "x", null, null, 0.8, Verdict.Pass, 0.8, 1L)]
    [InlineData(CheckKind.NotNull, "x", null, null, 0.81, Verdict.Fail, 0.8, 1L)]
    [InlineData(CheckKind.NullRate, "x", null, 0.2, 1.0, Verdict.Pass, 0.2, 1L)]
    [InlineData(CheckKind.NullRate, "x", null, 0.1, 1.0, Verdict.Fail, 0.2, 1L)]
    [InlineData(CheckKind.Between, "x", 5.0, 10.0, 0.5, Verdict.Pass, 0.5, 2L)]
    [InlineData(CheckKind.Between, "x", 5.1, 10.0, 0.5, Verdict.Fail, 0.25, 3L)]
    [InlineData(CheckKind.Between, "x", null, null, 1.0, Verdict.Fail, 0.5, 2L)]
    [InlineData(CheckKind.Between, "id", 1.0, 3.0, 1.0, Verdict.Pass, 1.0, 0L)]
    [InlineData(CheckKind.Unique, "id", null, null, 0.5, Verdict.Pass, 0.5, 2L)]
    [InlineData(CheckKind.Unique, "id", null, null, 0.6, Verdict.Fail, 0.5, 2L)]
    [InlineData(CheckKind.InSet, "s", null, null, 0.75, Verdict.Pass, 0.75, 1L)]
    [InlineData(CheckKind.InSet, "s", null, null, 0.76, Verdict.Fail, 0.75, 1L)]
    public void Evaluate_MapChecks_DropNullsAndCompareTheShare(
        CheckKind kind, string column, double? minimum, double? maximum, double mostly, Verdict verdict, double observed, long failing)
    {
        var result = Evaluate(Rows, new DataCheck(kind, column, minimum, maximum, ["a", "b"], mostly));

        (result.Verdict, result.Observed, result.FailingRows, result.Rows, result.Column).ShouldBe((verdict, observed, failing, 5, column));
        result.SampleRows.Count.ShouldBe(verdict == Verdict.Fail ? (int)failing : 0);
    }

    [Theory]
    [InlineData(CheckKind.NotNull)]
    [InlineData(CheckKind.NullRate)]
    [InlineData(CheckKind.Between)]
    [InlineData(CheckKind.InSet)]
    [InlineData(CheckKind.Unique)]
    public void Evaluate_NoValues_Pass(CheckKind kind)
    {
        var result = Evaluate("SELECT 1 AS x WHERE false", new DataCheck(kind, "x", 0, 1, []));

        (result.Verdict, result.FailingRows).ShouldBe((Verdict.Pass, 0));
        result.Message.ShouldContain("no values");
    }

    [Theory]
    [InlineData(5, 5, Verdict.Pass)]
    [InlineData(6, 9, Verdict.Fail)]
    [InlineData(0, 4, Verdict.Fail)]
    [InlineData(5, (double)long.MaxValue, Verdict.Pass)]
    public void Evaluate_RowCount_HoldsBothBounds(double minimum, double maximum, Verdict verdict)
    {
        var result = Evaluate(Rows, new DataCheck(CheckKind.RowCount, null, minimum, maximum));

        (result.Check, result.Verdict, result.Observed, result.Column).ShouldBe(("row_count", verdict, 5, null));
    }

    [Fact]
    public void Evaluate_ShareThatDoesNotMultiplyBack_StillPasses()
    {
        // 0.55 * 100 is a little more than 55.
        var result = Evaluate(
            "SELECT CASE WHEN i < 55 THEN i END AS x FROM range(100) r(i)", new DataCheck(CheckKind.NotNull, "x", Mostly: 0.55));

        result.Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public void Evaluate_UnknownColumn_FailsWithTheColumnsThatExist()
    {
        var results = CheckEvaluator.Evaluate(data.Parquet(Rows), [new(CheckKind.NotNull, "y"), new(CheckKind.NotNull, "id", Mostly: 0.5)]);

        results[0].Verdict.ShouldBe(Verdict.Fail);
        results[0].Message.ShouldBe("There is no column 'y'; the columns are id, x, s.");
        results[1].Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public void Evaluate_BetweenOfText_FailsAndSaysWhy() =>
        Evaluate(Rows, new DataCheck(CheckKind.Between, "s", 0, 1)).Message.ShouldBe(
            "Column 's' is VARCHAR: only numbers lie between bounds.");

    [Fact]
    public void Evaluate_FailingRows_GivesTheFirstFiveAsJson()
    {
        var result = Evaluate(
            """"
            SELECT i AS "an ""id""", CASE WHEN i = 0 THEN 'nan'::DOUBLE ELSE 1.5 END AS x, TIMESTAMP '2024-01-01' AS t, true AS b,
                   NULL::VARCHAR AS n
            FROM range(100000) r(i)
            """",
            new DataCheck(CheckKind.Between, "an \"id\"", 1000, 1010));

        result.SampleRows.Count.ShouldBe(5);
        result.SampleRows[0].ShouldBe("""{"an \"id\"":0,"x":"NaN","t":"2024-01-01 00:00:00","b":true,"n":null}""");
        result.SampleRows.Select(row => (long)JsonNode.Parse(row)!["an \"id\""]!).ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void Evaluate_SetValuesThatLookLikeSql_AreValues()
    {
        var result = Evaluate("SELECT 'it''s' AS s", new DataCheck(CheckKind.InSet, "s", Values: ["it's", "') OR true --"]));

        (result.Check, result.Verdict, result.Threshold).ShouldBe(("in_set", Verdict.Pass, "all values in {it's, ') OR true --}"));
    }

    [Fact]
    public void Evaluate_Severity_IsPassedOn() =>
        Evaluate(Rows, new DataCheck(CheckKind.NotNull, "x", Severity: Severity.Warn)).Severity.ShouldBe(Severity.Warn);

    private CheckResult Evaluate(string sql, DataCheck check) => CheckEvaluator.Evaluate(data.Parquet(sql), [check]).ShouldHaveSingleItem();
}
