using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>
/// The short way of a step: what it hands over to its worker, what it leaves to the queue, and when it is not taken at all.
/// </summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private const string Shapes = """
        public sealed class Shapes : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("shapes");
                var a = dag.Task("a", _ => Task.FromResult(1));
                var b = dag.Task("b", _ => Task.CompletedTask).After(a);
                var c = dag.Task("c", _ => Task.CompletedTask).After(a);
                dag.Task("join", _ => Task.CompletedTask).After(b, c);
                dag.Task("any", _ => Task.CompletedTask).After(b, c).Rule(TriggerRule.AllDone);
            }
        }
        """;

    private TestEngine engine = null!;
    private long runId;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        runId = await engine.TriggerAsync(await engine.SaveAsync(Shapes));
        worker = await engine.Workers.RegisterAsync("one", [], 4, "test", default);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Step_OnAnIdleSystem_HandsOverWhatItMakesReady()
    {
        var a = (await ClaimAsync()).Single();

        var step = await StepAsync(a, Expecting());

        step.Claimed.Select(task => (task.Key.TaskIndex, task.Attempt)).ShouldBe([(1, new(1, 0, 0)), (2, new(1, 0, 0))], ignoreOrder: true);
        step.Claimed[0].Run.ShouldBe(a.Run);
        step.HasMore.ShouldBeFalse();
        (await StatesAsync()).ShouldBe("success running running pending pending");
        (await engine.ScalarAsync<int>("SELECT count(*) FROM task_output")).ShouldBe(1);
        (await engine.ScalarAsync<int>(
            "SELECT count(*) FROM task_instance WHERE state = 'running' AND worker_id = @worker AND ready_at IS NULL", new { worker }))
            .ShouldBe(2);
    }

    [Fact]
    public async Task Step_WithOthersDue_QueuesBehindThemAndSaysSo()
    {
        var a = (await ClaimAsync()).Single();
        var other = await engine.TriggerAsync("shapes");

        var step = await StepAsync(a, Expecting());

        step.Claimed.ShouldBeEmpty();
        step.HasMore.ShouldBeTrue();
        (await StatesAsync()).ShouldBe("success queued queued pending pending");
        (await ClaimAsync()).Count(task => task.Key.RunId == other).ShouldBe(1);
    }

    [Fact]
    public async Task Step_OthersThatWaitForLater_AreNoHindrance()
    {
        var a = (await ClaimAsync()).Single();
        await engine.TriggerAsync("shapes");
        await engine.ExecuteAsync("UPDATE task_instance SET ready_at = now() + interval '1 hour' WHERE state = 'queued'");

        (await StepAsync(a, Expecting())).Claimed.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Step_MoreThanItHasSlotsFor_GoesThroughTheQueue()
    {
        var a = (await ClaimAsync()).Single();

        var step = await StepAsync(a, Expecting(slots: 1));

        step.Claimed.Count.ShouldBe(1);
        (await StatesAsync()).Split(' ').Count(state => state == "queued").ShouldBe(1);
    }

    [Fact]
    public async Task Step_OfAJoin_IsReadyAfterTheLastOnly()
    {
        var a = (await ClaimAsync()).Single();
        var both = (await StepAsync(a, Expecting())).Claimed;

        (await StepAsync(both[0], Expecting())).Claimed.ShouldBeEmpty();
        (await StepAsync(both[1], Expecting())).Claimed.Select(task => task.Key.TaskIndex).ShouldBe([3, 4], ignoreOrder: true);
    }

    [Fact]
    public async Task Step_OfAJoinWithAFailure_IsDoneTheLongWay()
    {
        var a = (await ClaimAsync()).Single();
        var both = (await StepAsync(a, Expecting())).Claimed;
        await engine.Queue.StepAsync([new(both[0], worker, new TaskOutcome.Failed("no", Retryable: false))], null, default);

        await StepAsync(both[1], claim: null);

        (await StatesAsync()).Split(' ')[3..].ShouldBe(["upstream_failed", "queued"]);
    }

    [Fact]
    public async Task Step_InARunThatSomebodyStopped_IsDoneTheLongWay()
    {
        var a = (await ClaimAsync()).Single();
        await engine.Editor.StopAsync(runId, new RunStop(RunState.Cancelled, "stopped"), default);

        var step = await StepAsync(a, Expecting());

        step.Claimed.ShouldBeEmpty();
        step.FinishedRuns.ShouldBe([(runId, RunState.Cancelled)]);
        (await StatesAsync()).ShouldBe("success cancelled cancelled cancelled cancelled");
    }

    [Fact]
    public async Task Step_OfTheLastTasks_EndsTheRun()
    {
        var a = (await ClaimAsync()).Single();
        var both = (await StepAsync(a, Expecting())).Claimed;
        await StepAsync(both[0], Expecting());
        var last = (await StepAsync(both[1], Expecting())).Claimed;

        var step = await engine.Queue.StepAsync([.. last.Select(Succeeded)], Expecting(), default);

        step.FinishedRuns.ShouldBe([(runId, RunState.Success)]);
        (await engine.StateAsync(runId)).ShouldBe("success");
    }

    [Fact]
    public async Task Step_FencedAttempt_RefusesItAndNothingElse()
    {
        var a = (await ClaimAsync()).Single();
        var other = await engine.TriggerAsync("shapes");
        var stale = Succeeded(a) with { WorkerId = worker + 1 };
        var good = Succeeded((await ClaimAsync()).Single());

        var step = await engine.Queue.StepAsync([stale, good], Expecting(), default);

        step.Refused.ShouldBe([stale]);
        (await StatesAsync()).ShouldBe("running pending pending pending pending");
        (await engine.TasksAsync(other))["a"].ShouldBe("success");
    }

    [Fact]
    public async Task Step_TaskOfALimit_WaitsForItsAdmission()
    {
        await engine.ExecuteAsync("UPDATE task_instance SET limited = true, admitted = false WHERE task_index = 1 AND run_id = @runId",
            new { runId });
        var a = (await ClaimAsync()).Single();

        var step = await StepAsync(a, Expecting());

        step.Claimed.Select(task => task.Key.TaskIndex).ShouldBe([2]);
        (await StatesAsync()).ShouldBe("success queued running pending pending");
    }

    [Fact]
    public async Task Step_WhatOnlyTheLongWayMakesReady_IsSaidToBeDue()
    {
        var dagId = await engine.SaveAsync("""
            public sealed class Alarm : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("alarm");
                    var work = dag.Task("work", _ => Task.CompletedTask);
                    dag.Task("next", _ => Task.CompletedTask).After(work);
                    dag.Task("alarm", _ => Task.CompletedTask).After(work).Rule(TriggerRule.OneFailed);
                }
            }
            """);
        await ClaimAsync();
        await engine.TriggerAsync(dagId);
        var work = (await ClaimAsync()).Single();

        var step = await engine.Queue.StepAsync([new(work, worker, new TaskOutcome.Failed("no", Retryable: false))], Expecting(), default);

        (step.Claimed.Count, step.HasMore).ShouldBe((0, true));
        (await ClaimAsync()).Single().Key.TaskIndex.ShouldBe(2);
    }

    [Fact]
    public async Task Step_Returned_QueuesItAgainWithoutBlame()
    {
        var a = (await ClaimAsync()).Single();

        await engine.Queue.StepAsync([new(a, worker, new TaskOutcome.Returned("no slot"))], null, default);

        (await ClaimAsync()).Single().Attempt.ShouldBe(new AttemptCount(Number: 2, Uncounted: 1, Lost: 0));
        (await engine.ScalarAsync<string>("SELECT state || ': ' || message FROM task_attempt")).ShouldBe("lost: no slot");
    }

    private async Task<string> StatesAsync() =>
        await engine.ScalarAsync<string>(
            "SELECT string_agg(state, ' ' ORDER BY task_index) FROM task_instance WHERE run_id = @runId", new { runId });

    private async Task<IReadOnlyList<ClaimedTask>> ClaimAsync() =>
        (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 7), default)).Claimed;

    private Task<StepResult> StepAsync(ClaimedTask task, ClaimRequest? claim) => engine.Queue.StepAsync([Succeeded(task)], claim, default);

    private FinishedAttempt Succeeded(ClaimedTask task) =>
        new(task, worker, new TaskOutcome.Succeeded(task.Key.TaskIndex == 0 ? "1" : null));

    private ClaimRequest Expecting(int slots = 4) => new(worker, [], slots, ExpectsIdle: true);
}
