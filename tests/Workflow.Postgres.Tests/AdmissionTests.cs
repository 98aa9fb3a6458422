using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>Pools, limits, priorities and fair shares against real PostgreSQL. No worker runs; the test is the worker.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private TestEngine engine = null!;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        worker = await engine.Workers.RegisterAsync("one", [], 100, "test", default);
        await engine.ExecuteAsync("INSERT INTO pool (pool, slots) VALUES ('small', 3)");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Admit_MoreThanThePoolHolds_GivesSlotsByPriorityAndAgainAsTheyAreGivenBack()
    {
        await StartAsync("pooled", """
            for (var i = 0; i < 5; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask).Pool("small").Priority(i);
            """);
        (await ClaimAsync()).ShouldBeEmpty("nobody has admitted any");

        (await engine.Admitter.RunOnceAsync(default)).ShouldBe(3);

        var first = await ClaimAsync();
        first.Select(task => task.Key.TaskIndex).ShouldBe([4, 3, 2], ignoreOrder: true);
        (await engine.Admitter.RunOnceAsync(default)).ShouldBe(0, "the pool is full");
        await EndAsync(first[0]);
        (await engine.Admitter.RunOnceAsync(default)).ShouldBe(1);
        (await ClaimAsync()).Single().Key.TaskIndex.ShouldBe(1);
    }

    [Fact]
    public async Task Admit_ATaskOfManySlots_IsNotOvertakenByThoseThatNeedFew()
    {
        await StartAsync("wide", """
            dag.Task("small", _ => Task.CompletedTask).Pool("small").Priority(9);
            dag.Task("wide", _ => Task.CompletedTask).Pool("small", 3).Priority(5);
            dag.Task("late", _ => Task.CompletedTask).Pool("small");
            """);
        await engine.Admitter.RunOnceAsync(default);

        var first = await ClaimAsync();

        first.Single().Key.TaskIndex.ShouldBe(0, "the wide one does not fit yet, and the late one waits behind it");
        await EndAsync(first[0]);
        await engine.Admitter.RunOnceAsync(default);
        (await ClaimAsync()).Single().Key.TaskIndex.ShouldBe(1);
    }

    [Fact]
    public async Task Admit_ATaskThatCanNeverFit_HoldsUpNobody()
    {
        await StartAsync("hopeless", """
            dag.Task("hopeless", _ => Task.CompletedTask).Pool("later", 5).Priority(9);
            dag.Task("small", _ => Task.CompletedTask).Pool("later");
            """);
        await engine.ExecuteAsync("INSERT INTO pool (pool, slots) VALUES ('later', 2)");

        await engine.Admitter.RunOnceAsync(default);

        (await ClaimAsync()).Single().Key.TaskIndex.ShouldBe(1);
    }

    [Theory]
    [InlineData("ready_at = now() + interval '1 hour'")]
    [InlineData("queue = 'gpu'")]
    public async Task Claim_BehindManyLanesThatWait_FindsWhatIsDue(string waits)
    {
        await StartAsync("crowd", """
            for (var i = 0; i < 120; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask);
            """);
        // Each task in a lane of its own, as if it were of another DAG.
        await engine.ExecuteAsync(
            $"UPDATE task_instance SET lane = 1000 + task_index; UPDATE task_instance SET {waits} WHERE task_index < 119");

        var claimed = (await engine.Queue.StepAsync([], new ClaimRequest(worker, ["default"], 10), default)).Claimed;

        claimed.Single().Key.TaskIndex.ShouldBe(119);
    }

    [Fact]
    public async Task Admit_ALimitOfADagRunOrTask_HoldsUpNothingElse()
    {
        await StartAsync("limited", """
            dag.MaxActiveTasks(inAllRuns: 4, inOneRun: 3);
            for (var i = 0; i < 4; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask);
            """);
        await engine.TriggerAsync("limited");
        await StartAsync("single", """
            var list = dag.Task("list", _ => Task.FromResult(new[] { 1, 2, 3 }));
            dag.Map("each", list, (_, n) => Task.CompletedTask).MaxActive(inOneRun: 1);
            """);
        await EndAsync((await ClaimAsync()).Single(), new TaskOutcome.Succeeded("[1,2,3]"));

        (await engine.Admitter.RunOnceAsync(default)).ShouldBe(5, "three of one run and one of the other, and one element");

        (await ClaimAsync()).GroupBy(task => task.Key.RunId).Select(run => run.Count()).Order().ShouldBe([1, 1, 3]);
    }

    [Fact]
    public async Task Admit_OneHugeDag_LeavesOthersTheirShare()
    {
        await StartAsync("huge", """
            for (var i = 0; i < 300; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask).Pool("small");
            """);
        await engine.Admitter.RunOnceAsync(default);
        var huge = await ClaimAsync();
        await StartAsync("tiny", """dag.Task("t", _ => Task.CompletedTask).Pool("small");""");

        await EndAsync(huge[0]);
        await engine.Admitter.RunOnceAsync(default);

        (await ClaimAsync()).Single().Run.DagId.ShouldBe("tiny");
    }

    [Fact]
    public async Task Admit_ATaskWaitingForItsRetry_HoldsNoSlotUntilItsTime()
    {
        var run = await StartAsync("retried", """
            dag.Task("t", _ => Task.CompletedTask).Pool("small", 3).Retries(1, Backoff.Constant(TimeSpan.FromHours(1)));
            dag.Task("other", _ => Task.CompletedTask).Pool("small", 3).Priority(-1);
            """);
        await engine.Admitter.RunOnceAsync(default);
        await EndAsync((await ClaimAsync()).Single(), new TaskOutcome.Failed("no", Retryable: true));

        (await engine.Admitter.RunOnceAsync(default)).ShouldBe(1);

        (await ClaimAsync()).Single().Key.TaskIndex.ShouldBe(1);
        (await engine.TasksAsync(run))["t"].ShouldBe("up_for_retry");
    }

    [Fact]
    public async Task Claim_OneDagWithTenThousandReady_GivesTheOtherItsShareAtOnce()
    {
        await StartAsync("huge", """
            for (var i = 0; i < 1000; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask);
            """);
        await StartAsync("tiny", """
            for (var i = 0; i < 5; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask);
            """);

        var claimed = await ClaimAsync(slots: 10);

        claimed.Count(task => task.Run.DagId == "tiny").ShouldBe(5);
    }

    [Fact]
    public async Task Claim_OfDifferentUrgency_TakesTheMostUrgentWhateverItsLane()
    {
        await StartAsync("plain", """
            for (var i = 0; i < 20; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask);
            """);
        await StartAsync("urgent", """
            for (var i = 0; i < 4; i++)
                dag.Task($"t{i}", _ => Task.CompletedTask).Priority(10);
            """);

        (await ClaimAsync(slots: 4)).ShouldAllBe(task => task.Run.DagId == "urgent");
        (await ClaimAsync(slots: 4)).ShouldAllBe(task => task.Run.DagId == "plain");
    }

    [Fact]
    public async Task Claim_AfterALane_GoesRoundAllOfThem()
    {
        for (var dag = 0; dag < 4; dag++)
        {
            await StartAsync($"d{dag}", """
                for (var i = 0; i < 10; i++)
                    dag.Task($"t{i}", _ => Task.CompletedTask);
                """);
        }

        var served = new List<string>();
        var after = 0;
        for (var claim = 0; claim < 8; claim++)
        {
            var task = (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 1, after), default)).Claimed.Single();
            served.Add(task.Run.DagId);
            after = task.Lane;
        }

        served.ShouldBe(["d0", "d1", "d2", "d3", "d0", "d1", "d2", "d3"]);
    }

    [Fact]
    public async Task Create_MoreRunsThanMayBeActive_QueuesThemAndStartsThemInOrder()
    {
        var dagId = await engine.SaveAsync(Dag("narrow", """
            dag.MaxActiveRuns(1);
            dag.Task("t", _ => Task.CompletedTask);
            """));
        var runs = new List<long>();
        for (var at = 0; at < 3; at++)
            runs.Add(await engine.TriggerAsync(dagId));
        (await StatesAsync(runs)).ShouldBe(["running", "queued", "queued"]);
        (await engine.RunStarter.RunOnceAsync(default)).ShouldBe(0);

        await EndAsync((await ClaimAsync()).Single());
        (await engine.RunStarter.RunOnceAsync(default)).ShouldBe(1);

        (await StatesAsync(runs)).ShouldBe(["success", "running", "queued"]);
    }

    [Fact]
    public async Task Start_ByTwoSchedulersAtOnce_KeepsTheLimit()
    {
        var dagId = await engine.SaveAsync(Dag("narrow", """
            dag.MaxActiveRuns(2);
            dag.Task("t", _ => Task.CompletedTask);
            """));
        var runs = new List<long>();
        for (var at = 0; at < 8; at++)
            runs.Add(await engine.TriggerAsync(dagId));
        foreach (var task in await ClaimAsync())
            await EndAsync(task);

        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engine.RunStarter.RunOnceAsync(default)));

        started.Sum().ShouldBe(2);
        (await StatesAsync(runs)).Count(state => state == "running").ShouldBe(2);
    }

    [Fact]
    public async Task RunTimeout_Passed_StopsTheRunAndItFails()
    {
        var run = await StartAsync("slow", """
            dag.RunTimeout(TimeSpan.FromHours(1)).Deadline(Workflow.Graphs.DeadlineDefinition.AfterQueued(TimeSpan.FromMinutes(5)), _ => Task.CompletedTask);
            var a = dag.Task("a", _ => Task.CompletedTask);
            dag.Task("b", _ => Task.CompletedTask).After(a);
            """);
        var task = (await ClaimAsync()).Single();
        (await engine.RunKeeper.RunOnceAsync(default)).ShouldBe(0);
        await engine.ExecuteAsync("UPDATE dag_run SET timeout_at = now(); UPDATE run_deadline SET due_at = now() - interval '1 second'");

        (await engine.RunKeeper.RunOnceAsync(default)).ShouldBe(2, "one run is stopped and one deadline missed");

        await EndAsync(task, new TaskOutcome.Cancelled());
        (await engine.StateAsync(run)).ShouldBe("failed");
        (await engine.ScalarAsync<string>("SELECT message FROM dag_run")).ShouldStartWith("The run took longer than its timeout");
        (await engine.ScalarAsync<string>("SELECT kind FROM callback")).ShouldBe("deadline");
    }

    private async Task<long> StartAsync(string dagId, string definition) =>
        await engine.TriggerAsync(await engine.SaveAsync(Dag(dagId, definition)));

    private static string Dag(string dagId, string definition) => $$"""
        public sealed class Tested : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{dagId}}");
                {{definition}}
            }
        }
        """;

    private async Task<IReadOnlyList<ClaimedTask>> ClaimAsync(int slots = 100) =>
        (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], slots), default)).Claimed;

    private Task EndAsync(ClaimedTask task, TaskOutcome? outcome = null) =>
        engine.Queue.StepAsync([new FinishedAttempt(task, worker, outcome ?? new TaskOutcome.Succeeded(null))], null, default);

    private async Task<IReadOnlyList<string>> StatesAsync(IEnumerable<long> runs)
    {
        var states = new List<string>();
        foreach (var run in runs)
            states.Add(await engine.StateAsync(run));
        return states;
    }
}
