using System.Text.Json.Nodes;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>Drift gates over slices of a dataset: shifted by so much, against what came before.</summary>
public sealed class DriftGateTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        await engine.StartWorkerAsync();
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gate_AgainstANamedSlice_LearnsThenPassesThenFails(bool isIsolated)
    {
        await SaveAsync("gate.Against(Reference.Version(\"trips\", \"month=2024-01\")).Columns(\"fare\")", isIsolated);

        (await RunAsync("2024-01", 0)).ShouldBe("success");
        (await RunAsync("2024-02", 1)).ShouldBe("success");
        (await RunAsync("2024-03", 500)).ShouldBe("failed");

        (await VerdictsAsync()).ShouldBe("learning, pass, fail");
        (await engine.ScalarAsync<bool>("SELECT bool_and(sketch IS NOT NULL) FROM dataset_version")).ShouldBeTrue();
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(found || ' ' || (partition ->> 'month'), ', ' ORDER BY gate_verdict_id) FROM drift_report"))
            .ShouldBe("pass 2024-02, fail 2024-03");

        // The reference counts as read: its content stays, and lineage knows.
        (await engine.ScalarAsync<long>("""
            SELECT count(*) FROM attempt_input i JOIN dataset_version v USING (dataset_version_id)
            WHERE i.task_id = 'drift' AND v.partition ->> 'month' = '2024-01'
            """)).ShouldBe(2);
    }

    [Fact]
    public async Task Gate_AgainstRollingWindows_TakesThoseBeforeTogether()
    {
        await SaveAsync("gate.Against(Reference.Rolling(2, along: \"month\")).Columns(\"fare\")");

        foreach (var month in new[] { "2024-03", "2024-01", "2024-02", "2024-04" })
            await RunAsync(month, 0);

        (await engine.ScalarAsync<string>("""
            SELECT string_agg(d.partition ->> 'month' || ': ' || (
                SELECT string_agg(v.partition ->> 'month', ' ' ORDER BY v.partition) FROM dataset_version v WHERE v.dataset_version_id = ANY (d.reference_ids)),
                ', ' ORDER BY d.gate_verdict_id) FROM drift_report d
            """)).ShouldBe("2024-02: 2024-01, 2024-04: 2024-02 2024-03");
    }

    [Fact]
    public async Task Gate_TwoOfThreeWindows_FailsAtTheSecondThatDrifts()
    {
        await SaveAsync("gate.Against(Reference.Version(\"trips\", \"month=2024-01\")).Columns(\"fare\").Windows(2, of: 3)");
        await RunAsync("2024-01", 0);

        (await RunAsync("2024-02", 500)).ShouldBe("success");
        (await RunAsync("2024-02", 500)).ShouldBe("success", "the same slice again is the same window");
        (await RunAsync("2024-03", 0)).ShouldBe("success");
        (await RunAsync("2024-04", 500)).ShouldBe("failed");

        (await VerdictsAsync()).ShouldBe("learning, pass, pass, pass, fail");
    }

    [Fact]
    public async Task Gate_AgainstTheTrainingOfAModelThatTheDagIsYetToTrain_IsLearning()
    {
        await SaveAsync("gate.Against(Reference.ChampionTraining(\"fare\"))", after: """
            dag.Train("train", drift, train => train.Model("fare").Ridge(label: "fare").Numeric("fare").Holdout("fare"));
            """);

        var run = await engine.RunAsync("drifting");

        (await engine.TasksAsync(run))["drift"].ShouldBe("success", await engine.ExplainAsync(run));
        (await engine.ScalarAsync<string>("SELECT checks -> 0 ->> 'message' FROM gate_verdict"))
            .ShouldBe("Nothing to compare with yet: there is no other version of the training data of fare's champion.");
    }

    [Theory]
    [InlineData("Reference.Version(\"tirps\", \"month=2024-01\")", "There is no dataset 'tirps' with such a version.")]
    [InlineData("Reference.Version(\"trips\", \"moth=2024-01\")", "'trips' has no slices by 'moth'; it has them by month")]
    [InlineData("Reference.Version(\"trips\", 9)", "There is no dataset 'trips' with such a version.")]
    [InlineData("Reference.ChampionTraining(\"fair\")", "There is no model 'fair', and no DAG trains one.")]
    [InlineData("Reference.ChampionTraining(\"fare\", \"champoin\")", "Model 'fare' has no such alias; it has champion.")]
    public async Task Gate_AgainstANameThatNothingHas_FailsAndSaysWhich(string reference, string message)
    {
        await SaveAsync("gate.Against(Reference.Version(\"trips\", \"month=2024-01\"))");
        await RunAsync("2024-01", 0);
        await PromoteAsync();
        await SaveAsync($"gate.Against({reference})");

        var run = await engine.RunAsync("drifting", new JsonObject { ["month"] = "2024-02", ["shift"] = 0 });

        (await engine.StateAsync(run)).ShouldBe("failed");
        (await engine.ExplainAsync(run)).ShouldContain(message);
    }

    [Fact]
    public async Task Gate_WindowsAlongAKey_AreThoseOfTheSameOtherKeys()
    {
        await SaveAsync("gate.Against(Reference.Rolling(2, along: \"month\")).Columns(\"fare\").Windows(2, of: 2)");
        await RunAsync("2024-01", 0, "north");
        await RunAsync("2024-01", 0, "south");

        (await RunAsync("2024-02", 500, "north")).ShouldBe("success");
        (await RunAsync("2024-02", 500, "south")).ShouldBe("success", "what was found in the north is not of the south");
        (await RunAsync("2024-03", 5000, "south")).ShouldBe("failed");
    }

    [Fact]
    public async Task Gate_AgainstTheTrainingOfTheChampion_TakesItsVersions()
    {
        await SaveAsync("gate.Against(Reference.Version(\"trips\", \"month=2024-01\"))");
        await RunAsync("2024-01", 0);
        await PromoteAsync();
        await SaveAsync("gate.Against(Reference.ChampionTraining(\"fare\")).Columns(\"fare\")");

        (await RunAsync("2024-02", 500)).ShouldBe("failed");

        (await engine.ScalarAsync<string>("""
            SELECT string_agg(v.partition ->> 'month', ',') FROM drift_report d JOIN dataset_version v ON v.dataset_version_id = ANY (d.reference_ids)
            """)).ShouldBe("2024-01");
    }

    [Fact]
    public async Task Gate_ColumnThatIsNotThere_SaysWhatThereIs()
    {
        await SaveAsync("gate.Against(Reference.Version(\"trips\", \"month=2024-01\")).Columns(\"fair\")");
        await RunAsync("2024-01", 0);

        var runId = await engine.RunAsync("drifting", new JsonObject { ["month"] = "2024-02", ["shift"] = 0 });

        (await engine.ExplainAsync(runId)).ShouldContain("no column 'fair'; it has fare");
    }

    /// <summary>Makes a champion that was trained on the one version there is.</summary>
    private Task PromoteAsync() => engine.ExecuteAsync("""
        INSERT INTO model (model) VALUES ('fare');
        INSERT INTO model_version (model, version, sha256, bytes, flavour, params, metrics, dag_version_id, dag_id, run_id, run_key, task_index,
            map_index, attempt, task_id, published_at)
        SELECT 'fare', 1, sha256, 1, 'linear', '{}', '{}', (SELECT max(dag_version_id) FROM dag_version), dag_id, run_id, run_key, task_index,
            map_index, attempt, task_id, now() FROM dataset_version;
        INSERT INTO model_parent SELECT model_version_id, dataset_version_id FROM model_version, dataset_version;
        UPDATE gate_verdict SET verdict = 'pass', model_version_id = (SELECT model_version_id FROM model_version);
        INSERT INTO model_alias (model, alias, model_version_id) SELECT model, 'champion', model_version_id FROM model_version;
        """);

    private Task<string> VerdictsAsync() => engine.ScalarAsync<string>(
        "SELECT string_agg(verdict, ', ' ORDER BY gate_verdict_id) FROM gate_verdict WHERE published_at IS NOT NULL");

    private async Task<string> RunAsync(string month, int shift, string region = "") =>
        await engine.StateAsync(
            await engine.RunAsync("drifting", new JsonObject { ["month"] = month, ["shift"] = shift, ["region"] = region }));

    private Task<string> SaveAsync(string gate, bool isIsolated = false, string after = "") => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("drifting");
                var month = dag.Param("month", "2024-01");
                var shift = dag.Param("shift", 0);
                var region = dag.Param("region", "");
                var made = dag.Task("make", run => run.Datasets.GenerateAsync(
                    "SELECT (i % 1000) + $shift AS fare FROM range(2000) AS r (i)", "trips",
                    new Dictionary<string, string> { ["month"] = run.Get(month), ["region"] = run.Get(region) },
                    new Dictionary<string, object> { ["shift"] = (long)run.Get(shift) }));
                var drift = dag.DriftGate("drift", made, gate => {{gate}});
                {{(isIsolated ? "made.Isolated(); drift.Isolated();" : "")}}
                {{after}}
            }
        }
        """);
}
