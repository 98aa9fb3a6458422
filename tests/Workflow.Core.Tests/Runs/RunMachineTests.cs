using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

public sealed class RunMachineTests
{
    private static readonly TaskOutcome Failed = new TaskOutcome.Failed("no", Retryable: true);

    [Fact]
    public void End_Succeeded_IsSuccess() =>
        End(0, 1, 0, new TaskOutcome.Succeeded("1")).ShouldBe(new AttemptEnd(TaskState.Success, null, null));

    [Fact]
    public void End_Skipped_KeepsTheReason() =>
        End(3, 1, 0, new TaskOutcome.Skipped("nothing new")).ShouldBe(new AttemptEnd(TaskState.Skipped, "nothing new", null));

    [Fact]
    public void End_Cancelled_IsNotRetried() => End(3, 1, 0, new TaskOutcome.Cancelled()).State.ShouldBe(TaskState.Cancelled);

    [Theory]
    [InlineData(0, 1, 0, TaskState.Failed)]
    [InlineData(2, 1, 0, TaskState.UpForRetry)]
    [InlineData(2, 2, 0, TaskState.UpForRetry)]
    [InlineData(2, 3, 0, TaskState.Failed)]
    // Attempts lost with their worker do not count as failures.
    [InlineData(2, 4, 2, TaskState.UpForRetry)]
    [InlineData(2, 5, 2, TaskState.Failed)]
    public void End_Failed_IsRetriedAsOftenAsTheTaskSays(int retries, int attempt, int lost, TaskState expected)
    {
        End(retries, attempt, lost, Failed).State.ShouldBe(expected);
        End(retries, attempt, lost, new TaskOutcome.TimedOut(TimeSpan.FromSeconds(5))).State.ShouldBe(expected);
    }

    [Fact]
    public void End_FailedForGood_IsNotRetried() =>
        End(5, 1, 0, new TaskOutcome.Failed("bad input", Retryable: false)).ShouldBe(new AttemptEnd(TaskState.Failed, "bad input", null));

    [Fact]
    public void End_FailedWithAWaitOfItsOwn_WaitsThatLong()
    {
        End(1, 1, 0, new TaskOutcome.Failed("busy", Retryable: true, RetryAfter: TimeSpan.FromSeconds(7)))
            .ShouldBe(new AttemptEnd(TaskState.UpForRetry, "busy", TimeSpan.FromSeconds(7)));
        End(0, 1, 0, new TaskOutcome.Failed("busy", Retryable: true, RetryAfter: TimeSpan.FromSeconds(7)))
            .ShouldBe(new AttemptEnd(TaskState.Failed, "busy", null));
    }

    [Fact]
    public void End_Deferred_KeepsWhatItWaitsForAndWhatWakesIt()
    {
        var end = End(0, 9, 0, new TaskOutcome.Deferred("waits for X", TimeSpan.FromMinutes(3), "event:x"));

        end.ShouldBe(
            new AttemptEnd(TaskState.Deferred, "waits for X", TimeSpan.FromMinutes(3)) { WakeKey = "event:x", Unchosen = end.Unchosen });
        end.Unchosen.ShouldBeEmpty();
    }

    /// <remarks>The twentieth attempt after a clear of nineteen waits as long as the first did.</remarks>
    [Fact]
    public void End_FailedAfterAClear_BacksOffFromTheBeginning()
    {
        var graph = new DagGraph([Task(5, Backoff.Exponential(TimeSpan.FromMinutes(1), jitter: 0))]);

        RunMachine.End(graph, 0, new AttemptCount(20, Uncounted: 19, Lost: 0), Failed, "").Wait.ShouldBe(TimeSpan.FromMinutes(1));
        RunMachine.End(graph, 0, new AttemptCount(22, Uncounted: 19, Lost: 0), Failed, "").Wait.ShouldBe(TimeSpan.FromMinutes(4));
    }

    [Fact]
    public void End_TimedOut_NamesTheLimit() =>
        End(0, 1, 0, new TaskOutcome.TimedOut(TimeSpan.FromMinutes(90))).Message.ShouldBe(
            "The attempt took longer than its timeout of 01:30:00.");

    [Fact]
    public void End_Lost_IsQueuedAgainUntilTheLimitWhateverTheRetries()
    {
        var ends = Enumerable.Range(0, RunMachine.LostLimit)
            .Select(lost => End(0, lost + 1, lost, new TaskOutcome.Lost("The worker died."))).ToList();

        ends[..^1].ShouldAllBe(end => end.State == TaskState.Queued && end.Wait == TimeSpan.Zero);
        ends[^1].ShouldBe(new AttemptEnd(
            TaskState.Failed, "The worker died. 3 attempts were lost with their worker, so it is not tried again.", null));
    }

