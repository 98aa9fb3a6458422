using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Workflow.Dashboard;
using Workflow.Engine.Cli;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>The lineage of the example DAG, asked for at the command line.</summary>
public sealed class LineageTests : IAsyncLifetime
{
    private const string Token = "a-token-for-tests-1234567890";
    private TestEngine engine = null!;
    private WebApplication app = null!;
    private string address = "";
    private string dagId = "";

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        var dags = Path.Combine(PostgresServer.Checkout, "dags");
        dagId = await engine.SaveAsync(
            await File.ReadAllTextAsync(Path.Combine(dags, "TaxiFareNightly.cs")),
            new Dictionary<string, string> { ["lib/Taxi.cs"] = await File.ReadAllTextAsync(Path.Combine(dags, "lib", "Taxi.cs")) });
        await engine.StartWorkerAsync();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(engine.Data);
        builder.Services.AddDashboard(new DashboardOptions { Token = Token, Port = 0 });
        app = builder.Build();
        app.MapDashboard();
        await app.StartAsync();
        address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Upstream_OfTheChampion_NamesItsFilesMonthsChecksAndCode()
    {
        var source = SharedData.Require("taxi");
        string[] months = ["2019-01", "2019-02", "2019-03", "2019-04"];
        foreach (var month in months)
        {
            var runId = await engine.RunAsync(dagId, new() { ["month"] = month, ["source"] = source });
            (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        }

        var champion = await engine.ScalarAsync<int>("SELECT version FROM model_alias JOIN model_version USING (model_version_id)");
        var text = await RunAsync("lineage", "upstream", $"model:taxi_fare@{champion}");
        var json = JsonNode.Parse(await RunAsync("lineage", "upstream", "model:taxi_fare", "--output", "json"))!;

        TestContext.Current.TestOutputHelper?.WriteLine(text);
        var used = months[..champion];
        (await RunAsync("lineage", "upstream", "model:taxi_fare")).ShouldBe(text, "without a version it is the champion");
        foreach (var file in used.Select(month => Directory.EnumerateFiles(source, $"*{month}*").Single()))
            text.ShouldContain($"{file}  sha256 {Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)))}");
        text.ShouldContain($"model taxi_fare v{champion} (champion)");
        text.ShouldContain("← train in taxi_fare_nightly v1");
        text.ShouldContain("gate quality: pass");
        text.ShouldContain("between(fare_amount)");
        text.ShouldContain("gate backtest: pass");
        text.ShouldContain("on test-0");
        if (used.Length > 3)
            text.ShouldContain("dataset taxi.features  4 slices  month=2019-01 .. month=2019-04");
        else
            text.ShouldContain("month=2019-01");
        json["nodes"]!.AsArray().Count(node => (string?)node!["kind"] == "source").ShouldBe(used.Length);

        var night = await RunAsync("lineage", "upstream", "dataset:taxi.features@1", "--column", "is_night");
        night.ShouldContain("columns fare_amount, pickup_datetime, trip_distance");
        var broken = await RunAsync("lineage", "downstream", "dataset:taxi.raw", "--column", "pickup_datetime");
        broken.ShouldContain("model taxi_fare");
        broken.ShouldContain("DAGs that would break: taxi_fare_nightly");
        (await RunAsync("lineage", "downstream", "dataset:taxi.raw", "--column", "tolls_amount")).ShouldContain("Nothing would break.");
        TestContext.Current.TestOutputHelper?.WriteLine(night + broken);
        Check(await LineageEvents.OfAsync(engine));
    }

    [Fact]
    public async Task Events_OfNumbersThatTellOfPeople_SayHowManyThereAreAndNotWhich()
    {
        await engine.SaveAsync("""
            public sealed class Payroll : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("payroll");
                    dag.Contract("pay", contract => contract
                        .Column("grade", "BIGINT").Column("salary", "BIGINT", column => column.PersonalData(PersonalData.Personal)));
                    dag.Task("pay", run => run.Datasets.GenerateAsync("SELECT i AS grade, 1000 * i AS salary FROM range(9) r(i)", "pay"));
                }
            }
            """);
        (await engine.StateAsync(await engine.RunAsync("payroll"))).ShouldBe("success");

        var done = (await LineageEvents.OfAsync(engine)).Single(one => (string?)one["eventType"] == "COMPLETE");
        var metrics = done["outputs"]![0]!["facets"]!["dataQualityMetrics"]!["columnMetrics"]!;

        ((double)metrics["grade"]!["max"]!).ShouldBe(8);
        metrics["salary"]!.AsObject().Select(pair => pair.Key).ShouldBe(["nullCount", "distinctCount", "count"], ignoreOrder: true);
    }

    /// <summary>What others hear of the same runs.</summary>
    private static void Check(IReadOnlyList<JsonNode> events)
    {
        events.ShouldAllBe(one => (string?)one["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent");
        foreach (var attempt in events.GroupBy(one => (string)one["run"]!["runId"]!))
            attempt.Select(one => (string?)one["eventType"]).ShouldBe(["START", "COMPLETE"]);
        string[] tasks = ["ingest", "quality", "features", "train", "predict", "backtest", "promote"];
        events.Select(one => (string)one["job"]!["name"]!).Distinct()
            .ShouldBe(tasks.Select(task => $"taxi_fare_nightly.{task}"), ignoreOrder: true);
        events.Select(one => (string)one["run"]!["facets"]!["parent"]!["run"]!["runId"]!).Distinct().Count()
            .ShouldBe(4, "one a run of the DAG");

        JsonNode Of(string task) =>
            events.First(one => (string?)one["job"]!["name"] == $"taxi_fare_nightly.{task}" && (string?)one["eventType"] == "COMPLETE");
        var ingest = Of("ingest");
        ((string?)ingest["inputs"]![0]!["namespace"]).ShouldBe("file");
        ((string?)ingest["outputs"]![0]!["name"]).ShouldBe("taxi.raw");
        ((long)ingest["outputs"]![0]!["outputFacets"]!["outputStatistics"]!["rowCount"]!).ShouldBe(10_000);
        ((string?)ingest["outputs"]![0]!["facets"]!["columnLineage"]!["fields"]!["fare_amount"]!["inputFields"]![0]!["field"]).ShouldBe("fare_amount");
        var assertions = Of("quality")["inputs"]![0]!["inputFacets"]!["dataQualityAssertions"]!["assertions"]!.AsArray();
        assertions.Count.ShouldBe(7);
        assertions.ShouldAllBe(assertion => (bool)assertion!["success"]!);
        var features = Of("features");
        ((string?)features["job"]!["facets"]!["sql"]!["query"]).ShouldNotBeNull().ShouldContain("pickup_datetime");
        var night = features["outputs"]![0]!["facets"]!["columnLineage"]!["fields"]!["is_night"]!["inputFields"]![0]!;
        $"{night["name"]} {night["field"]} {night["transformations"]![0]!["subtype"]}".ShouldBe("taxi.raw pickup_datetime TRANSFORMATION");
        ((double?)features["outputs"]![0]!["facets"]!["dataQualityMetrics"]!["columnMetrics"]!["fare_amount"]!["max"]).ShouldNotBeNull()
            .ShouldBeInRange(50, 500);
        ((string?)Of("train")["outputs"]![0]!["namespace"]).ShouldBe("models");
        ((string?)Of("predict")["run"]!["facets"]!["modelsApplied"]!["models"]![0]!["role"]).ShouldBe("candidate");
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal { Output = output, Error = error };
        var root = new RootCommand();
        ClientCommands.AddTo(root, terminal);
        var code = await CommandLine.InvokeAsync(root, [.. arguments, "--url", address, "--token", Token], terminal);
        code.ShouldBe(0, error.ToString());
        return output.ToString();
    }
}
