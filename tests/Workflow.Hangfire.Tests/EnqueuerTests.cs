using Workflow.Runs;

namespace Workflow.Hangfire.Tests;

/// <summary>Which tasks become Hangfire jobs, in what order, and what happens when a job is lost.</summary>
public sealed class EnqueuerTests : IAsyncLifetime
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private HangfireEngine hangfire = null!;

    public async ValueTask InitializeAsync() => hangfire = await HangfireEngine.CreateAsync();

    public ValueTask DisposeAsync() => hangfire.DisposeAsync();

    [Fact]
    public async Task RunOnce_TasksThatAreDue_BecomeJobsInTheQueuesOfTheTasks()
    {
        await hangfire.AddWorkerRowAsync(slots: 4);
        await hangfire.TriggerAsync("""
            var first = dag.Task("first", _ => Task.CompletedTask);
            dag.Task("second", _ => Task.CompletedTask).After(first);
            dag.Task("big", _ => Task.CompletedTask).Queue("GPU.big");
            """);

        (await RunOnceAsync()).ShouldBe(2);

        (await QueuesAsync()).ShouldBe(["default", QueueNames.Of("GPU.big")], ignoreOrder: true);
        (await hangfire.Ledger.QueuesAsync(CancellationToken.None)).ShouldBe(["default", QueueNames.Of("GPU.big")], ignoreOrder: true);
    }

    [Fact]
    public async Task RunOnce_Again_MakesNoSecondJob()
    {
        await hangfire.AddWorkerRowAsync(slots: 4);
        await hangfire.TriggerAsync("""dag.Task("only", _ => Task.CompletedTask);""");

        (await RunOnceAsync()).ShouldBe(1);
        (await RunOnceAsync()).ShouldBe(0);
        (await hangfire.QueuedAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task RunOnce_MoreTasksThanSlots_MakesTwoJobsForEachSlotAndKeepsTheOrderOfClaims()
    {
        await hangfire.AddWorkerRowAsync(slots: 2);
        await hangfire.TriggerAsync("""
            for (var i = 0; i < 9; i++)
                dag.Task($"plain{i}", _ => Task.CompletedTask);
            """, id: "plain");
        await hangfire.TriggerAsync("""
            for (var i = 0; i < 3; i++)
                dag.Task($"urgent{i}", _ => Task.CompletedTask).Priority(9);
            """, id: "urgent");

        (await RunOnceAsync()).ShouldBe(4);

        var labels = await LabelsAsync();
        labels.Take(3).ShouldAllBe(label => label.Contains("urgent"));
        labels[3].ShouldContain("plain");
        (await RunOnceAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task RunOnce_TwoRuns_TakesTurns()
    {
        await hangfire.AddWorkerRowAsync(slots: 2);
        foreach (var id in (string[])["huge", "small"])
        {
            await hangfire.TriggerAsync("""
                for (var i = 0; i < 9; i++)
                    dag.Task($"task{i}", _ => Task.CompletedTask);
                """, id: id);
        }

        (await RunOnceAsync()).ShouldBe(4);

        (await LabelsAsync()).Count(label => label.Contains("huge")).ShouldBe(2);
    }

    [Fact]
    public async Task RunOnce_QueueThatNoWorkerServes_MakesNoJobAndHidesNothingBehindIt()
    {
        await hangfire.AddWorkerRowAsync(slots: 2, "etl");
        await hangfire.TriggerAsync("""
            dag.Task("nobody", _ => Task.CompletedTask).Priority(9);
            dag.Task("etl", _ => Task.CompletedTask).Queue("etl");
            """);

        (await RunOnceAsync()).ShouldBe(1);

        (await QueuesAsync()).ShouldBe(["etl"]);
    }

    [Fact]
    public async Task RunOnce_JobThatIsLost_MakesAnother()
    {
        await hangfire.AddWorkerRowAsync(slots: 4);
        await hangfire.TriggerAsync("""
            dag.Task("lost", _ => Task.CompletedTask);
            dag.Task("kept", _ => Task.CompletedTask);
            """);
        (await RunOnceAsync()).ShouldBe(2);
        await hangfire.Engine.ExecuteAsync("DELETE FROM hangfire.jobqueue WHERE id = (SELECT min(id) FROM hangfire.jobqueue)");

        (await RunOnceAsync()).ShouldBe(0, "it may be on its way");
        (await hangfire.Enqueuer.RunOnceAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(2, "one lost, and one made");

        (await hangfire.QueuedAsync()).ShouldBe(2);
        (await LabelsAsync()).Count(label => label.Contains("/lost")).ShouldBe(2);
    }

    [Fact]
    public async Task RunOnce_EntryWhoseJobWasNeverMade_MakesIt()
    {
        await hangfire.AddWorkerRowAsync(slots: 4);
        await hangfire.TriggerAsync("""dag.Task("only", _ => Task.CompletedTask);""");
        (await hangfire.Ledger.TakeAsync(2, CancellationToken.None)).ShouldHaveSingleItem();

        (await hangfire.Enqueuer.RunOnceAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(2);

        (await hangfire.QueuedAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task RunOnce_TaskQueuedAgain_MakesAJobForEachTime()
    {
        await hangfire.AddWorkerRowAsync(slots: 4);
        var runId = await hangfire.TriggerAsync("""dag.Task("only", _ => Task.CompletedTask);""");
        (await RunOnceAsync()).ShouldBe(1);

        await hangfire.Engine.ExecuteAsync("UPDATE task_instance SET ready_at = now() WHERE run_id = @runId", new { runId });

        (await RunOnceAsync()).ShouldBe(1);
        (await hangfire.QueuedAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Forget_TaskThatWasGivenBack_MakesAnotherJobAtOnce()
    {
        await hangfire.AddWorkerRowAsync(slots: 4);
        var runId = await hangfire.TriggerAsync("""dag.Task("only", _ => Task.CompletedTask);""");
        (await RunOnceAsync()).ShouldBe(1);

        await hangfire.Ledger.ForgetAsync(new TaskKey(runId, 0, -1), CancellationToken.None);

        (await RunOnceAsync()).ShouldBe(1);
    }

    private Task<int> RunOnceAsync() => hangfire.Enqueuer.RunOnceAsync(Never, CancellationToken.None);

    private Task<string[]> QueuesAsync() =>
        hangfire.Engine.ScalarAsync<string[]>("SELECT array_agg(queue ORDER BY id) FROM hangfire.jobqueue");

    private Task<string[]> LabelsAsync() =>
        hangfire.Engine.ScalarAsync<string[]>("SELECT array_agg(arguments->>0 ORDER BY id) FROM hangfire.job");
}
