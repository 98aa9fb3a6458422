using System.Text.Json.Nodes;
using Workflow.Postgres.Effects;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Datasets, models and gates, as far as they are published.</summary>
public sealed class DataTests : DataTest
{
    [Fact]
    public async Task Datasets_WhileTheirVersionIsStaged_AreNotSeen()
    {
        var source = await StartAsync("r1");
        await Effects.StageAsync(source, Dataset("trips"), default);

        var staged = await Server.GetAsync("/datasets");
        var stagedOne = await Server.SendAsync(HttpMethod.Get, "/datasets/trips");
        await FinishAsync(source);
        var published = await Server.GetAsync("/datasets");

        staged.Int("total_entries").ShouldBe(0);
        staged.At("datasets").GetArrayLength().ShouldBe(0);
        stagedOne.Status.ShouldBe(404);
        published.Text("datasets/0/name").ShouldBe("trips");
        published.Int("datasets/0/versions").ShouldBe(1);
        published.Int("datasets/0/latest_rows").ShouldBe(10);
    }

    [Fact]
    public async Task Dataset_WithVersionsAndAStagedOne_ShowsThePublishedNewestFirst()
    {
        var first = await StartAsync("r1");
        var parent = await Effects.StageAsync(first, Dataset("raw"), default);
        await FinishAsync(first);
        foreach (var key in new[] { "r2", "r3" })
        {
            var made = await StartAsync(key);
            await Effects.StageAsync(made, Dataset("trips", parent), default);
            await FinishAsync(made);
        }

        await Effects.StageAsync(await StartAsync("r4"), Dataset("trips", parent), default);

        var trips = await Server.GetAsync("/datasets/trips");

        trips.All("versions", "version").ShouldBe(["2", "1"]);
        var newest = trips.At("versions/0");
        newest.Text("sha256").ShouldBe(Sha);
        newest.Text("partition/month").ShouldBe("2019-01");
        newest.Text("dag_id").ShouldBe("taxi");
        newest.Text("run_id").ShouldBe("r3");
        newest.Text("task_id").ShouldBe("make");
        newest.Text("columns/0/name").ShouldBe("fare");
        newest.Text("profile/0/min").ShouldBe("1");
        newest.At("profile/0/sd").GetDouble().ShouldBe(2.5);
        newest.IsNull("profile/0/mean").ShouldBeTrue("JSON has no NaN");
        newest.Text("parents/0/dataset").ShouldBe("raw");
        newest.Int("parents/0/version").ShouldBe(1);
        var second = await Server.GetAsync("/datasets/trips?limit=1&offset=1");
        second.All("versions", "version").ShouldBe(["1"]);
        second.Int("total_entries").ShouldBe(2);
    }

