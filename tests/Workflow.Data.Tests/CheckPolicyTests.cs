using Workflow.Data.Checks;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Tests;

/// <summary>Conditions, slices, masks, and checks that cannot be made.</summary>
public sealed class CheckPolicyTests : IDisposable
{
    private const string Trips =
        """
        SELECT * FROM (VALUES ('card', 5.0::DOUBLE, 'a@b'), ('card', -1.0, 'c@d'), ('cash', 7.0, 'e@f'), ('cash', -3.0, NULL), (NULL, 9.0, 'g@h'))
        t(pay, fare, mail)
        """;

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public void Evaluate_Where_LooksAtItsRowsOnly()
    {
        var results = Evaluate(gate => gate
            .Between("fare", 0, null, null, with: each => each.Where("pay = $pay", new Dictionary<string, object> { ["pay"] = "card" }))
            .Between("fare", 0, null, null, with: each =>
                each.Where("pay = $pay OR '$pay' = pay", new Dictionary<string, object> { ["pay"] = "cash" }))
            .RowCount(2, 2, with: each => each.Where("fare < $limit", new Dictionary<string, object> { ["limit"] = 0.0 })));

        results.Select(result => (result.Rows, result.FailingRows)).ShouldBe([(2, 1), (2, 1), (2, null)]);
        results[2].Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public void Evaluate_ConditionsAndQueriesWithCommentsAndParts_AreTaken()
    {
        var results = Evaluate(gate => gate
            .Between("fare", 0, null, null, with: each => each.Where("pay = 'card' -- (by card"))
            .Between("fare", 0, null, null, with: each => each.Where("pay IS NOT NULL -- any").Slice("pay"))
            .UnexpectedRows("WITH low AS (SELECT * FROM input WHERE fare < 0) SELECT * FROM low -- below nothing"));

        results.Select(result => (result.Slice, result.FailingRows)).ShouldBe([(null, 1), ("card", 1), ("cash", 1), (null, 2)]);
    }

    [Fact]
    public void Evaluate_UnexpectedRowsBesideAnOrder_SeeTheColumnsOfTheDatasetAlone()
    {
        var path = data.Parquet("SELECT * FROM (VALUES (1, 'a'), (1, 'a'), (2, 'b')) t(x, k)");
        var checks = GateChecks.Of(gate => gate.UnexpectedRows("SELECT * FROM input GROUP BY ALL HAVING count(*) > 1").Increasing("x"));

        var results = CheckEvaluator.Evaluate(path, checks);

        results.Select(result => (result.Verdict, result.FailingRows)).ShouldBe([(Verdict.Fail, 1), (Verdict.Pass, 0)]);
        results[0].SampleRows.ShouldHaveSingleItem().ShouldNotContain("workflow_row");
    }

    [Fact]
    public void Evaluate_MedianAndQuantilesOfDecimals_LieBetweenTheirValues()
    {
        var path = data.Parquet("SELECT unnest([0.19, 0.20])::DECIMAL(4,2) AS x");

        var results = CheckEvaluator.Evaluate(path, GateChecks.Of(gate => gate
            .MedianBetween("x", 0.1949, 0.1951).QuantilesBetween("x", [new(0.25, 0.1924, 0.1926)])));

        results.ShouldAllBe(result => result.Verdict == Verdict.Pass);
    }

    [Fact]
    public void Evaluate_SumsOfDecimals_AreExact()
    {
        var path = data.Parquet(
            """
            SELECT * FROM (VALUES (0.10::DECIMAL(4,2), 0.20::DECIMAL(10,3), 1::TINYINT), (0.11, 0.19, 1), (0.11, NULL, 127), (NULL, NULL, 127)) t(a, b, n)
            """);

        var results = CheckEvaluator.Evaluate(path, GateChecks.Of(gate => gate
            .RowSumEquals(["a", "b"], 0.3, MissingRule.Any).RowSumEquals(["a", "b", "n"], 1.3).RowSumEquals(["n", "n"], 254)
            .RowSumEquals(["a", "b"], 0.3000001, MissingRule.Any).RowSumEquals(["a", "b"], 1e300)));

        results.Select(result => (result.Verdict, result.FailingRows)).ShouldBe(
            [(Verdict.Pass, 0), (Verdict.Fail, 2), (Verdict.Fail, 2), (Verdict.Fail, 2), (Verdict.Fail, 3)]);
    }

    [Fact]
    public void Evaluate_RateOfNullsThatIsTooHigh_BlamesTheVersionAndNotItsRows()
    {
        var results = Evaluate(gate => gate
            .NullRate("mail", 0.1, Severity.Quarantine).NotNull("mail", mostly: 0.9, severity: Severity.Quarantine)
            .NullRate("mail", 0, Severity.Quarantine).NullRate("mail", 0.5, Severity.Quarantine));

        results.Select(result => (result.Verdict, result.HasRows)).ShouldBe(
            [(Verdict.Fail, false), (Verdict.Fail, false), (Verdict.Fail, true), (Verdict.Pass, true)]);
    }

    [Fact]
    public void Evaluate_BrokenChecksAmongOthers_KeepTheirPlaces()
    {
        var results = Evaluate(gate => gate
            .MatchesRegex("pay", "(").NotNull("fare", each => each.Slice("pay")).UnexpectedRows("DROP TABLE x").RowCount(5, 5));

        results.Select(result => $"{result.Check} {result.Slice} {result.Verdict}").ShouldBe(
        [
            "matches_regex  Fail", "not_null card Pass", "not_null cash Pass", "not_null null Pass", "unexpected_rows  Fail",
            "row_count  Pass",
        ]);
    }

    [Fact]
    public void Evaluate_Slices_EachHasItsResultAndMissingOnesAreNamed()
    {
        var results = Evaluate(gate => gate.Between(
            "fare", -2, null, null, with: each => each.Slice("pay").Expect("card", "cheque").Owner("ops").Meaning("Fares are paid.")));

        results.Select(result => (result.Slice, result.Verdict, result.Rows)).ShouldBe(
        [
            ("card", Verdict.Pass, 2), ("cash", Verdict.Fail, 2), ("null", Verdict.Pass, 1), ("cheque", Verdict.Fail, 0),
        ]);
        results[3].Message.ShouldBe("Slice cheque: There are no rows of the slice 'cheque'.");
        (results[0].Owner, results[0].Meaning).ShouldBe(("ops", "Fares are paid."));
    }

    [Fact]
    public void Evaluate_UniqueBySlice_LooksWithinEach()
    {
        var path = data.Parquet("SELECT * FROM (VALUES ('a', 1), ('b', 1), ('b', 1)) t(k, x)");

        CheckEvaluator.Evaluate(path, GateChecks.Of(gate => gate.Unique("x", each => each.Slice("k"))))
            .Select(result => (result.Slice, result.FailingRows)).ShouldBe([("a", 0), ("b", 2)]);
    }

    [Fact]
    public void Evaluate_SlicesOfChecksThatNeedTables_AreJudgedAsIfAlone()
    {
        // Columns of the names that the tables might have for their own.
        const string rows = """
            SELECT n, k, (hash(i) % 17)::DOUBLE AS x, i // 3 + hash(i) % 5 AS o, 'v' || hash(i, 1) % 4 AS v FROM (
                SELECT i, hash(i, 2) % 3 AS n, nullif(hash(i, 3) % 2, 0) AS k FROM range(400) r(i))
            """;
        var (path, bins) = (data.Parquet(rows), new DataPartition { Edges = [0, 5, 20], Weights = [0.3, 0.7] });
        void Define(QualityGate gate, Action<CheckSettings> with) => gate
            .Unique("x", with).CompoundUnique(["x", "v"], with: with).Increasing("o", with: with).ZScoreBelow("x", 1.5, with: with)
            .MostCommonInSet("v", ["v1", "v2"], with: with).DistinctEqualSet("v", ["v0", "v1"], with: with)
            .KlDivergenceBelow("x", bins, 0.01, with: with).ChiSquareAbove("x", bins, with: with)
            .KolmogorovSmirnovAbove("x", bins, with: with);
        var checks = GateChecks.Of(gate => Define(gate, each => each.Where("x > 0").Slice("n", "k")));

        var sliced = CheckEvaluator.Evaluate(path, checks).ToLookup(result => result.Slice);

        sliced.Count.ShouldBe(6);
        foreach (var slice in sliced)
        {
            var (n, k) = (slice.Key!.Split('/')[0], slice.Key.Split('/')[1]);
            var alone = data.Parquet($"SELECT * FROM ({rows}) WHERE n = {n} AND k IS NOT DISTINCT FROM {k}");
            var wanted = CheckEvaluator.Evaluate(alone, GateChecks.Of(gate => Define(gate, each => each.Where("x > 0"))));
            slice.Select(Said).ShouldBe(wanted.Select(result => Said(result with { Message = $"Slice {slice.Key}: {result.Message}" })));
        }

        using var session = new DuckDbSession();
        var scan = new CheckScan(session, CheckViews.Create(session, path, checks, new Dictionary<string, IReadOnlyList<string>>()),
            default);
        foreach (var check in checks)
            CheckPlanner.Plan(check, session, scan).Count().ShouldBe(6);
        scan.Made.Count.ShouldBe(7, "one for each check, of which two and two share one");

        static (string, Verdict, long?, string, string) Said(CheckResult result) =>
            (result.Check, result.Verdict, result.FailingRows, result.Message, string.Join(' ', result.SampleRows));
    }

    [Fact]
    public void Evaluate_MaskedColumns_AreNotShown()
    {
        var report = CheckEvaluator.Evaluate(
            data.Parquet(Trips), GateChecks.Of(gate => gate.Between("fare", 0, 100).DistinctInSet("mail", ["x"])),
            new CheckRequest { Masked = new HashSet<string> { "mail" } });

        report.Results[0].SampleRows.ShouldBe(["""{"pay":"card","fare":-1,"mail":"***"}""", """{"pay":"cash","fare":-3,"mail":null}"""]);
        report.Results[1].Message.ShouldNotContain("@");
    }

    [Fact]
    public void Evaluate_MeasuresThatAreValuesOfAMaskedColumn_SayOnlyWhetherTheyHold()
    {
        var results = CheckEvaluator.Evaluate(
            data.Parquet(Trips),
            GateChecks.Of(gate => gate.MinBetween("fare", 0, 100).MedianBetween("fare", 0, 100).QuantilesBetween("fare", [new(0.5, 0, 1)])
                .MeanBetween("fare", 0, 1)),
            new CheckRequest { Masked = new HashSet<string> { "fare" } }).Results;

        results.Take(3).Select(result => (result.Verdict, result.Observed))
            .ShouldBe([(Verdict.Fail, null), (Verdict.Pass, null), (Verdict.Fail, null)]);
        results[0].Message.ShouldBe("The values of 'fare', which are not shown: not as allowed.");
        results[3].Observed.ShouldBe(3.4, "the mean is no one's value");
    }

    [Fact]
    public void Evaluate_UnexpectedRowsThatCallAMaskedColumnOtherwise_ShowNone()
    {
        var checks = GateChecks.Of(gate => gate
            .UnexpectedRows("SELECT upper(MAIL) AS m, fare FROM input WHERE fare < 0 ORDER BY fare")
            .UnexpectedRows("SELECT pay FROM input WHERE fare < 0 ORDER BY fare")
            .UnexpectedRows("SELECT pay, input AS whole, #3 AS third FROM input WHERE fare = -1"));

        var results =
            CheckEvaluator.Evaluate(data.Parquet(Trips), checks, new CheckRequest { Masked = new HashSet<string> { "Mail" } }).Results;

        results[0].SampleRows.ShouldBe(["{\"m\":null,\"fare\":\"***\"}", "{\"m\":\"***\",\"fare\":\"***\"}"]);
        results[1].SampleRows.ShouldBe(["{\"pay\":\"cash\"}", "{\"pay\":\"card\"}"]);
        results[2].SampleRows.ShouldBe(["{\"pay\":\"card\",\"whole\":\"***\",\"third\":\"***\"}"]);
    }

    [Fact]
    public void Evaluate_SlicesByAMaskedColumn_AreToldApartAndNotNamed()
    {
        var results = CheckEvaluator.Evaluate(
            data.Parquet(Trips), GateChecks.Of(gate => gate.NotNull("pay", each => each.Slice("mail"))),
            new CheckRequest { Masked = new HashSet<string> { "mail" } }).Results;

        results.Select(result => result.Slice).ShouldBe(["*** 1", "*** 2", "*** 3", "*** 4", "*** 5"]);
        results.ShouldAllBe(result => !result.Message.Contains('@'));
    }

    [Fact]
    public void Evaluate_ChecksThatCannotBeMade_FailAloneAndSayWhy()
    {
        var results = Evaluate(gate => gate
            .NotNull("fare").MatchesRegex("pay", "(").UnexpectedRows("DROP TABLE x").MeanBetween("pay", 0, 1)
            .NotNull("fare", each => each.Where("nix > 0")).Unique("nix", each => each.Slice("fare", "none")));

        results.Single(result => result.Verdict == Verdict.Pass).Check.ShouldBe("not_null");
        results.Where(result => result.Verdict == Verdict.Fail).Count().ShouldBe(5);
        results.Single(result => result.Check == "mean_between").Message.ShouldBe(
            "Column 'pay' is VARCHAR: it has no such measure, only numbers have.");
        results.Single(result => result.Check == "matches_regex").Message.ShouldContain("missing )");
        results.Single(result => result.Check == "unique").Message.ShouldContain("There is no column 'none'");
    }

    [Fact]
    public async Task Evaluate_Quarantine_PartsRowsByTheChecksThatTheyFail()
    {
        var checks = GateChecks.Of(gate => gate
            .Between("fare", 0, null, null, severity: Severity.Quarantine).NotNull("pay", severity: Severity.Quarantine)
            .Unique("mail", severity: Severity.Quarantine).NotNull("mail", severity: Severity.Warn)
            .Increasing("fare", mostly: 0, severity: Severity.Quarantine));
        var path = data.Parquet($"{Trips} UNION ALL SELECT NULL, -9, 'a@b'");

        var report = CheckEvaluator.Evaluate(path, checks, new CheckRequest());
        var (accepted, quarantined) =
            await report.Quarantine!.WriteAsync(new DatasetWriter(data.Store), TestContext.Current.CancellationToken);

        (accepted.Rows, quarantined.Rows).ShouldBe((1, 5));
        accepted.Schema.Select(column => column.Name).ShouldBe(["pay", "fare", "mail"]);
        (await data.Rows(accepted))[0].Text("pay").ShouldBe("cash");
        using var session = new DuckDb.DuckDbSession();
        session.Query(
            "SELECT CAST(quarantine_reasons AS VARCHAR) AS why FROM read_parquet($p) ORDER BY fare, why",
            new Dictionary<string, object?>
            {
                ["p"] = await data.Store.PathAsync(quarantined.Sha256, TestContext.Current.CancellationToken),
            })
            .Select(row => row.Text("why")).ShouldBe(
            [
                "[between fare, increasing fare, not_null pay, unique mail]", "[between fare, increasing fare]",
                "[between fare, increasing fare]",
                "[unique mail]", "[not_null pay]",
            ]);
    }

    [Theory]
    [InlineData(0.4, Verdict.Pass, true, 2L)]
    [InlineData(0.6, Verdict.Pass, true, 2L)]
    [InlineData(0.61, Verdict.Fail, false, 2L)]
    [InlineData(1.0, Verdict.Fail, true, 2L)]
    public async Task Evaluate_QuarantineWithAShare_SetsRowsAsideWhileItHolds(double mostly, Verdict verdict, bool hasRows, long rows)
    {
        var checks = GateChecks.Of(gate => gate.Between("fare", 0, 100, mostly, Severity.Quarantine));

        var report = CheckEvaluator.Evaluate(data.Parquet(Trips), checks, new CheckRequest());

        var result = report.Results.ShouldHaveSingleItem();
        (result.Verdict, result.HasRows).ShouldBe((verdict, hasRows));
        GateVerdict.Of("trips", report.Results).Verdict.ShouldBe(hasRows ? Verdict.Pass : Verdict.Fail);
        var (_, quarantined) = await report.Quarantine!.WriteAsync(new DatasetWriter(data.Store), TestContext.Current.CancellationToken);
        quarantined.Rows.ShouldBe(rows);
    }

    [Fact]
    public async Task Evaluate_QuarantineByJsonSchema_PartsRowsByPlace()
    {
        var path =
            data.Parquet("SELECT i AS id, CASE WHEN i % 1000 = 7 THEN '{\"a\": \"x\"}' ELSE '{\"a\": 1}' END AS j FROM range(10000) r(i)");
        var checks = GateChecks.Of(gate => gate.MatchesJsonSchema(
            "j", "{\"properties\": {\"a\": {\"type\": \"integer\"}}}", severity: Severity.Quarantine, with: each =>
            each.Where("id < 5000")));

        var report = CheckEvaluator.Evaluate(path, checks, new CheckRequest());
        var (accepted, quarantined) =
            await report.Quarantine!.WriteAsync(new DatasetWriter(data.Store), TestContext.Current.CancellationToken);

        (accepted.Rows, quarantined.Rows).ShouldBe((9995, 5));
        (await data.Rows(quarantined, "list(id ORDER BY id)::VARCHAR AS ids"))[0].Text("ids").ShouldBe("[7, 1007, 2007, 3007, 4007]");
    }

    [Fact]
    public void Evaluate_QuarantineWithoutRowsToBlame_LeavesItToThePerson()
    {
        var report = CheckEvaluator.Evaluate(
            data.Parquet($"SELECT * FROM ({Trips}) WHERE false"),
            GateChecks.Of(gate =>
                gate.Between("fare", 0, null, null, severity: Severity.Quarantine, with: each => each.OnEmpty(EmptyRule.Fail))
                .NullRate("pay", 0.5, Severity.Quarantine)), new CheckRequest());

        report.Results.Select(result => result.HasRows).ShouldBe([false, true]);
        report.Quarantine.ShouldBeNull();
    }

    [Fact]
    public void Evaluate_QuarantineByARateOfNullsThatHolds_SetsNoNullAside() =>
        CheckEvaluator.Evaluate(
            data.Parquet(Trips), GateChecks.Of(gate => gate.NullRate("pay", 0.5, Severity.Quarantine)),
            new CheckRequest()).Quarantine.ShouldBeNull();

    private IReadOnlyList<CheckResult> Evaluate(Action<QualityGate> gate) =>
        CheckEvaluator.Evaluate(data.Parquet(Trips), GateChecks.Of(gate));
}
