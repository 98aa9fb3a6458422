namespace Workflow.Data.Tests;

/// <summary>Every kind of check against a small table: what holds, how much, which rows fail; then nulls and empty data.</summary>
public sealed class ExpectationTests : IDisposable
{
    // Six rows; of most columns one is null.
    private const string Rows =
        """
        SELECT * FROM (VALUES
            (1, 1.0::DOUBLE, 2.0::DOUBLE, 'abc',  '2024-01-31', '{"a": 1}',   'x', 1, TIMESTAMP '2024-01-31 12:00:00'),
            (2, 2.0,         2.0,         'abd',  '2024-02-01', '[]',         'x', 2, TIMESTAMP '2024-02-01'),
            (3, 3.0,         1.0,         'xyz',  '2024-13-01', '{a}',        'y', 3, TIMESTAMP '2024-02-29'),
            (4, 4.0,         NULL,        'abcd', 'never',      '1',          'y', 4, TIMESTAMP 'infinity'),
            (5, 100.0,       0.0,         NULL,   NULL,         NULL,         NULL, NULL, NULL),
            (6, NULL,        NULL,        'abc',  '2024-03-01', 'null',       'x', 9, TIMESTAMP '2024-03-01')) t(id, a, b, s, d, j, k, r, t)
        """;

    private static readonly DateTime January = new(2024, 1, 31, 12, 0, 0);

    private static readonly DataPartition Halves = new() { Values = ["x", "y"], Weights = [0.5, 0.5] };