    [Fact]
    public async Task Gates_OfARunningAndOfAFailedAttempt_AreSeenWhenItHasEnded()
    {
        var source = await StartAsync("r1");
        CheckResult[] checks = [
            new("between", "fare", Verdict.Fail, Severity.Block, double.NaN, ">= 0", 10, 2, ["""{"fare":-1}""", "not json"],
                "Two rows are below 0.")];
        await Effects.StageAsync(source, GateVerdict.Of("trips v1", checks), new VerdictSubject(), default);

        var staged = await Server.GetAsync("/gates");
        await FinishAsync(source, new TaskOutcome.Failed("The gate failed.", Retryable: false));
        var gates = await Server.GetAsync("/gates?dag_id=taxi&run_id=r1");

        staged.Int("total_entries").ShouldBe(0);
        gates.Int("total_entries").ShouldBe(1);
        var gate = gates.At("gates/0");
        gate.Text("run_id").ShouldBe("r1");
        gate.Text("task_id").ShouldBe("make");
        gate.Int("map_index").ShouldBe(-1);
        gate.Text("verdict").ShouldBe("fail");
        gate.Text("subject").ShouldBe("trips v1");
        gate.Int("try_number").ShouldBe(1);
        gate.Text("checks/0/verdict").ShouldBe("fail");
        gate.IsNull("checks/0/observed").ShouldBeTrue();
        gate.Int("checks/0/failing_rows").ShouldBe(2);
        gate.Int("checks/0/sample_rows/0/fare").ShouldBe(-1);
        gate.Text("checks/0/sample_rows/1/row").ShouldBe("not json");
        (await Server.GetAsync("/gates")).Int("total_entries").ShouldBe(1);
        (await Server.GetAsync("/gates?dag_id=~&run_id=r1")).Int("total_entries").ShouldBe(1);
        (await Server.GetAsync("/gates?dag_id=other")).Int("total_entries").ShouldBe(0);
        (await Server.GetAsync("/gates?run_id=r2")).Int("total_entries").ShouldBe(0);
        (await Server.GetAsync("/gates?run_id=r1&task_id=make&map_index=-1")).Int("total_entries").ShouldBe(1);
        (await Server.GetAsync("/gates?run_id=r1&task_id=other")).At("gates").GetArrayLength().ShouldBe(0);
        (await Server.GetAsync("/gates?run_id=r1&map_index=7")).At("gates").GetArrayLength().ShouldBe(0);
        (await Server.SendAsync(HttpMethod.Get, "/gates?task_id=make")).Status.ShouldBe(422);
    }

