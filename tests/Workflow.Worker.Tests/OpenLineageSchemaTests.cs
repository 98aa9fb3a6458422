using System.Text.Json.Nodes;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>Everything that events tell keeps to the schemas that OpenLineage publishes.</summary>
public sealed class OpenLineageSchemaTests : IAsyncLifetime
{
    private readonly string connection = $"test_{Guid.CreateVersion7():N}";
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        Environment.SetEnvironmentVariable($"Connections__{connection}", engine.ConnectionString);
        await engine.StartWorkerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable($"Connections__{connection}", null);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Events_OfEverythingThatReadsOrWritesData_KeepToThePublishedSchemas()
    {
        var schemas = OpenLineageSchemas.Require();
        await RunExampleAsync();
        await RunOthersAsync();

        var events = await LineageEvents.OfAsync(engine);

        var errors = new List<string>();
        foreach (var one in events)
            errors.AddRange(await schemas.ErrorsAsync(one));
        errors.ShouldBeEmpty();
        string[] asked =
        [
            "schema", "dataSource", "version", "columnLineage", "dataQualityMetrics", "dataQualityAssertions", "outputStatistics", "parent",
            "errorMessage",
            "nominalTime", "ownership", "documentation", "sql", "jobType", "processing_engine", "modelsApplied", "workflowDagVersion",
        ];
        asked.Except(events.SelectMany(OpenLineageSchemas.Facets).Select(facet => facet.Key)).ShouldBeEmpty();
        events.Select(one => (string)one["eventType"]!).Distinct().ShouldBe(["START", "COMPLETE", "FAIL"], ignoreOrder: true);
        var assertions = events.SelectMany(OpenLineageSchemas.Facets).Where(facet => facet.Key == "dataQualityAssertions")
            .SelectMany(facet => facet.Value!["assertions"]!.AsArray()).ToList();
        assertions.Select(one => (bool)one!["success"]!).Distinct().Count().ShouldBe(2);
        events.Select(one => (string)one["job"]!["name"]!).Distinct().Count().ShouldBe(7 + 9);
    }

    private async Task RunExampleAsync()
    {
        var dags = Path.Combine(PostgresServer.Checkout, "dags");
        var dagId = await engine.SaveAsync(
            await File.ReadAllTextAsync(Path.Combine(dags, "TaxiFareNightly.cs")),
            new Dictionary<string, string> { ["lib/Taxi.cs"] = await File.ReadAllTextAsync(Path.Combine(dags, "lib", "Taxi.cs")) });
        var runId = await engine.RunAsync(dagId, new() { ["month"] = "2019-01", ["rows"] = 2000 });
        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }

    private async Task RunOthersAsync()
    {
        Directory.CreateDirectory(engine.Artifacts);
        var file = Path.Combine(engine.Artifacts, "trips.csv");
        await File.WriteAllTextAsync(file, "id,at,fare,note\n1,2024-01-01,1.5,ä\n2,2024-01-02,,\"a, b\"\n3,2024-01-03,-7,\n");
        await engine.ExecuteAsync(
            "CREATE TABLE sales (id bigint, price double precision); INSERT INTO sales VALUES (1, 'Infinity'), (2, NULL)");
        var dagId = await engine.SaveAsync($$"""
            public sealed class Everything : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("everything").Owner("somebody");
                    dag.Dataset("trips", trips => trips.Description("Trips.").Owner("fleet"));
                    var month = dag.Param("month", "2024-01");
                    var trips = dag.Task("ingest", run => run.Datasets.IngestAsync("{{file}}", "trips", new Dictionary<string, string> { ["month"] = run.Get(month) }));
                    var good = dag.Gate("good", trips, gate => gate.NotNull("id").RowCount(minimum: 1));
                    dag.Sql("derive", good, "derived", "SELECT fare * 2 AS fare, count(*) OVER () AS n FROM input WHERE id > 0");
                    dag.Gate("bad", trips, gate => gate.NotNull("fare").Between("fare", 0, 10).InSet("note", ["x"]));
                    dag.DriftGate("drift", trips, gate => gate.Against(Reference.Rolling(2, along: "month")).Columns("fare"));
                    var table = dag.Task("table", run => run.Datasets.IngestAsync(Source.Postgres("{{connection}}", "SELECT * FROM sales"), "sales"));
                    dag.Task("export", table, (run, version) => run.Datasets.ExportAsync(version, Sink.Postgres("{{connection}}", "copy")));
                    dag.Task("missing", run => run.Datasets.IngestAsync("/no/such/file.csv", "missing"));
                    dag.Task("broken", trips, async (run, version) =>
                    {
                        await run.Datasets.ReadAsync("trips");
                        throw new TaskFailureException("broken", retryable: false);
                    });
                }
            }
            """);
        foreach (var month in new[] { "2024-01", "2024-02", "2024-03" })
            await engine.RunAsync(dagId, new JsonObject { ["month"] = month });

        // As a scheduled run has it: what events tell of a run is read when they are sent.
        await engine.ExecuteAsync("""
            UPDATE dag_run SET logical_date = '2024-01-01', interval_start = '2024-01-01', interval_end = '2024-01-02'
            WHERE run_id = (SELECT max(run_id) FROM dag_run)
            """);
    }
}