    private static readonly Dictionary<string, (Action<QualityGate> Gate, Verdict Verdict, double? Observed, long? Failing)> Cases = new()
    {
        ["null"] = (g => g.Null("b", mostly: 0.3), Verdict.Pass, 2 / 6.0, 4),
        ["null fails"] = (g => g.Null("b"), Verdict.Fail, 2 / 6.0, 4),
        ["between, strict below"] = (g => g.Between("a", 1, null, StrictBounds.Minimum), Verdict.Fail, 0.8, 1),
        ["between, strict above"] = (g => g.Between("a", null, 4, StrictBounds.Maximum), Verdict.Fail, 0.6, 2),
        ["between, strict"] = (g => g.Between("a", 1, 100, StrictBounds.Both, mostly: 0.6), Verdict.Pass, 0.6, 2),
        ["between times"] = (g => g.Between("t", January, new DateTime(2024, 2, 29), mostly: 0.6), Verdict.Pass, 0.6, 2),
        ["between times, strict"] = (g => g.Between("t", January, new DateTime(2024, 3, 1), StrictBounds.Both), Verdict.Fail, 0.4, 3),
        ["from a time on"] = (g => g.Between("t", January, null), Verdict.Fail, 0.8, 1),
        ["not in set"] = (g => g.NotInSet("s", ["abc"], mostly: 0.6), Verdict.Pass, 0.6, 2),
        ["not in an empty set"] = (g => g.NotInSet("s", []), Verdict.Pass, 1, 0),
        ["type"] = (g => g.OfType("a", "double"), Verdict.Pass, null, null),
        ["types"] = (g => g.InTypes("a", ["BIGINT", "VARCHAR"]), Verdict.Fail, null, null),
        ["regex"] = (g => g.MatchesRegex("s", "^ab.$"), Verdict.Fail, 0.6, 2),
        ["regex, a part"] = (g => g.MatchesRegex("s", "b", mostly: 0.8), Verdict.Pass, 0.8, 1),
        ["regexes, any"] = (g => g.MatchesRegexes("s", ["^ab", "z$"]), Verdict.Pass, 1, 0),
        ["regexes, all"] = (g => g.MatchesRegexes("s", ["^ab", "c"], MatchRule.All, mostly: 0.6), Verdict.Pass, 0.6, 2),
        ["no regex"] = (g => g.NotMatchesRegex("s", "d"), Verdict.Fail, 0.6, 2),
        ["no regexes"] = (g => g.NotMatchesRegexes("s", ["x", "d"]), Verdict.Fail, 0.4, 3),
        ["like"] = (g => g.Like("s", "ab_"), Verdict.Fail, 0.6, 2),
        ["like, any"] = (g => g.LikeList("s", ["ab%", "x%"]), Verdict.Pass, 1, 0),
        ["like, all"] = (g => g.LikeList("s", ["ab%", "%c"], MatchRule.All), Verdict.Fail, 0.4, 3),
        ["not like"] = (g => g.NotLike("s", "a%"), Verdict.Fail, 0.2, 4),
        ["not like, any"] = (g => g.NotLikeList("s", ["x%", "%d"]), Verdict.Fail, 0.4, 3),
        ["length between"] = (g => g.LengthBetween("s", null, 3), Verdict.Fail, 0.8, 1),
        ["length"] = (g => g.LengthEquals("s", 3, mostly: 0.8), Verdict.Pass, 0.8, 1),
        ["dates"] = (g => g.DateParseable("d"), Verdict.Fail, 0.6, 2),
        ["format"] = (g => g.MatchesFormat("d", "%Y-%m-%d", mostly: 0.6), Verdict.Pass, 0.6, 2),
        ["other format"] = (g => g.MatchesFormat("d", "%d.%m.%Y"), Verdict.Fail, 0, 5),
        ["json"] = (g => g.JsonParseable("j"), Verdict.Fail, 0.8, 1),
        ["json schema"] = (g => g.MatchesJsonSchema("j", "{\"type\": [\"object\", \"array\"]}"), Verdict.Fail, 0.4, 3),
        ["json schema, mostly"] = (
            g => g.MatchesJsonSchema("j", "{\"required\": [\"a\"], \"properties\": {\"a\": {\"minimum\": 2}}}", mostly: 0.6), Verdict.Pass,
            0.6, 2),
        ["increasing"] = (g => g.Increasing("a"), Verdict.Pass, 1, 0),
        ["increasing, by another"] = (g => g.Increasing("a", by: "b"), Verdict.Fail, 0.6, 2),
        ["strictly increasing"] = (g => g.Increasing("b", strictly: true, by: "b"), Verdict.Fail, 0.75, 1),
        ["decreasing"] = (g => g.Decreasing("b"), Verdict.Pass, 1, 0),
        ["strictly decreasing"] = (g => g.Decreasing("b", strictly: true), Verdict.Fail, 0.75, 1),
        ["z-scores"] = (g => g.ZScoreBelow("a", 1.7), Verdict.Fail, 0.8, 1),
        ["z-scores, within"] = (g => g.ZScoreBelow("a", 1.8), Verdict.Pass, 1, 0),
        ["z-scores, above only"] = (g => g.ZScoreBelow("a", 0.4, doubleSided: false), Verdict.Fail, 0.8, 1),
        ["least"] = (g => g.MinBetween("a", 1, 1), Verdict.Pass, 1, null),
        ["least, strict"] = (g => g.MinBetween("a", 1, 2, StrictBounds.Minimum), Verdict.Fail, 1, null),
        ["least time"] = (g => g.MinBetween("t", January, January), Verdict.Pass, null, null),
        ["least time, strict"] = (g => g.MinBetween("t", January, null, StrictBounds.Minimum), Verdict.Fail, null, null),
        ["greatest time, infinite"] = (g => g.MaxBetween("t", January, null), Verdict.Fail, null, null),
        ["greatest"] = (g => g.MaxBetween("a", null, 99), Verdict.Fail, 100, null),
        ["mean"] = (g => g.MeanBetween("a", 22, 22), Verdict.Pass, 22, null),
        ["median"] = (g => g.MedianBetween("a", 3, null), Verdict.Pass, 3, null),
        ["median of four"] = (g => g.MedianBetween("b", 1.5, 1.5), Verdict.Pass, 1.5, null),
        ["deviation"] = (g => g.DeviationBetween("b", 0.957, 0.958), Verdict.Pass, 0.9574271077563381, null),
        ["sum"] = (g => g.SumBetween("a", 0, 100), Verdict.Fail, 110, null),
        ["quantiles"] = (g => g.QuantilesBetween("a", [new(0.25, 2, 2), new(0.75, 4, 4)]), Verdict.Pass, 2, null),
        ["quantiles, one outside"] = (g => g.QuantilesBetween("a", [new(0, null, 1), new(1, null, 4)]), Verdict.Fail, 100, null),
        ["distinct"] = (g => g.DistinctCountBetween("s", 4, 4), Verdict.Pass, 4, null),
        ["distinct share"] = (g => g.DistinctShareBetween("s", 0.9, 1), Verdict.Fail, 0.8, null),
        ["distinct in set"] = (g => g.DistinctInSet("k", ["x", "y", "z"]), Verdict.Pass, 0, null),
        ["distinct equal set"] = (g => g.DistinctEqualSet("k", ["x", "y", "z"]), Verdict.Fail, 1, null),
        ["distinct equal"] = (g => g.DistinctEqualSet("k", ["y", "x"]), Verdict.Pass, 0, null),
        ["distinct contain set"] = (g => g.DistinctContainSet("k", ["x"]), Verdict.Pass, 0, null),
        ["distinct contain more"] = (g => g.DistinctContainSet("k", ["x", "z"]), Verdict.Fail, 1, null),
        ["most common"] = (g => g.MostCommonInSet("k", ["x"]), Verdict.Pass, null, null),
        ["most common, another"] = (g => g.MostCommonInSet("k", ["y"]), Verdict.Fail, null, null),
        ["share"] = (g => g.ShareBetween("k", "x", 0.6, 0.6), Verdict.Pass, 0.6, null),
        ["divergence"] = (g => g.KlDivergenceBelow("k", Halves, 0.03), Verdict.Pass, (0.6 * Math.Log(1.2)) + (0.4 * Math.Log(0.8)), null),
        ["divergence of what is outside"] = (
            g => g.KlDivergenceBelow("k", new() { Values = ["x"], Weights = [1] }, 10), Verdict.Fail, double.PositiveInfinity, null),
        ["divergence with a holdout"] = (
            g => g.KlDivergenceBelow("k", new() { Values = ["x"], Weights = [1], TailHoldout = 0.4 }, 1e-9), Verdict.Pass, 0, null),
        ["divergence with a holdout within"] = (
            g => g.KlDivergenceBelow("k", new() { Values = ["x", "y"], Weights = [1, 0], InternalHoldout = 0.4 }, 1e-9), Verdict.Pass, 0,
            null),
        ["divergence of bins"] = (
            g => g.KlDivergenceBelow("a", new() { Edges = [1, 3, 100], Weights = [0.4, 0.6] }, 1e-9), Verdict.Pass, 0, null),
        ["chi-square"] = (g => g.ChiSquareAbove("k", Halves), Verdict.Pass, 0.6547208460185770, null),
        ["chi-square of what is outside"] = (g => g.ChiSquareAbove("k", new() { Values = ["x"], Weights = [1] }), Verdict.Fail, 0, null),
        ["ks"] = (g => g.KolmogorovSmirnovAbove("a", new() { Edges = [0, 4, 200], Weights = [0.8, 0.2] }), Verdict.Pass, 0.98826108, null),
        ["pair equal"] = (g => g.PairEqual("a", "b", mostly: 1 / 6.0), Verdict.Pass, 1 / 5.0, 4),
        ["pair equal, any missing"] = (g => g.PairEqual("a", "b", MissingRule.Any), Verdict.Fail, 0.25, 3),
        ["pair equal, never missing"] = (g => g.PairEqual("a", "b", MissingRule.Never), Verdict.Fail, 2 / 6.0, 4),
        ["greater"] = (g => g.PairGreater("a", "b", missing: MissingRule.Any), Verdict.Fail, 0.5, 2),
        ["greater or equal"] = (g => g.PairGreater("a", "b", orEqual: true, missing: MissingRule.Any, mostly: 0.75), Verdict.Pass, 0.75, 1),
        ["greater, with null"] = (g => g.PairGreater("a", "b"), Verdict.Fail, 0.4, 3),
        ["pairs"] = (g => g.PairInSet("s", "k", [("abc", "x"), ("abd", "x"), ("xyz", "y")]), Verdict.Fail, 0.8, 1),
        ["pairs, any missing"] = (
            g => g.PairInSet("a", "k", [("1.0", "x"), ("2.0", "x")], MissingRule.Any, mostly: 0.5), Verdict.Pass, 0.5, 2),
        ["pairs, never missing"] = (g => g.PairInSet("a", "k", [("1.0", "x"), ("2.0", "x")], MissingRule.Never), Verdict.Fail, 2 / 6.0, 4),
        ["greater, never missing"] = (g => g.PairGreater("a", "b", missing: MissingRule.Never), Verdict.Fail, 2 / 6.0, 4),
        ["compound, any missing"] = (g => g.CompoundUnique(["s", "k"], MissingRule.Any), Verdict.Fail, 0.6, 2),
        ["row sum, any missing"] = (g => g.RowSumEquals(["a", "b"], 4, MissingRule.Any, mostly: 0.5), Verdict.Pass, 0.5, 2),
        ["compound"] = (g => g.CompoundUnique(["s", "k"]), Verdict.Fail, 0.6, 2),
        ["compound of all"] = (g => g.CompoundUnique(["s", "id"]), Verdict.Pass, 1, 0),
        ["within a row"] = (g => g.UniqueWithinRow(["a", "b"]), Verdict.Fail, 0.8, 1),
        ["within a row, never missing"] = (g => g.UniqueWithinRow(["a", "b"], MissingRule.Never), Verdict.Fail, 4 / 6.0, 2),
        ["row sum"] = (g => g.RowSumEquals(["a", "b"], 4), Verdict.Fail, 0.6, 2),
        ["rows"] = (g => g.RowCountEquals(6), Verdict.Pass, 6, null),
        ["columns"] = (g => g.ColumnCount(9, null), Verdict.Pass, 9, null),
        ["column set"] = (g => g.ColumnsMatchSet(["t", "r", "k", "j", "d", "s", "b", "a", "id"]), Verdict.Pass, 9, null),
        ["column set, more"] = (g => g.ColumnsMatchSet(["id", "a"]), Verdict.Fail, 9, null),
        ["column set, more allowed"] = (g => g.ColumnsMatchSet(["id", "a"], exactly: false), Verdict.Pass, 9, null),
        ["column list"] = (g => g.ColumnsInOrder(["a", "id", "b", "s", "d", "j", "k", "r", "t"]), Verdict.Fail, 9, null),
        ["column"] = (g => g.ColumnExists("id"), Verdict.Pass, 9, null),
        ["no column"] = (g => g.ColumnExists("nix"), Verdict.Fail, 9, null),
        ["unexpected"] = (g => g.UnexpectedRows("SELECT id, a FROM input WHERE a > 3"), Verdict.Fail, 2, 2),
        ["unexpected, none"] = (g => g.UnexpectedRows("SELECT * FROM input WHERE a < 0;"), Verdict.Pass, 0, 0),
        ["exists"] = (g => g.ExistsIn("k", "zones", "zone"), Verdict.Fail, 0.6, 2),
        ["rows of another"] = (g => g.RowCountEqualsOther("zones"), Verdict.Fail, 6, null),
    };