    [Fact]
    public void End_ExponentialBackoff_DoublesUpToTheCapAndJitterNeverExceedsIt()
    {
        var cap = TimeSpan.FromMinutes(10);
        var task = Task(100, Backoff.Exponential(TimeSpan.FromMinutes(1), cap: cap, jitter: 0.25));

        for (var attempt = 1; attempt <= 100; attempt++)
        {
            var wait = RunMachine.End(new DagGraph([task]), 0, new AttemptCount(attempt, 0, 0), Failed, "run/task").Wait!.Value;
            var least = TimeSpan.FromMinutes(Math.Min(Math.Pow(2, attempt - 1), 10));
            wait.ShouldBeInRange(least, least * 1.25 < cap ? least * 1.25 : cap, $"attempt {attempt}");
        }
    }

    [Fact]
    public void End_Jitter_IsTheSameForTheSameAttemptAndDiffersBetweenTasks()
    {
        var graph = new DagGraph([Task(3, Backoff.Exponential())]);
        var waits = Enumerable.Range(0, 50).Select(at => RunMachine.End(graph, 0, new AttemptCount(1, 0, 0), Failed, $"run{at}").Wait)
            .ToList();

        RunMachine.End(graph, 0, new AttemptCount(1, 0, 0), Failed, "run0").Wait.ShouldBe(waits[0]);
        RunMachine.End(graph, 0, new AttemptCount(2, 1, 1), Failed, "run0").Wait.ShouldBe(
            waits[0], "a lost attempt does not change the wait after a failure");
        waits.Distinct().Count().ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Wait_AfterHugeMultiplier_IsTheCap() =>
        new Backoff(TimeSpan.Zero, 1e300, TimeSpan.FromHours(1), 0).After(100, 0).ShouldBe(TimeSpan.Zero);

    [Theory]
    [InlineData(1, 0, null, null)]
    [InlineData(1, 1, RunState.Cancelled, null)]
    [InlineData(0, 0, null, RunState.Success)]
    [InlineData(0, 2, null, RunState.Failed)]
    [InlineData(0, 2, RunState.Cancelled, RunState.Cancelled)]
    [InlineData(0, 0, RunState.Failed, RunState.Failed)]
    [InlineData(0, 2, RunState.Success, RunState.Success)]
    public void Settle_Table(int unfinished, int failedLeaves, RunState? ordered, RunState? expected) =>
        RunMachine.Settle(unfinished, failedLeaves, ordered).ShouldBe(expected);

    [Theory]
    [InlineData(1, TaskState.Failed, true)]
    [InlineData(1, TaskState.UpstreamFailed, true)]
    [InlineData(1, TaskState.Cancelled, true)]
    [InlineData(1, TaskState.Skipped, false)]
    [InlineData(1, TaskState.Success, false)]
    [InlineData(0, TaskState.Failed, false)]
    public void FailsRun_OnlyLeavesDecide(int task, TaskState end, bool expected) =>
        RunMachine.FailsRun(new DagGraph([Task(0, Backoff.Constant()), Task(0, Backoff.Constant()) with { Index = 1, Upstreams = [0] }]),
            task, TaskKey.Whole, end)
            .ShouldBe(expected);

    private static AttemptEnd End(int retries, int attempt, int lost, TaskOutcome outcome) =>
        RunMachine.End(new DagGraph([Task(retries, Backoff.Constant())]), 0, new AttemptCount(attempt, lost, lost), outcome, "run/task");

    private static TaskDefinition Task(int retries, Backoff backoff) =>
        new(0, "task", "task", "default", retries, backoff, null, TriggerRule.AllSuccess, [], []);

    [Theory]
    [InlineData(TriggerRule.AllSuccess, 2)]
    [InlineData(TriggerRule.AllDone, 2)]
    [InlineData(TriggerRule.AllDoneMinOneSuccess, 2)]
    [InlineData(TriggerRule.NoneFailed, 2)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, 2)]
    [InlineData(TriggerRule.NoneSkipped, 2)]
    [InlineData(TriggerRule.OneSuccess, 0)]
    [InlineData(TriggerRule.OneDone, 0)]
    [InlineData(TriggerRule.OneFailed, 0)]
    [InlineData(TriggerRule.AllFailed, 0)]
    [InlineData(TriggerRule.AllSkipped, 0)]
    [InlineData(TriggerRule.Always, 0)]
    public void ReadyAt_TwoUpstreams_CountsThoseThatMustAllSucceed(TriggerRule rule, int expected)
    {
        var dag = DagDefinition.From(new Authoring.Described(dag =>
        {
            dag.Id("two");
            var a = dag.Task("a", _ => System.Threading.Tasks.Task.CompletedTask);
            var b = dag.Task("b", _ => System.Threading.Tasks.Task.CompletedTask);
            dag.Task("c", _ => System.Threading.Tasks.Task.CompletedTask).After(a, b).Rule(rule);
        }));

        RunMachine.ReadyAt(dag.Graph, 2, TaskKey.Whole).ShouldBe(expected);
        RunMachine.ReadyAt(dag.Graph, 0, TaskKey.Whole).ShouldBe(0);
    }
}