    [Fact]
    public async Task Drift_OfAGate_IsSeenOnceItsAttemptHasEnded()
    {
        var source = await StartAsync("r1");
        var trips = await Effects.StageAsync(source, Dataset("trips"), default);
        const string report = """
            {"columns": [{"column": "fare", "is_numeric": true, "verdict": "fail", "score": {"method": "psi_deciles", "statistic": "Infinity",
                "p_value": null, "threshold": 0.25, "is_drifted": true}, "adjusted_p_value": null, "reference_count": 4, "current_count": 2,
                "reference_nulls": 0, "current_nulls": 1, "bins": [{"label": "1", "reference": 3, "current": 0}, {"label": "2", "reference": 1, "current": 2}],
                "message": "m"}], "share": 1, "verdict": "fail"}
            """;
        await Effects.StageAsync(
            source, GateVerdict.Of("trips", []), new VerdictSubject(DatasetVersionId: trips),
            new StagedDrift(Verdict.Fail, [trips], report), default);
        var staged = await Server.SendAsync(HttpMethod.Get, "/gates/taxi/r1/make/drift");
        await FinishAsync(source);

        var drift = await Server.GetAsync("/gates/taxi/r1/make/drift?map_index=-1");

        staged.Status.ShouldBe(404);
        (drift.Text("verdict"), drift.Text("found"), drift.Int("share")).ShouldBe(("pass", "fail", 1));
        (drift.Text("current/dataset"), drift.Int("references/0/version"),
            drift.Text("references/0/partition/month")).ShouldBe(("trips", 1, "2019-01"));
        (drift.Text("columns/0/method"), drift.IsNull("columns/0/statistic"),
            drift.Int("columns/0/reference_count")).ShouldBe(("psi-deciles", true, 4));
        drift.At("columns/0/bins/0/reference").GetDouble().ShouldBe(0.75);
        (await Server.SendAsync(HttpMethod.Get, "/gates/taxi/r1/other/drift")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Models_WithAnAliasAndAStagedVersion_ShowOnlyWhatIsPublished()
    {
        var source = await StartAsync("r1");
        var data = await Effects.StageAsync(source, Dataset("trips"), default);
        var model = await Effects.StageAsync(source, Model("fare", data), default);
        CheckResult[] checks = [new("no_worse_than", "rmse", Verdict.Pass, Severity.Block, 1, "<= 2", 10, 0, [], "Good.")];
        await Effects.StageAsync(source, GateVerdict.Of("fare v1", checks), new VerdictSubject(ModelVersionId: model, Alias: "champion"),
            default);
        await Effects.StageMoveAsync(source, "champion", model, default);
        var before = await Server.GetAsync("/models");
        await FinishAsync(source);
        await Effects.StageAsync(await StartAsync("r2"), Model("fare", data), default);

        var list = await Server.GetAsync("/models");
        var fare = await Server.GetAsync("/models/fare");

        before.Int("total_entries").ShouldBe(0);
        list.Int("models/0/versions").ShouldBe(1);
        list.Int("models/0/aliases/champion").ShouldBe(1);
        fare.Int("aliases/champion").ShouldBe(1);
        (await Server.GetAsync("/models/fare?limit=0")).Int("total_entries").ShouldBe(1);
        fare.All("versions", "version").ShouldBe(["1"]);
        fare.At("versions/0/metrics").ToString().ShouldBe("""{"rmse":2.5}""", "what is not a number is left out");
        fare.Int("versions/0/params/depth").ShouldBe(3);
        fare.Text("versions/0/flavour").ShouldBe("linear");
        fare.Text("versions/0/parents/0/dataset").ShouldBe("trips");
        fare.Text("versions/0/gates/0/verdict").ShouldBe("pass");
        fare.Text("alias_moves/0/alias").ShouldBe("champion");
        fare.Int("alias_moves/0/to_version").ShouldBe(1);
        fare.IsNull("alias_moves/0/from_version").ShouldBeTrue();
        fare.Text("alias_moves/0/run_id").ShouldBe("r1");
    }

    [Fact]
    public async Task Lineage_OfARunThatIsGone_IsStillShown()
    {
        var source = await StartAsync("gone");
        var data = await Effects.StageAsync(source, Dataset("trips"), default);
        var model = await Effects.StageAsync(source, Model("fare", data), default);
        CheckResult[] checks = [new("no_worse_than", "rmse", Verdict.Pass, Severity.Block, 1, "<= 2", 10, 0, [], "Good.")];
        await Effects.StageAsync(source, GateVerdict.Of("fare v1", checks), new VerdictSubject(ModelVersionId: model, Alias: "champion"),
            default);
        await Effects.StageMoveAsync(source, "champion", model, default);
        await FinishAsync(source);
        var runId = source.Task.Key.RunId;
        await Server.Given.ExecuteAsync($"DELETE FROM dag_run WHERE run_id = {runId}; DELETE FROM task_instance WHERE run_id = {runId};");

        (await Server.GetAsync("/models/fare")).Text("versions/0/run_id").ShouldBe("gone");
        (await Server.GetAsync("/models/fare")).Text("alias_moves/0/run_id").ShouldBe("gone");
        (await Server.GetAsync("/datasets/trips")).Text("versions/0/run_id").ShouldBe("gone");
        (await Server.GetAsync("/gates?run_id=gone")).Int("total_entries").ShouldBe(1);
        foreach (var path in new[] { "", "/taskInstances", "/taskInstances/make", "/taskInstances/make/logs/1" })
        {
            var (status, body) = await Server.SendAsync(HttpMethod.Get, $"/dags/taxi/dagRuns/gone{path}");
            status.ShouldBe(404, path);
            body.ToString().ShouldContain("gone", Case.Sensitive, path);
        }
    }

    private static StagedDataset Dataset(string name, params long[] parents) => new(
        name, Sha, 1000, 10, new Dictionary<string, string> { ["month"] = "2019-01" }, [new Column("fare", "DOUBLE")],
        [new ColumnProfile("fare", "DOUBLE", 10, 0, 7, "1", "9", double.NaN, 2.5)], "tests 1", parents);

    private static StagedModel Model(string name, params long[] parents) => new(
        name, Sha, 500, "linear", new JsonObject { ["depth"] = 3 },
        new Dictionary<string, double> { ["rmse"] = 2.5, ["bias"] = double.PositiveInfinity }, parents);
}