    private readonly DataFixture data = new();

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> KindsOfRows =>
        [.. Cases.Where(pair => pair.Value.Failing is not null && !pair.Key.StartsWith("unexp", StringComparison.Ordinal))
            .Select(pair => pair.Key)];

    public static TheoryData<string> KindsOfColumns => [.. Cases.Where(
        pair => GateChecks.Of(pair.Value.Gate)[0] is { Column: not null, Kind: not (CheckKind.OfType or CheckKind.ColumnExists) }
        && pair.Value.Failing is null)
        .Select(pair => pair.Key)];

    public void Dispose() => data.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_EveryKind_ObservesAndJudges(string name)
    {
        var (gate, verdict, observed, failing) = Cases[name];

        var result = Evaluate(Rows, gate);

        (result.Verdict, result.FailingRows, result.Rows).ShouldBe((verdict, failing, 6), result.Message);
        if (observed is { } expected && double.IsFinite(expected))
            result.Observed!.Value.ShouldBe(expected, 1e-6);
        else
            result.Observed.ShouldBe(observed);
        result.SampleRows.Count.ShouldBe(verdict == Verdict.Fail ? (int)Math.Min(failing ?? 0, 5) : 0, result.Message);
        result.Message.ShouldNotContain("DuckDB");
    }

    [Theory]
    [MemberData(nameof(KindsOfRows))]
    public void Evaluate_RowsWithoutAny_PassUnlessToldOtherwise(string name)
    {
        var check = GateChecks.Of(Cases[name].Gate)[0];

        Verdicts($"SELECT * FROM ({Rows}) WHERE false", check).ShouldBe("pass, pass, fail block, fail warn");
    }

