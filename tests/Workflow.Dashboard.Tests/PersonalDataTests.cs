using Workflow.Data;
using Workflow.Data.Drift;
using Workflow.Data.DuckDb;
using Workflow.Graphs;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>What the API shows of columns that a contract says tell of people: counts and shares, and no value.</summary>
public sealed class PersonalDataTests() : StoredDataTest("people", "people", "make")
{
    private static readonly DataContract Contract = DataContract.Of("people", contract => contract
        .Column("id", "BIGINT").Column("mail", "VARCHAR", column => column.PersonalData(PersonalData.Personal))
        .Column("born", "DATE", column => column.PersonalData(PersonalData.Pseudonymous)));

    private readonly List<(long VersionId, string Path)> versions = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await DeclareAsync("people", Contract);
        foreach (var month in new[] { "01", "02", "03" })
            await PublishAsync(month);
    }

    [Theory]
    [InlineData("/datasets/people/profile")]
    [InlineData("/datasets/people/profile?whole=true")]
    public async Task Profile_OfPersonalColumns_HasCountsAndNoValues(string path)
    {
        var profile = await Server.GetAsync(path);

        profile.ToString().ShouldNotContain("@");
        profile.ToString().ShouldNotContain("1970-");
        profile.All("columns", "column").ShouldBe(["id", "mail", "born"]);
        (profile.Text("columns/1/min"), profile.Text("columns/1/max"), profile.Int("columns/1/distinct")).ShouldBe(("***", "***", 7));
        (profile.Text("columns/2/min"), profile.At("columns/2/quantiles").GetArrayLength(), profile.At("columns/2/histogram")
            .GetArrayLength())
            .ShouldBe(("***", 0, 0));
        (profile.Text("columns/0/min"), profile.At("columns/0/quantiles").GetArrayLength()).ShouldBe(("0", 7));
    }

    [Fact]
    public async Task Versions_OfPersonalColumns_ShowNoValuesAndTheContractThatTheyMeet()
    {
        await DeclareAsync("people", Contract with { Meaning = "Who." });
        await PublishAsync("04", Contract with { Meaning = "Who." });

        var shown = await Server.GetAsync("/datasets/people");
        var listed = await Server.GetAsync("/datasets/people/versions");

        shown.ToString().ShouldNotContain("@");
        shown.Text("versions/0/profile/1/max").ShouldBe("***");
        shown.All("versions", "contract_version").ShouldBe(["2", "1", "1", "1"]);
        listed.All("versions", "contract_version").ShouldBe(["2", "1", "1", "1"]);
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("MAIL")]
    public async Task Drift_OfAPersonalColumn_KeepsSharesWithoutCategories(string column)
    {
        var drift = await Server.GetAsync($"/datasets/people/drift?reference=1&current=2&columns={column},id");

        drift.ToString().ShouldNotContain("@");
        drift.All("columns/0/bins", "label").ShouldBe(["*** 1", "*** 2", "*** 3", "*** 4", "*** 5", "*** 6", "*** 7"]);
        drift.At("columns/0/bins/0/reference").GetDouble().ShouldBeGreaterThan(0.1);
        drift.Text("columns/1/bins/0/label").ShouldNotContain("*");
    }

    [Fact]
    public async Task GateDrift_StoredBeforeTheContractSaidSo_IsMaskedAllTheSame()
    {
        var source = await StartAsync("judged");
        var report = DriftEvaluator.Compare(
            [versions[0].Path], [versions[1].Path], new DriftRule { Columns = ["mail"] }, new DuckDbOptions(), default);
        report.Columns[0].Bins[0].Label.ShouldContain("@");
        await Effects.StageAsync(
            source, GateVerdict.Of("people", []), new VerdictSubject(DatasetVersionId: versions[1].VersionId),
            new StagedDrift(Verdict.Pass, [versions[0].VersionId], DriftVerdict.ToJson(report)), default);
        await FinishAsync(source);

        var drift = await Server.GetAsync("/gates/people/judged/make/drift");

        drift.ToString().ShouldNotContain("@");
        drift.Text("columns/0/bins/0/label").ShouldBe("*** 1");
    }

    [Fact]
    public async Task Evidence_StoredBeforeTheContractSaidSo_IsMaskedAllTheSame()
    {
        CheckResult[] found =
        [
            new("between", "id", Verdict.Fail, Severity.Block, 0.5, "all", 2, 2,
                ["""{"id":7,"mail":"ann7@home.example"}""", """{"id":8,"mail":null}"""], "m"),
            new("max_between", "mail", Verdict.Fail, Severity.Block, 103, "at most 9", 2, 1, [], "The largest is 103: ann@home."),
            new("unexpected_rows", null, Verdict.Fail, Severity.Block, 1, "none", 2, 1, ["""{"m":"ann@home"}"""], "1 row."),
            new("unexpected_rows", null, Verdict.Fail, Severity.Block, null, "none", 2, null, [],
                "DuckDB: Conversion Error: Could not convert string 'ann@o'hara' to INT64"),
            new("not_null", "id", Verdict.Pass, Severity.Block, 1, "all", 2, 0, [], "Slice ann@home: 1 of 1.") { Slice = "ann@home" },
            new("max_between", "id", Verdict.Pass, Severity.Block, 8, "at most 9", 2, 0, [], "The largest is 8."),
        ];
        var held = await StartAsync("held");
        await Effects.HoldAsync(held, versions[1].VersionId, found, default);
        var judged = await StartAsync("judged");
        await Effects.StageAsync(judged, GateVerdict.Of("people", found), new VerdictSubject(DatasetVersionId: versions[1].VersionId),
            default);
        await FinishAsync(judged);

        var lineage = await Server.GetAsync("/lineage/upstream?of=dataset:people@2");
        lineage.ToString().ShouldContain("max_between");
        lineage.ToString().ShouldNotContain("103");
        foreach (var (path, checks) in new[] { ("/gates?run_id=judged", "gates/0/checks"), ("/reviews", "reviews/0/checks"),
            ("/reviews/1", "checks") })
        {
            var answer = await Server.GetAsync(path);
            answer.ToString().ShouldNotContain("@", customMessage: path);
            answer.Text($"{checks}/0/sample_rows/0/mail").ShouldBe("***");
            answer.Int($"{checks}/0/sample_rows/0/id").ShouldBe(7);
            answer.IsNull($"{checks}/0/sample_rows/1/mail").ShouldBeTrue();
            answer.IsNull($"{checks}/1/observed").ShouldBeTrue();
            answer.Text($"{checks}/1/message").ShouldBe("The values of 'mail', which are not shown: not as allowed.");
            answer.Text($"{checks}/3/message").ShouldBe("DuckDB: Conversion Error: Could not convert string '***' to INT64");
            (answer.Text($"{checks}/4/slice"), answer.Text($"{checks}/4/message")).ShouldBe(("*** 5", "Slice *** 5: 1 of 1."));
            answer.Int($"{checks}/5/observed").ShouldBe(8);
        }
    }

    [Fact]
    public async Task Suggestions_ForPersonalColumns_AskForNoValues()
    {
        var (status, suggested) = await Server.PostAsync("/datasets/people/proposals", "{}");

        status.ShouldBe(200, suggested.ToString());
        suggested.ToString().ShouldNotContain("@");
        var checks = suggested.At("proposals").EnumerateArray().Select(each => each.At("check"))
            .Select(check => $"{check.At("kind")} {(check.TryGetProperty("column", out var column) ? column.ToString() : "")}".Trim())
            .ToList();
        checks.ShouldBe(["row_count", "not_null id", "unique id", "between id", "not_null mail", "not_null born"], ignoreOrder: true);
    }

    private Task DeclareAsync(string dagId, DataContract contract) => Server.Given.DagAsync(
        dagId, new DagGraph([Given.Task(0, "make")]), source: contract.Hash, settings: new DagSettings { Contracts = [contract] });

    private async Task PublishAsync(string month, DataContract? contract = null)
    {
        const string sql =
            "SELECT i AS id, 'ann' || i % 7 || '@home.example' AS mail, DATE '1970-01-01' + (i % 30)::INTEGER AS born FROM range(200) r(i)";
        var (id, _, path) = await PublishAsync(month, month, $"{sql} ORDER BY id", (contract ?? Contract).Hash);
        versions.Add((id, path));
    }
}
