using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>The machine's own reasons, sentence by sentence.</summary>
public sealed class ReasonsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly DagGraph Graph = new([
        Task(0, "cluster") with { Role = TaskRole.Setup },
        Task(1, "choose") with { Kind = "branch" },
        Task(2, "load", 1) with { Setups = [0], Deciders = [1], Pool = "gpu", PoolSlots = 2, Retries = 2 },
        Task(3, "join", 0, 1, 2) with { TriggerRule = TriggerRule.OneSuccess },
        Task(4, "group", 2) with { Kind = TaskDefinition.ExpandKind, MapRoot = 4, MapSources = [2] },
        Task(5, "each", 4) with { MapRoot = 4, Setups = [4] },
        Task(6, "all", 0, 1, 2, 3, 4, 5)]);

    public static TheoryData<string, TaskSituation> Sentences => new()
    {
        { "Waits for setup cluster, choose to decide.", Of(2) with { Unfinished = Set(0, 1) } },
        { "Waits for choose, load; its trigger rule is one_success.", Of(3) with { Unfinished = Set(1, 2) } },
        { "Waits for the expansion of group.", Of(5) with { Unfinished = Set(4) } },
        { "Waits for cluster, choose, load, join, the expansion of group and 1 more.", Of(6) with { Unfinished = Set(0, 1, 2, 3, 4, 5) } },
        { "Is about to be queued.", Of(2) },
        { "Depends on the past: waits for the run before, monday, which waits for its start.",
            Of(2) with { Past = new PastTask("monday", null) } },
        {
            "Depends on the past: waits for the run before, monday, in which it is running.",
            Of(2) with { Past = new PastTask("monday", TaskState.Running) }
        },
        { "None of its 40 elements has ended.", Of(5) with { Mapped = 40 } },
        {
            "12 of 40 elements have ended: 2 failed, 1 were skipped, 9 succeeded.",
            Of(5) with { Mapped = 40, Seen = new UpstreamCounters(9, 2, 0, 1) }
        },
        { "Waits for a worker on queue default.", Queued(2) },
        { "Waits for a worker on queue default, behind 1 more urgent task.", Queued(2) with { Ahead = 1 } },
        { "Waits for a worker on queue default, behind 7 more urgent tasks.", Queued(2) with { Ahead = 7 } },
        { "The worker w is gone. Waits for a worker on queue default.", Queued(2) with { Message = "The worker w is gone." } },
        {
            "Waits for a worker on queue default, but no live worker serves that queue. Start one, or correct the queue's name.",
            Queued(2) with { IsServed = false, Ahead = 3 }
        },
        { "Waits for pool gpu: 3 of 4 slots are taken and it needs 2, 5 ahead of it.", Limited(new LimitUse("pool:gpu", 2, 3, 4, 5)) },
        { "Waits for pool gpu, which has no slots. Give it some.", Limited(new LimitUse("pool:gpu", 2, 0, 0, 0)) },
        { "Waits for the limit of tasks of its DAG: 8 of 8 are under way.",
            Limited(new LimitUse("pool:gpu", 2, 0, 4, 0), new LimitUse("dag:d", 1, 8, 8, 0)) },
        {
            "Waits for the limit of tasks of its run: 1 of 1 are under way, 2 ahead of it. Waits for the limit of load within a run: 1 of 1 are under way.",
            Limited(new LimitUse("run:7", 1, 1, 1, 2), new LimitUse("task:7/load", 1, 1, 1, 0))
        },
        { "Waits for the limit of load over all runs: 1 of 1 are under way.", Limited(new LimitUse("task:d/load", 1, 1, 1, 0)) },
        { "Waits for its turn: 4 ahead of it for pool gpu.", Limited(new LimitUse("pool:gpu", 2, 0, 4, 4)) },
        { "Is about to get its slots.", Limited(new LimitUse("pool:gpu", 2, 0, 4, 0)) },
        {
            "Attempt 2 of 3 failed: No disk. It is tried again at 2026-01-02 04:04:05 UTC.",
            Of(2, TaskState.UpForRetry) with { Failures = 2, Message = "No disk.", ReadyAt = Now.AddHours(1) }
        },
        {
            "Attempt 2 of 3 failed: No disk. Waits for a worker on queue default.",
            Of(2, TaskState.UpForRetry) with { Failures = 2, Message = "No disk.", ReadyAt = Now }
        },
        {
            "Waits for the event file. It looks again at 2026-01-02 03:04:35 UTC at the latest.",
            Of(2, TaskState.Deferred) with { Message = "Waits for the event file.", ReadyAt = Now.AddSeconds(30) }
        },
        { "It is being stopped, and runs again then: it was cleared.", Of(2, TaskState.Running) with { Ordered = TaskState.Pending } },
        { "Marked failed by ada.", Of(2, TaskState.Running) with { Ordered = TaskState.Failed, Message = "Marked failed by ada." } },
        { "It is being stopped with its run.", Of(2, TaskState.Running) with { RunStops = true } },
        { "The run was cancelled.", Of(2, TaskState.Cancelled) },
        { "Its task was expanded anew, over a list without this element.", Of(5, TaskState.Removed) },
        { "Of 1 upstreams 1 failed.", Of(2, TaskState.UpstreamFailed) with { Message = "Of 1 upstreams 1 failed." } },
    };

    [Theory]
    [MemberData(nameof(Sentences), DisableDiscoveryEnumeration = true)]
    public void Why_OfATask_IsThisSentence(string expected, TaskSituation task) => Reasons.Why(task).ShouldBe(expected);

    [Theory]
    [InlineData(TaskState.Running)]
    [InlineData(TaskState.Success)]
    public void Why_OfATaskThatRunsOrSucceeded_IsNothing(TaskState state) => Reasons.Why(Of(2, state)).ShouldBeNull();

    [Fact]
    public void Why_OfAQueuedRun_NamesTheFirstThatHoldsItUp()
    {
        var run = new QueuedRunSituation(Now, Now, IsPaused: false, IsBackfill: false, Running: 0, MaxActiveRuns: 2, Ahead: 0);

        Reasons.Why(run with { RunAfter = Now.AddHours(1), IsPaused = true })
            .ShouldBe("Waits for its time: it may start at 2026-01-02 04:04:05 UTC.");
        Reasons.Why(run with { IsBackfill = true, Running = 2 }).ShouldBe("Waits for its backfill, which starts one run after the other.");
        Reasons.Why(run with { IsPaused = true, Running = 2 }).ShouldBe("Its DAG is paused. Unpause it, or trigger a run by hand.");
        Reasons.Why(run with { Running = 2, Ahead = 3 })
            .ShouldBe("Waits for another run to end: 2 of at most 2 are running, 3 ahead of it.");
        Reasons.Why(run with { Running = 1, Ahead = 1 }).ShouldBe("Waits for its turn: 1 due run comes before it.");
        Reasons.Why(run).ShouldBe("Is about to start.");
    }

    private static TaskSituation Of(int task, TaskState state = TaskState.Pending) => new(Graph, task, TaskKey.Whole, state)
    {
        RunId = 7,
        Now = Now,
    };

    private static TaskSituation Queued(int task) => Of(task, TaskState.Queued) with { ReadyAt = Now };

    private static TaskSituation Limited(params LimitUse[] limits) => Queued(2) with { IsAdmitted = false, Limits = limits };

    private static HashSet<int> Set(params int[] tasks) => [.. tasks];

    private static TaskDefinition Task(int index, string id, params int[] upstreams) =>
        new(index, id, "task", "default", 0, Backoff.Constant(TimeSpan.Zero), null, TriggerRule.AllSuccess, upstreams, []);
}
