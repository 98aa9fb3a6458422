using Npgsql;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>What people do to stored runs, where the database could make a difference to the machine.</summary>
public sealed class RunEditorTests : IAsyncLifetime
{
    private TestEngine engine = null!;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        worker = await engine.Workers.RegisterAsync("one", [], 4, "test", default);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("up_for_retry")]
    [InlineData("deferred")]
    public async Task Clear_ATaskThatWaits_MayBeClaimedAtOnce(string state)
    {
        var runId = await StartAsync("""dag.Task("a", _ => Task.CompletedTask).Retries(3, Backoff.Constant(TimeSpan.FromHours(1)));""");
        TaskOutcome outcome = state == "deferred"
            ? new TaskOutcome.Deferred("not yet", TimeSpan.FromHours(1), "key")
            : new TaskOutcome.Failed("no", Retryable: true);
        await EndAsync((await ClaimAsync()).Single(), outcome);
        (await engine.TasksAsync(runId))["a"].ShouldBe(state);
        (await ClaimAsync()).ShouldBeEmpty();

        await engine.Editor.EditAsync(runId, run => run.Clear([(0, TaskKey.Whole)]), null, default);

        (await ClaimAsync()).Single().Attempt.ShouldBe(new AttemptCount(Number: 2, Uncounted: 1, Lost: 0));
    }

    /// <remarks>A claim does not wait for the run's lock: an edit must see what was claimed while it began.</remarks>
    [Fact]
    public async Task Stop_WhileATaskIsBeingClaimed_LeavesItToItsWorker()
    {
        var runId = await StartAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        await using var connection = await engine.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var claiming = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var claim = new NpgsqlCommand(
            $"UPDATE task_instance SET state = 'running', attempt = 1, worker_id = {worker}, started_at = now(), ready_at = NULL",
            connection, claiming))
            await claim.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var stopping = engine.Editor.StopAsync(runId, new RunStop(RunState.Cancelled, "stopped"), default);
        await Eventually.TrueAsync(
            () => engine.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"),
            TimeSpan.FromSeconds(20), "the stop waits");
        await claiming.CommitAsync(TestContext.Current.CancellationToken);

        (await stopping).ShouldBeTrue();
        (await engine.TasksAsync(runId))["a"].ShouldBe("running");
        (await engine.StateAsync(runId)).ShouldBe("running");
        var held = (await engine.Queue.HeldByAsync([worker], default)).Single().Task;
        await EndAsync(held, new TaskOutcome.Cancelled());
        (await engine.StateAsync(runId)).ShouldBe("cancelled");
    }

    /// <remarks>An element that was marked has given nothing: there is no item of it to map over.</remarks>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mark_AnElement_GivesNoItemToMapOver(bool last)
    {
        var runId = await StartAsync("""
            var list = dag.Task("list", _ => Task.FromResult(new[] { 1, 2 }));
            dag.Map("second", dag.Map("first", list, (_, n) => Task.FromResult(n)), (_, n) => Task.FromResult(n));
            """);
        await EndAsync((await ClaimAsync()).Single(), new TaskOutcome.Succeeded("[1,2]"));
        var elements = (await ClaimAsync()).OrderBy(task => task.Key.MapIndex).ToList();

        if (last)
            await EndAsync(elements[0], new TaskOutcome.Succeeded("1"));
        await engine.Editor.EditAsync(runId, run => run.Mark([(1, 1)], TaskState.Success, "by hand"), null, default);
        await EndAsync(elements[1], new TaskOutcome.Lost("stopped"));
        if (!last)
            await EndAsync(elements[0], new TaskOutcome.Succeeded("1"));

        (await engine.ScalarAsync<int>("SELECT mapped FROM task_instance WHERE task_id = 'second' AND map_index = -1")).ShouldBe(1);
        (await engine.ScalarAsync<int>("SELECT unfinished FROM dag_run")).ShouldBe(2);
    }

    /// <remarks>
    /// An element of the expansion before still runs when the list is there again: it is part of the new one, and counted once.
    /// </remarks>
    [Fact]
    public async Task Clear_AMapWithARunningElement_TakesItUpWhenItHasStopped()
    {
        var runId =
            await StartAsync("dag.Map(\"each\", dag.Task(\"list\", _ => Task.FromResult(new[] { 1, 2 })), (_, n) => Task.FromResult(n));");
        await EndAsync((await ClaimAsync()).Single(), new TaskOutcome.Succeeded("[1,2]"));
        var elements = (await ClaimAsync()).OrderBy(task => task.Key.MapIndex).ToList();
        await EndAsync(elements[0], new TaskOutcome.Succeeded("1"));

        await engine.Editor.EditAsync(runId, run => run.Clear([(0, TaskKey.Whole), (1, TaskKey.Whole)]), null, default);
        await EndAsync((await ClaimAsync()).Single(), new TaskOutcome.Succeeded("[1,2]"));

        (await engine.ScalarAsync<int>("SELECT unfinished FROM dag_run")).ShouldBe(3, "the summary, one that waits and one that runs");
        await EndAsync(elements[1], new TaskOutcome.Succeeded("2"));
        (await engine.ScalarAsync<int>("SELECT unfinished FROM dag_run")).ShouldBe(3, "what ran begins anew");
        foreach (var task in await ClaimAsync())
        {
            task.Attempt.Number.ShouldBe(2);
            await EndAsync(task, new TaskOutcome.Succeeded("3"));
        }

        (await engine.StateAsync(runId)).ShouldBe("success");
    }

    private async Task<long> StartAsync(string tasks) => await engine.TriggerAsync(await engine.SaveAsync(
        $$"""
        public sealed class Edited : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("edited");
                {{tasks}}
            }
        }
        """));

    private async Task<IReadOnlyList<ClaimedTask>> ClaimAsync() =>
        (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 10), default)).Claimed;

    private async Task EndAsync(ClaimedTask task, TaskOutcome outcome) =>
        (await engine.Queue.StepAsync([new FinishedAttempt(task, worker, outcome)], null, default)).Refused.ShouldBeEmpty();
}
