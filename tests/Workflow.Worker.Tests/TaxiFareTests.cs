using System.Text.Json.Nodes;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>The example DAG as it lies in <c>dags/</c>, on real and on synthetic trips.</summary>
public sealed class TaxiFareTests : IAsyncLifetime
{
    private TestEngine engine = null!;
    private string dagId = "";

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        var dags = Path.Combine(PostgresServer.Checkout, "dags");
        dagId = await engine.SaveAsync(
            await File.ReadAllTextAsync(Path.Combine(dags, "TaxiFareNightly.cs")),
            new Dictionary<string, string> { ["lib/Taxi.cs"] = await File.ReadAllTextAsync(Path.Combine(dags, "lib", "Taxi.cs")) });
        await engine.StartWorkerAsync();
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Run_SyntheticMonthTwice_SameHashesAndTwoVersions()
    {
        await SucceedAsync(new() { ["month"] = "2024-02", ["rows"] = 3_000 });
        await SucceedAsync(new() { ["month"] = "2024-02", ["rows"] = 3_000 });

        (await engine.ScalarAsync<int>("SELECT count(DISTINCT sha256) FROM model_version WHERE version IN (1, 2)")).ShouldBe(1);
        (await engine.ScalarAsync<int>("SELECT last_version FROM model")).ShouldBe(2);
        (await engine.ScalarAsync<string>("SELECT string_agg(DISTINCT dataset || ' ' || last_version, ', ') FROM dataset"))
            .ShouldBe("taxi.features 2, taxi.predictions 2, taxi.predictions.baseline 1, taxi.raw 2");
        (await engine.ScalarAsync<int>("SELECT count(DISTINCT sha256) FROM dataset_version")).ShouldBe(3);
    }

    [Fact]
    public async Task Run_RealMonths_PromotesAndRepeatsItself()
    {
        var source = SharedData.Require("taxi");
        foreach (var month in (string[])["2019-01", "2019-02", "2019-03", "2019-01"])
            await SucceedAsync(new() { ["month"] = month, ["source"] = source });

        // The rerun of the first month sees no later one, and so makes the same model.
        (await engine.ScalarAsync<bool>(
            "SELECT a.sha256 = b.sha256 FROM model_version a, model_version b WHERE a.version = 1 AND b.version = 4")).ShouldBeTrue();
        (await engine.ScalarAsync<int>(
            "SELECT count(*) FROM model_parent p JOIN model_version v USING (model_version_id) WHERE v.version = 3")).ShouldBe(3);
        (await engine.ScalarAsync<int>(
            "SELECT count(*) FROM model_alias_move WHERE published_at IS NOT NULL")).ShouldBeGreaterThanOrEqualTo(3);
        (await engine.ScalarAsync<double>("SELECT (metrics ->> 'rmse')::float8 FROM model_version WHERE version = 1")).ShouldBeInRange(1,
            12);
    }

    [Fact]
    public async Task Run_MonthWithAnImpossibleFare_FailsInTheQualityGate()
    {
        var runId = await engine.RunAsync(dagId, new() { ["month"] = "2018-08", ["source"] = SharedData.Require("taxi") });

        (await engine.TasksAsync(runId)).ShouldSatisfyAllConditions(
            tasks => tasks["quality"].ShouldBe("failed"), tasks => tasks["train"].ShouldBe("upstream_failed"));
        var failing =
            JsonNode.Parse(
                await engine.ScalarAsync<string>(
                    "SELECT checks::text FROM gate_verdict WHERE verdict = 'fail' AND published_at IS NOT NULL"))!
            .AsArray().Where(check => (string?)check!["verdict"] == "fail").ToList();
        failing.ShouldAllBe(check => (string?)check!["column"] == "fare_amount");
        failing.Count.ShouldBe(1);
        (await engine.ScalarAsync<int>("SELECT count(*) FROM model_version")).ShouldBe(0);
    }

    [Fact]
    public async Task Run_MonthThatDoesNotExist_NamesTheFile()
    {
        var runId = await engine.RunAsync(dagId, new() { ["month"] = "2019-07", ["source"] = SharedData.Require("taxi") });

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await engine.ExplainAsync(runId)).ShouldContain("yellow_tripdata_sample_2019-07");
    }

    private async Task SucceedAsync(JsonObject conf)
    {
        var runId = await engine.RunAsync(dagId, conf);
        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }
}
