using System.Text.Json.Nodes;
using Workflow.Testing.Running;

namespace Workflow.EndToEnd.Up;

/// <summary>The example DAG on real trips, through the command line as a user types it.</summary>
public sealed class TaxiTests(UpFixture fixture) : IClassFixture<UpFixture>
{
    private const string Dag = "taxi_fare_nightly";

    [Fact]
    public async Task Trigger_RealMonthTwice_MakesTheSameModelWithMetricsAndLineage()
    {
        var first = await TrainAsync("2019-01");
        var second = await TrainAsync("2019-01");

        ((double)first["metrics"]!["rmse"]!).ShouldBeInRange(1, 12);
        ((double)first["metrics"]!["mae"]!).ShouldBeInRange(0.5, 5);
        var parent = first["parents"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)parent["dataset"]!).ShouldBe("taxi.features");
        ((string)parent["sha256"]!).ShouldMatch("^[0-9a-f]{64}$");
        ((string)first["sha256"]!).ShouldMatch("^[0-9a-f]{64}$");
        first["gates"]!.AsArray().Select(gate => ((string?)gate!["task_id"], (string?)gate["verdict"])).ShouldBe([("backtest", "pass")]);

        ((int)second["version"]!).ShouldBe((int)first["version"]! + 1);
        ((string?)second["sha256"]).ShouldBe((string?)first["sha256"]);
        ((string?)second["parents"]![0]!["sha256"]).ShouldBe((string?)parent["sha256"]);
    }

    [Fact]
    public async Task Trigger_UnknownMonth_FailsAndNamesTheMissingFile()
    {
        var result = await TriggerAsync("2019-07");

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain("yellow_tripdata_sample_2019-07");
    }

    [Fact]
    public async Task Trigger_MonthWithAnImpossibleFare_FailsInTheQualityGateOnThatColumn()
    {
        var result = await TriggerAsync("2018-08");

        result.ExitCode.ShouldBe(1, result.ToString());
        var run = (string)result.Json["dag_run_id"]!;
        var gates = (await fixture.Up.RunCliAsync("gates", "list", "--run", run, "--output", "json")).ShouldSucceed().Json.AsArray();
        var gate = gates.ShouldHaveSingleItem()!;
        ((string?)gate["task_id"], (string?)gate["verdict"]).ShouldBe(("quality", "fail"));
        var failing = gate["checks"]!.AsArray().Where(check => (string?)check!["verdict"] == "fail").ShouldHaveSingleItem()!;
        ((string?)failing["column"]).ShouldBe("fare_amount");
    }

    /// <returns>The model version that is champion after the run: the run's own.</returns>
    private async Task<JsonNode> TrainAsync(string month)
    {
        var run = (string)(await TriggerAsync(month)).ShouldSucceed().Json["dag_run_id"]!;
        var model = (await fixture.Up.RunCliAsync("models", "show", "taxi_fare", "--output", "json")).ShouldSucceed().Json;
        var version = model["versions"]!.AsArray().Single(version => (string?)version!["run_id"] == run)!;
        ((int?)model["aliases"]!["champion"]).ShouldBe((int)version["version"]!);
        return version;
    }

    private Task<CliResult> TriggerAsync(string month)
    {
        var conf = new JsonObject { ["month"] = month, ["source"] = SharedData.Require("taxi") };
        return fixture.Up.RunCliAsync("dags", "trigger", Dag, "--conf", conf.ToJsonString(), "--wait", "--output", "json");
    }
}