    [Theory]
    [MemberData(nameof(KindsOfColumns))]
    public void Evaluate_MeasureWithoutValues_FailsUnlessToldOtherwise(string name)
    {
        var check = GateChecks.Of(Cases[name].Gate)[0];
        var column = check.Column!;

        Verdicts($"SELECT * FROM ({Rows}) WHERE {column} IS NULL", check).ShouldBe("fail block, pass, fail block, fail warn");
    }

    [Theory]
    [InlineData("between, strict below", 2L, 4 / 6.0)]
    [InlineData("regexes, any", 1L, 5 / 6.0)]
    [InlineData("not in an empty set", 1L, 5 / 6.0)]
    [InlineData("exists", 3L, 0.5)]
    [InlineData("json schema", 4L, 2 / 6.0)]
    [InlineData("from a time on", 2L, 4 / 6.0)]
    public void Evaluate_NullsCountAsBad_AreFailingRows(string name, long failing, double share)
    {
        var check = GateChecks.Of(Cases[name].Gate)[0] with { Policy = new CheckPolicy { Nulls = NullRule.CountAsBad } };

        var result = Evaluate(Rows, check);

        (result.Verdict, result.FailingRows).ShouldBe((Verdict.Fail, failing), result.Message);
        result.Observed!.Value.ShouldBe(share, 1e-9);
        result.SampleRows.Count.ShouldBe((int)failing);
    }

