using System.Text.Json.Nodes;
using Workflow.Postgres.Events;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class DatasetTriggerTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    // Any of a, or both b and c.
    [InlineData("a", 1)]
    [InlineData("b", 0)]
    [InlineData("b c", 1)]
    [InlineData("c b a b", 1)]
    [InlineData("d", 0)]
    public async Task Trigger_AndOr_RunsWhenTheConditionIsMet(string changed, int runs)
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a") | (Dataset.Named("b") & Dataset.Named("c"))"""));
        foreach (var dataset in changed.Split(' '))
            await AddAsync(dataset);

        (await TurnAsync()).ShouldBe(runs);

        (await engine.ScalarAsync<long>(
            "SELECT count(*) FROM dag_run WHERE run_type = 'asset_triggered' AND logical_date IS NULL")).ShouldBe(runs);
        (await QueuedAsync()).ShouldBe(runs == 1 || changed == "d" ? 0 : 1);
    }

    [Fact]
    public async Task Trigger_ManyEvents_CoalesceIntoOneRunThatKnowsThemAll()
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a") & Dataset.Named("b")"""));
        await AddAsync("a", """{"file": 1}""");
        await AddAsync("a", """{"file": 2}""");
        (await TurnAsync()).ShouldBe(0);
        await AddAsync("b");

        (await TurnAsync()).ShouldBe(1);
        (await TurnAsync()).ShouldBe(0);

        var runId = await engine.ScalarAsync<long>("SELECT run_id FROM dag_run");
        var triggers = await DatasetEventStore.OfRunAsync(engine.Data, runId, default);
        triggers.Select(trigger => (trigger.Name, trigger.Version, trigger.Extra.ToJsonString()))
            .ShouldBe([("a", null, """{"file":1}"""), ("a", null, """{"file":2}"""), ("b", null, "{}")]);
        (await QueuedAsync()).ShouldBe(0);

        await AddAsync("b");
        (await TurnAsync()).ShouldBe(0);
        await AddAsync("a");
        (await TurnAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Trigger_ManySchedulersWhileEventsArrive_TakesEachEventOnce()
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a")"""));
        await engine.DagAsync("other", On("""Dataset.Named("a") & Dataset.Named("b")"""));

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (each, cancellationToken) =>
        {
            if (each % 2 == 0)
                await AddAsync(each % 4 == 0 ? "a" : "b");
            else
                await engine.Trigger().RunOnceAsync(cancellationToken);
        });
        await TurnAsync();

        (await engine.ScalarAsync<long>(
            "SELECT count(*) FROM dag_run_dataset_event JOIN dag_run USING (run_id) WHERE dag_id = 'eater'")).ShouldBe(10);
        (await engine.ScalarAsync<long>(
            "SELECT count(*) FROM (SELECT 1 FROM dag_run_dataset_event JOIN dag_run USING (run_id) GROUP BY dag_id, dataset_event_id HAVING count(*) > 1) t"))
            .ShouldBe(0);
        // Every run of the other has something of both.
        (await engine.ScalarAsync<bool>(
            """
            SELECT bool_and(datasets = 2) FROM (
                SELECT count(DISTINCT dataset) AS datasets FROM dag_run JOIN dag_run_dataset_event USING (run_id) JOIN dataset_event USING (dataset_event_id)
                WHERE dag_id = 'other' GROUP BY run_id) t
            """)).ShouldBeTrue();
    }

    [Fact]
    public async Task Trigger_ManySchedulersAtOnce_CreateOneRun()
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a")"""));
        await AddAsync("a");

        var created = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(TurnAsync)));

        created.Sum().ShouldBe(1);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(1);
    }

    [Fact]
    public async Task Trigger_AnotherSchedulerTookTheEvents_CreatesNothing()
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a") & Dataset.Named("b")"""));
        await AddAsync("a");
        await AddAsync("b");
        var stale = (await engine.Events().WaitingAsync(default)).ShouldHaveSingleItem();
        await TurnAsync();
        await AddAsync("b");

        // It knows an event more than the other scheduler took, so the keys of their runs differ: only the queue tells.
        var newer = (await engine.Events().WaitingAsync(default)).ShouldHaveSingleItem();
        var run = await engine.Events().TriggerAsync(stale with { Events = [.. stale.Events, .. newer.Events] }, stale.Condition!, default);

        run.ShouldBeNull();
        (await QueuedAsync()).ShouldBe(1);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(1);
    }

    [Theory]
    [InlineData("UPDATE dag SET is_paused = true", "UPDATE dag SET is_paused = false")]
    [InlineData("UPDATE dag SET is_active = false", "UPDATE dag SET is_active = true")]
    public async Task Add_WhileTheDagCannotRun_IsDropped(string stop, string resume)
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a")"""));
        await engine.ExecuteAsync(stop);
        await AddAsync("a");
        await engine.ExecuteAsync(resume);

        (await TurnAsync()).ShouldBe(0);

        (await QueuedAsync()).ShouldBe(0);
        await AddAsync("a");
        (await TurnAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Trigger_DagThatRequiresAParameter_LetsTheEventsPass()
    {
        await engine.DagAsync("wants", On("""Dataset.Named("a")""") + """dag.RequiredParam<string>("month");""");
        await engine.DagAsync("fine", On("""Dataset.Named("a")"""));
        await AddAsync("a");

        (await TurnAsync()).ShouldBe(1);

        (await QueuedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Save_ConditionChanged_ForgetsWhatItNoLongerReads()
    {
        await engine.DagAsync("eater", On("""Dataset.Named("a") & Dataset.Named("b")"""));
        await AddAsync("a");
        await engine.DagAsync("eater", On("""Dataset.Named("b") & Dataset.Named("c")"""));
        await AddAsync("a");
        await AddAsync("b");

        (await TurnAsync()).ShouldBe(0);
        (await QueuedAsync()).ShouldBe(1);
        await AddAsync("c");
        (await TurnAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Trigger_UnionWithACron_BothCreateRuns()
    {
        await engine.DagAsync("both",
            """dag.Schedule(AnyOf.Of(Cron.Of("0 * * * *"), OnDatasets.Of(Dataset.Named("a")), OnDatasets.Of(Dataset.Named("b"))));""");
        await engine.DueSinceAsync("both", 0);
        await AddAsync("b");

        (await TurnAsync()).ShouldBe(1);
        (await engine.Creator().RunOnceAsync(default)).ShouldBe(1);

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(run_type, ' ' ORDER BY run_id) FROM dag_run")).ShouldBe("asset_triggered scheduled");
    }

    [Fact]
    public async Task Add_WhatCannotBeStored_IsRefusedInASentence()
    {
        (await Should.ThrowAsync<WorkflowException>(() => AddAsync("a b"))).Message.ShouldContain("'a b' is no valid dataset name");
        (await Should.ThrowAsync<WorkflowException>(() => engine.Events().AddAsync("a", new JsonObject { ["x"] = "\0" }, "test", default)))
            .Message.ShouldContain("NUL");
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_event")).ShouldBe(0);
    }

    private static string On(string condition) => $"dag.Schedule(OnDatasets.Of({condition}));";

    private Task<long> AddAsync(string dataset, string extra = "{}") =>
        engine.Events().AddAsync(dataset, JsonNode.Parse(extra)!.AsObject(), "test", default);

    private Task<long> QueuedAsync() => engine.ScalarAsync<long>("SELECT count(*) FROM dag_dataset_event");

    private Task<int> TurnAsync() => engine.Trigger().RunOnceAsync(TestContext.Current.CancellationToken);
}
