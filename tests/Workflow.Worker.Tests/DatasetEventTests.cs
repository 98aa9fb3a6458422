using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres.Events;
using Workflow.Postgres.Steps;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>From the task that publishes a dataset version to the run that it triggers.</summary>
public sealed class DatasetEventTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Complete_TaskThatPublishes_TriggersARunWhoseTasksSeeTheVersion()
    {
        await SaveAsync("eater", """
            dag.Schedule(OnDatasets.Of(Dataset.Named("rows")));
            dag.Task("see", async run =>
            {
                foreach (var each in await run.TriggeringDatasetsAsync())
                    run.Log($"{each.Name} {each.Version} {each.Extra.Count} {each.At <= DateTimeOffset.MaxValue}");
            });
            """);
        await SaveAsync("maker", """dag.Task("make", run => run.Datasets.GenerateAsync("SELECT 1 AS x", into: "rows"));""");
        await engine.StartWorkerAsync();
        for (var each = 0; each < 2; each++)
            (await engine.StateAsync(await engine.RunAsync("maker"))).ShouldBe("success");

        (await Trigger().RunOnceAsync(default)).ShouldBe(1);

        var runId = await engine.ScalarAsync<long>("SELECT run_id FROM dag_run WHERE run_type = 'asset_triggered'");
        (await engine.UntilEndedAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(line, E'\\n' ORDER BY seq) FROM task_log WHERE run_id = @runId", new { runId }))
            .ShouldBe("rows 1 0 True\nrows 2 0 True");
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(source, ' ' ORDER BY dataset_event_id) FROM dataset_event")).ShouldBe("run 1 run 2");
    }

    [Fact]
    public async Task Complete_TaskThatStagesAndFails_MakesNoEvent()
    {
        await SaveAsync("eater", """dag.Schedule(OnDatasets.Of(Dataset.Named("rows"))); dag.Task("t", _ => Task.CompletedTask);""");
        await SaveAsync("maker", """
            dag.Task("make", async run =>
            {
                await run.Datasets.GenerateAsync("SELECT 1 AS x", into: "rows");
                throw new TaskFailureException("no", retryable: false);
            });
            """);
        await engine.StartWorkerAsync();

        (await engine.StateAsync(await engine.RunAsync("maker"))).ShouldBe("failed");

        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_event")).ShouldBe(0);
        (await Trigger().RunOnceAsync(default)).ShouldBe(0);
    }

    [Fact]
    public async Task TriggeringDatasets_RunTriggeredByHand_HasNone()
    {
        await SaveAsync("eater", """dag.Task("see", async run => run.Log($"{(await run.TriggeringDatasetsAsync()).Count}"));""");
        await engine.StartWorkerAsync();

        await engine.RunAsync("eater");

        (await engine.ScalarAsync<string>("SELECT line FROM task_log")).ShouldBe("0");
    }

    private DatasetTrigger Trigger() =>
        new(new DatasetEventStore(engine.Data, new GraphCache(engine.Data)), NullLogger<DatasetTrigger>.Instance);

    private Task<string> SaveAsync(string id, string body) => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                {{body}}
            }
        }
        """);
}
