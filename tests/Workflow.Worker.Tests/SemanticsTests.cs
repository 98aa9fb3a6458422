using Workflow.Runs;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>What the machine decides, as authors see it: real DAG files, a real worker, real PostgreSQL.</summary>
public sealed class SemanticsTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Map_OverAListAndOverItsOutputs_HandsOnListsInOrder()
    {
        var runId = await RunAsync("""
            var numbers = dag.Task("numbers", _ => Task.FromResult(new[] { 3, 1, 2 }));
            var squares = dag.Map("squares", numbers, (_, n) => n == 1 ? throw new TaskSkippedException("one is dull") : Task.FromResult(n * n));
            var texts = dag.Map("texts", squares, numbers, (run, square, n) => Task.FromResult($"{run.MapIndex}:{square}x{n}"));
            var pairs = dag.MapZipped("pairs", squares, numbers, (_, square, n) => Task.FromResult(square + n));
            dag.Task("all", texts, pairs, (_, t, p) => Task.FromResult(string.Join(" ", t) + " | " + string.Join(" ", p)));
            """);

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await OutputAsync(runId, "all")).ShouldBe("\"0:9x3 1:9x1 2:9x2 3:4x3 4:4x1 5:4x2 | 12 5\"");
        (await StatesAsync(runId, "squares")).ShouldBe(["success", "success", "skipped", "success"]);
    }

    [Fact]
    public async Task MapGroup_EachElementGoesOnByItself_AndIsGatheredInOrder()
    {
        var runId = await RunAsync("""
            var factor = dag.Task("factor", _ => Task.FromResult(10));
            var numbers = dag.Task("numbers", _ => Task.FromResult(new List<int> { 1, 2, 3 }));
            var all = dag.MapGroup("each", numbers, item =>
            {
                var first = dag.Task("first", item, (_, n) => Task.FromResult(n + 1));
                return dag.Task("second", first, factor, (_, n, f) => Task.FromResult(n * f));
            });
            dag.Task("sum", all, (_, list) => Task.FromResult(list.Sum()));
            """);

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await OutputAsync(runId, "sum")).ShouldBe("90");
    }

    [Fact]
    public async Task Map_OverNothing_IsSkippedAndSoIsWhatNeedsIt()
    {
        var runId = await RunAsync("""
            var none = dag.Task("none", _ => Task.FromResult(System.Array.Empty<string>()));
            var each = dag.Map("each", none, (_, text) => Task.FromResult(text));
            dag.Task("needs", each, (_, texts) => Task.CompletedTask);
            dag.Task("anyway", _ => Task.CompletedTask).After(each).Rule(TriggerRule.NoneFailed);
            """);

        (await engine.StateAsync(runId)).ShouldBe("success");
        (await StatesAsync(runId, "each")).ShouldBe(["skipped"]);
        (await StatesAsync(runId, "needs")).ShouldBe(["skipped"]);
        (await StatesAsync(runId, "anyway")).ShouldBe(["success"]);
    }

    [Fact]
    public async Task Map_WithAFailedElement_FailsAsAWhole()
    {
        var runId = await RunAsync("""
            var numbers = dag.Task("numbers", _ => Task.FromResult(new[] { 0, 1 }));
            var each = dag.Map("each", numbers, (_, n) => Task.FromResult(10 / n));
            dag.Task("after", each, (_, list) => Task.CompletedTask);
            """);

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await StatesAsync(runId, "each")).ShouldBe(["failed", "failed", "success"]);
        (await StatesAsync(runId, "after")).ShouldBe(["upstream_failed"]);
    }

    [Fact]
    public async Task Map_OfTenThousand_EndsWithEveryElementOnce()
    {
        var runId = await RunAsync("""
            var numbers = dag.Task("numbers", _ => Task.FromResult(Enumerable.Range(0, 10_000).ToArray()));
            var each = dag.Map("each", numbers, (_, n) => Task.FromResult(n));
            dag.Task("sum", each, (_, list) => Task.FromResult(list.Sum(n => (long)n)));
            """, slots: 20);

        (await engine.StateAsync(runId)).ShouldBe("success");
        (await OutputAsync(runId, "sum")).ShouldBe("49995000");
        (await engine.ScalarAsync<int>("SELECT count(*) FROM task_instance WHERE attempt = 1")).ShouldBe(10_002);
    }

    [Fact]
    public async Task Branch_Chooses_AndTheJoinRuns()
    {
        var runId = await RunAsync("""
            var pick = dag.Branch("pick", _ => Task.FromResult<IReadOnlyList<string>>(["left"]));
            var left = dag.Task("left", _ => Task.CompletedTask).After(pick);
            var right = dag.Task("right", _ => Task.CompletedTask).After(pick);
            dag.Task("join", _ => Task.CompletedTask).After(left, right).Rule(TriggerRule.NoneFailedMinOneSuccess);
            """);

        (await engine.TasksAsync(runId)).ShouldBe(new Dictionary<string, string>
        {
            ["pick"] = "success",
            ["left"] = "success",
            ["right"] = "skipped",
            ["join"] = "success",
        }, ignoreOrder: true);
    }

    [Fact]
    public async Task ShortCircuit_WithSetupAndTeardown_TakesDownAllTheSame()
    {
        var runId = await RunAsync("""
            var create = dag.Task("create", _ => Task.CompletedTask).AsSetup();
            var open = dag.ShortCircuit("open", _ => Task.FromResult(false)).After(create);
            var work = dag.Task("work", _ => Task.CompletedTask).After(open);
            dag.Task("drop", _ => Task.CompletedTask).After(work).AsTeardown(create);
            """);

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await StatesAsync(runId, "work")).ShouldBe(["skipped"]);
        (await StatesAsync(runId, "drop")).ShouldBe(["success"]);
    }

    [Fact]
    public async Task Wait_ForAnEvent_HoldsNoSlotAndHandsOnWhatCame()
    {
        var dagId = await engine.SaveAsync(Dag("""
            var approval = dag.WaitForEvent("approval", run => $"approved/{run.RunKey}").WaitTimeout(TimeSpan.FromHours(1));
            dag.Task("after", approval, (_, payload) => Task.FromResult((string?)payload?["by"]));
            """));
        await engine.StartWorkerAsync(1);
        var runId = await engine.TriggerAsync(dagId);
        await Eventually.TrueAsync(async () =>
            (await StatesAsync(runId, "approval"))[0] == "deferred", TimeSpan.FromSeconds(30), "it is deferred");

        await engine.ExecuteAsync("""
            INSERT INTO external_event (key, payload, source) SELECT 'approved/' || run_key, '{"by": "ann"}', 'test' FROM dag_run WHERE run_id = @runId;
            UPDATE task_instance SET ready_at = now() WHERE wake_key IS NOT NULL;
            """, new { runId });

        (await engine.UntilEndedAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await OutputAsync(runId, "after")).ShouldBe("\"ann\"");
        (await engine.ScalarAsync<int>("SELECT uncounted FROM task_instance WHERE task_id = 'approval'")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Wait_LongerThanItMay_FailsWithoutRetry()
    {
        var runId = await RunAsync("""
            dag.WaitFor("never", _ => Task.FromResult(false), TimeSpan.FromSeconds(1)).WaitTimeout(TimeSpan.FromMilliseconds(50)).Retries(3);
            """);

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await engine.ExplainAsync(runId)).ShouldContain("waited as long as it may");
    }

    [Fact]
    public async Task RetryRules_ByException_DecideWhetherItIsTriedAgain()
    {
        var runId = await RunAsync("""
            dag.Task("again", run => run.Attempt == 1 ? throw new System.IO.IOException("busy") : Task.CompletedTask)
                .Retries(2).RetryRules(rules => rules.Retry<System.IO.IOException>(TimeSpan.Zero));
            dag.Task("never", _ => throw new FormatException("broken")).Retries(5, Backoff.Constant(TimeSpan.Zero)).RetryRules(rules => rules.Fail<FormatException>());
            """);

        (await engine.TasksAsync(runId)).ShouldBe(
            new Dictionary<string, string> { ["again"] = "success", ["never"] = "failed" }, ignoreOrder: true);
        (await engine.ScalarAsync<int>("SELECT attempt FROM task_instance WHERE task_id = 'never'")).ShouldBe(1);
    }

    [Fact]
    public async Task Clear_AFailedTask_RunsItAndWhatFollowsAgainAndKeepsTheAttempt()
    {
        var runId = await RunAsync("""
            var first = dag.Task("first", run => run.Attempt == 1 ? throw new TaskFailureException("not yet", retryable: false) : Task.CompletedTask);
            dag.Task("second", _ => Task.CompletedTask).After(first);
            """);
        (await engine.StateAsync(runId)).ShouldBe("failed");

        await engine.Editor.EditAsync(runId, run => run.Clear([(0, TaskKey.Whole), (1, TaskKey.Whole)]), null, default);

        (await engine.UntilEndedAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("SELECT state || ' ' || message FROM task_attempt")).ShouldBe("failed not yet");
    }

    [Fact]
    public async Task Mark_ARunningTask_StopsItAndGoesOn()
    {
        var dagId = await engine.SaveAsync(Dag("""
            var slow = dag.Task("slow", run => Task.Delay(Timeout.Infinite, run.Cancellation));
            dag.Task("after", _ => Task.CompletedTask).After(slow);
            """));
        await engine.StartWorkerAsync();
        var runId = await engine.TriggerAsync(dagId);
        await Eventually.TrueAsync(async () => (await StatesAsync(runId, "slow"))[0] == "running", TimeSpan.FromSeconds(30), "it runs");

        await engine.Editor.EditAsync(runId, run => run.Mark([(0, TaskKey.Whole)], TaskState.Success, "by hand"), null, default);

        (await engine.UntilEndedAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("SELECT state FROM task_attempt")).ShouldBe("cancelled");
    }

    [Fact]
    public async Task Stop_ARunThatWasSetUp_TakesDownWhatWasSetUp()
    {
        var dagId = await engine.SaveAsync(Dag("""
            var create = dag.Task("create", _ => Task.CompletedTask).AsSetup();
            var work = dag.Task("work", run => Task.Delay(Timeout.Infinite, run.Cancellation)).After(create);
            dag.Task("drop", _ => Task.CompletedTask).After(work).AsTeardown(create);
            """));
        await engine.StartWorkerAsync();
        var runId = await engine.TriggerAsync(dagId);
        await Eventually.TrueAsync(async () => (await StatesAsync(runId, "work"))[0] == "running", TimeSpan.FromSeconds(30), "it runs");

        await engine.Editor.StopAsync(runId, new RunStop(RunState.Cancelled, RunStop.CancelledMessage), default);

        (await engine.UntilEndedAsync(runId)).ShouldBe("cancelled", await engine.ExplainAsync(runId));
        (await StatesAsync(runId, "drop")).ShouldBe(["success"]);
    }

    [Fact]
    public async Task Callbacks_AfterEndsOfTasksAndRun_AreCalledWithTheirReasons()
    {
        var runId = await RunAsync("""
            dag.OnFailure(call => Note("run", call));
            dag.Task("good", _ => Task.CompletedTask).OnSuccess(call => Note("good", call));
            dag.Task("bad", _ => throw new TaskFailureException("no", retryable: true)).Retries(1, Backoff.Constant(TimeSpan.Zero))
                .OnRetry(call => Note("again", call)).OnFailure(call => Note("bad", call));

            Task Note(string what, CallbackContext call) => throw new InvalidOperationException($"{what} {call.Kind} {call.TaskId} {call.Attempt} {call.Message}");
            """);

        (await engine.StateAsync(runId)).ShouldBe("failed");
        await Eventually.TrueAsync(
            async () => await engine.ScalarAsync<int>("SELECT count(*) FROM callback WHERE error IS NOT NULL") == 4,
            TimeSpan.FromSeconds(30), "all are called");
        (await engine.ScalarAsync<string>("SELECT string_agg(error, '|' ORDER BY error) FROM callback")).ShouldBe(
            "InvalidOperationException: again Retry bad 1 no|InvalidOperationException: bad Failure bad 2 no|"
            + "InvalidOperationException: good Success good 1 |InvalidOperationException: run Failure  0 ");
    }

    [Fact]
    public async Task DependsOnPast_WaitsForTheRunBefore()
    {
        var dagId = await engine.SaveAsync(Dag("""
            dag.Task("load", run => run.Run.RunKey == "a" && run.Attempt == 1 ? throw new TaskFailureException("no", retryable: false) : Task.CompletedTask)
                .DependsOnPast();
            """));
        await engine.StartWorkerAsync();
        var date = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var first = await CreateAsync(dagId, "a", date);
        await engine.UntilEndedAsync(first);
        var second = await CreateAsync(dagId, "b", date.AddDays(1));
        (await engine.RunKeeper.RunOnceAsync(default)).ShouldBe(0);
        (await StatesAsync(second, "load")).ShouldBe(["pending"]);

        await engine.Editor.EditAsync(first, run => run.Clear([(0, TaskKey.Whole)]), null, default);
        await engine.UntilEndedAsync(first);
        (await engine.RunKeeper.RunOnceAsync(default)).ShouldBe(1);

        (await engine.UntilEndedAsync(second)).ShouldBe("success");
    }

    private async Task<long> CreateAsync(string dagId, string key, DateTimeOffset date) =>
        (await engine.Runs.CreateAsync(
            new Workflow.Postgres.Runs.NewRun(dagId, key, RunType.Scheduled, [], "test", date, RunAfter: date), default))!.Value;

    private async Task<long> RunAsync(string definition, int slots = 4)
    {
        var dagId = await engine.SaveAsync(Dag(definition));
        await engine.StartWorkerAsync(slots);
        return await engine.RunAsync(dagId);
    }

    private static string Dag(string definition) => $$"""
        public sealed class Tested : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("tested");
                {{definition}}
            }
        }
        """;

    private Task<string> OutputAsync(long runId, string task) => engine.ScalarAsync<string>(
        "SELECT value::text FROM task_output JOIN task_instance USING (run_id, task_index, map_index, attempt) WHERE run_id = @runId AND task_id = @task", new { runId, task });

    private async Task<string[]> StatesAsync(long runId, string task) => (await engine.ScalarAsync<string>(
        "SELECT string_agg(state, ' ' ORDER BY map_index) FROM task_instance WHERE run_id = @runId AND task_id = @task",
        new { runId, task })).Split(' ');
}