    [Fact]
    public void Evaluate_UniqueWithNullsCountedAsBad_CountsDoublesAndNulls()
    {
        var check = new DataCheck(CheckKind.Unique, "k") { Policy = new CheckPolicy { Nulls = NullRule.CountAsBad } };

        Evaluate("SELECT * FROM (VALUES ('a'), ('a'), (NULL), ('b')) t(k)", check).ShouldSatisfyAllConditions(
            result => result.FailingRows.ShouldBe(3), result => result.SampleRows.Count.ShouldBe(3));
    }

    [Fact]
    public void Evaluate_MeasureWithNullsCountedAsBad_Fails() =>
        Evaluate(Rows, new DataCheck(CheckKind.MeanBetween, "a", 0, 100) { Policy = new CheckPolicy { Nulls = NullRule.CountAsBad } })
            .Message.ShouldBe("1 of 6 rows of 'a' are null, and nulls count as bad here.");

    [Fact]
    public void Evaluate_NotFiniteNumbers_FailEveryMeasure()
    {
        var results = CheckEvaluator.Evaluate(
            data.Parquet("SELECT * FROM (VALUES (1.0::DOUBLE), ('nan'::DOUBLE), ('inf'::DOUBLE)) t(x)"),
            [new(CheckKind.MaxBetween, "x", 0), new(CheckKind.MeanBetween, "x"), new(CheckKind.DeviationBetween, "x", 0)]);

        results.ShouldAllBe(result => result.Verdict == Verdict.Fail && double.IsNaN(result.Observed!.Value));
    }

