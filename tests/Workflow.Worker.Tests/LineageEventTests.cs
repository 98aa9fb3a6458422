using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>Which attempts are told of to others.</summary>
public sealed class LineageEventTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        await engine.StartWorkerAsync();
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Run_OfPlainAndOfFailingDataTasks_TellsOfTheDataOnly()
    {
        var dagId = await engine.SaveAsync("""
            public sealed class Told : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("told");
                    dag.Task("plain", _ => Task.FromResult(1));
                    dag.Task("plain_failing", _ => throw new TaskFailureException("no", retryable: false));
                    dag.Task("ingest", run => run.Datasets.IngestAsync("/no/such/file.csv", "raw"));
                    var made = dag.Task("make", run => run.Datasets.GenerateAsync("SELECT 1 AS a", "made"));
                    dag.Sql("derive", made, "derived", "SELECT a + 1 AS b FROM input");
                    dag.Task("read", made, async (run, version) =>
                    {
                        await run.Datasets.ReadAsync("made");
                        throw new TaskFailureException("read but failed", retryable: false);
                    });
                    dag.Task("declare", made, async (run, version) =>
                    {
                        run.Datasets.DeclareLineage("declared", new ColumnEdge("c", "made", "a", LineageHow.Aggregation));
                        await run.Datasets.SelectAsync("SELECT 7 AS c FROM m", "declared", new Dictionary<string, DatasetInput> { ["m"] = version });
                    });
                }
            }
            """);

        await engine.RunAsync(dagId);

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(task_id || ' ' || event_type, ', ' ORDER BY task_id, lineage_event_id) FROM lineage_event")).ShouldBe(
            "declare START, declare COMPLETE, derive START, derive COMPLETE, ingest START, ingest FAIL, make START, make COMPLETE, read START, read FAIL");
        (await engine.ScalarAsync<string>("SELECT message FROM lineage_event WHERE task_id = 'read' AND event_type = 'FAIL'"))
            .ShouldBe("read but failed");
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(column_name || ' <- ' || parent_dataset || '.' || parent_column || ' ' || how, ', ' ORDER BY column_name) FROM column_lineage"))
            .ShouldBe("b <- made.a transformation, c <- made.a aggregation");
    }
}
