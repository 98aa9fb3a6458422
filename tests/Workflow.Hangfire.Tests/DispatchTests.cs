using Hangfire;
using Workflow.Runs;
using Workflow.Testing;

namespace Workflow.Hangfire.Tests;

/// <summary>Runs whose tasks reach the worker as Hangfire jobs.</summary>
public sealed class DispatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private HangfireEngine hangfire = null!;

    public async ValueTask InitializeAsync() => hangfire = await HangfireEngine.CreateAsync();

    public ValueTask DisposeAsync() => hangfire.DisposeAsync();

    [Fact]
    public async Task Run_TasksOfSeveralQueues_EachRunsInOneJob()
    {
        await hangfire.StartSchedulerAsync();
        await hangfire.StartWorkerAsync();

        var runId = await hangfire.TriggerAsync("""
            var first = dag.Task("first", _ => Task.CompletedTask);
            var second = dag.Task("second", _ => Task.CompletedTask).Queue("Second.Queue").After(first);
            dag.Task("third", _ => Task.CompletedTask).After(second);
            """);

        (await hangfire.Engine.UntilEndedAsync(runId)).ShouldBe("success", await hangfire.Engine.ExplainAsync(runId));
        await Eventually.TrueAsync(async () => await hangfire.QueuedAsync() == 0, Soon, "the jobs end");
        (await hangfire.StatesAsync("Succeeded")).ShouldBe(3);
    }

    [Fact]
    public async Task Run_JobOfATaskDoubled_RunsTheTaskOnce()
    {
        var tally = Path.Combine(Path.GetDirectoryName(hangfire.Engine.Artifacts)!, "tally");
        var runId = await hangfire.TriggerAsync("""
            var tally = dag.Param("tally", "");
            dag.Task("once", async run => { File.AppendAllText(run.Get(tally), "x"); await Task.Yield(); });
            """, new() { ["tally"] = tally });
        for (var i = 0; i < 6; i++)
            hangfire.Enqueue(new TaskKey(runId, 0, -1));

        await hangfire.StartWorkerAsync();

        (await hangfire.Engine.UntilEndedAsync(runId)).ShouldBe("success");
        await Eventually.TrueAsync(async () => await hangfire.QueuedAsync() == 0, Soon, "the jobs end");
        (await File.ReadAllTextAsync(tally, TestContext.Current.CancellationToken)).ShouldBe("x");
        (await hangfire.StatesAsync("Succeeded")).ShouldBe(6);
        (await hangfire.Engine.ScalarAsync<int>("SELECT attempt FROM task_instance")).ShouldBe(1);
    }

    [Fact]
    public async Task Run_TaskThatFails_IsRetriedByTheEngineAndNotByHangfire()
    {
        await hangfire.StartSchedulerAsync();
        await hangfire.StartWorkerAsync();

        var runId = await hangfire.TriggerAsync("""
            dag.Task("fails", _ => throw new InvalidOperationException("no")).Retries(2, Backoff.Constant(TimeSpan.Zero));
            """);

        (await hangfire.Engine.UntilEndedAsync(runId)).ShouldBe("failed");
        await Eventually.TrueAsync(async () => await hangfire.QueuedAsync() == 0, Soon, "the jobs end");
        (await hangfire.Engine.ScalarAsync<int>("SELECT attempt FROM task_instance")).ShouldBe(3);
        (await hangfire.StatesAsync("Succeeded")).ShouldBe(3);
        (await hangfire.StatesAsync("Scheduled")).ShouldBe(0);
    }

    [Fact]
    public async Task Run_JobThatThrows_IsDeletedAndNotRetried()
    {
        var runId = await hangfire.TriggerAsync("""dag.Task("only", _ => Task.CompletedTask);""");
        hangfire.Enqueue(new TaskKey(runId, 0, -1));

        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { FilterProvider = Storage.Filters, Activator = new Broken(), WorkerCount = 1 },
            hangfire.Storage);

        await Eventually.TrueAsync(async () => await hangfire.StatesAsync("Deleted") == 1, Soon, "the job is deleted");
        (await hangfire.StatesAsync("Processing")).ShouldBe(1);
        (await hangfire.StatesAsync("Scheduled")).ShouldBe(0);
    }

    [Fact]
    public async Task Run_JobsGiveTasksToAWorkerThatServesOneQueue_OthersStayQueued()
    {
        await hangfire.StartSchedulerAsync();
        await hangfire.StartWorkerAsync(2, "Etl.Night");
        var runId = await hangfire.TriggerAsync("""
            dag.Task("served", _ => Task.CompletedTask).Queue("Etl.Night");
            dag.Task("left", _ => Task.CompletedTask);
            """);

        await Eventually.TrueAsync(async () =>
            (await hangfire.Engine.TasksAsync(runId))["served"] == "success", Soon, "the served task ends");
        (await hangfire.Engine.TasksAsync(runId))["left"].ShouldBe("queued");
    }

    [Fact]
    public async Task Stop_WhileATaskRuns_LetsItEndWithItsJob()
    {
        await hangfire.StartSchedulerAsync();
        var worker = await hangfire.StartWorkerAsync(slots: 1);
        var folder = Path.GetDirectoryName(hangfire.Engine.Artifacts)!;
        var runId = await hangfire.TriggerAsync("""
            var folder = dag.Param("folder", "");
            dag.Task("held", async run =>
            {
                File.WriteAllText(Path.Combine(run.Get(folder), "begun"), "");
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                while (!File.Exists(Path.Combine(run.Get(folder), "go")))
                    await timer.WaitForNextTickAsync(run.Cancellation);
            });
            """, new() { ["folder"] = folder });
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(folder, "begun")), Soon, "the task begins");

        var stopping = worker.StopAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", TestContext.Current.CancellationToken);
        await stopping;

        (await hangfire.Engine.StateAsync(runId)).ShouldBe("success");
        (await hangfire.StatesAsync("Succeeded")).ShouldBe(1);
        (await hangfire.QueuedAsync()).ShouldBe(0);
    }

    private sealed class Broken : JobActivator
    {
        public override object ActivateJob(Type jobType) => throw new InvalidOperationException("broken");
    }
}