    [Theory]
    [InlineData("DATE '2024-01-31'", 0L)]
    [InlineData("DATE '2024-02-01'", 1L)]
    [InlineData("TIMESTAMPTZ '2024-01-31 13:30:00+01'", 1L)]
    [InlineData("TIMESTAMPTZ '2024-01-31 13:00:00+01'", 0L)]
    [InlineData("TIMESTAMP_NS '2024-01-31 12:00:00.000001'", 1L)]
    [InlineData("TIMESTAMP_S '2024-01-31 12:00:00'", 0L)]
    public void Evaluate_TimesOfEveryType_AreComparedInUtc(string value, long failing)
    {
        var results = CheckEvaluator.Evaluate(
            data.Parquet($"SELECT {value} AS t"),
            [new(CheckKind.Between, "t") { Latest = January }, new(CheckKind.MaxBetween, "t") { Latest = January }]);

        results[0].FailingRows.ShouldBe(failing, results[0].Message);
        results[1].Verdict.ShouldBe(failing == 0 ? Verdict.Pass : Verdict.Fail, results[1].Message);
        results[1].Message.ShouldContain("allowed: max <= 2024-01-31 12:00:00.");
    }

    [Fact]
    public void Evaluate_KindsWithAQueryOfTheirOwn_LookAtTheRowsOfTheCondition()
    {
        var results = CheckEvaluator.Evaluate(data.Parquet(Rows), GateChecks.Of(gate => gate
            .MaxBetween("t", null, new DateTime(2024, 3, 1), with: each => each.Where("isfinite(t)"))
            .UnexpectedRows("SELECT k, count(*) AS n FROM input GROUP BY k HAVING n > 1", with: each => each.Where("k = 'y'"))
            .MatchesJsonSchema("j", "{\"type\": \"array\"}", with: each => each.Where("id = 2"))
            .MatchesJsonSchema("j", "{\"type\": \"array\"}", with: each => each.Where("id <= 2"))));

        results.Select(result => (result.Verdict, result.Rows, result.FailingRows)).ShouldBe(
            [(Verdict.Pass, 4, null), (Verdict.Fail, 2, 1), (Verdict.Pass, 1, 0), (Verdict.Fail, 2, 1)]);
    }

    [Fact]
    public void Evaluate_TimesAgainstTextOrNumbers_FailAndSayWhy() =>
        CheckEvaluator.Evaluate(data.Parquet(Rows), [new(CheckKind.Between, "s") { Latest = January }, new(CheckKind.MinBetween, "t", 0)])
            .Select(result => result.Message).ShouldBe(
            [
                "Column 's' is VARCHAR: only dates and times lie between times.",
                "Column 't' is TIMESTAMP: it has no such measure, only numbers have.",
            ]);

    private string Verdicts(string rows, DataCheck check)
    {
        var found = new EmptyRule?[] { null, EmptyRule.Pass, EmptyRule.Fail, EmptyRule.Warn }
            .Select(rule => Evaluate(rows, check with { Policy = new CheckPolicy { OnEmpty = rule } }));
        return string.Join(
            ", ", found.Select(result => result.Verdict == Verdict.Pass ? "pass" : $"fail {result.Severity}".ToLowerInvariant()));
    }

    private CheckResult Evaluate(string rows, Action<QualityGate> gate) => Evaluate(rows, GateChecks.Of(gate).Single());

    private CheckResult Evaluate(string rows, DataCheck check) => CheckEvaluator.Evaluate(
        data.Parquet(rows), [check],
        new CheckRequest
        {
            Others = new Dictionary<string, IReadOnlyList<string>>
            {
                ["dataset zones"] = [data.Parquet("SELECT * FROM (VALUES ('x'), (NULL)) t(zone)")],
            },
        }).Results.ShouldHaveSingleItem();
}
