using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>Which instances a clear or a mark concerns.</summary>
public sealed class ClearPlanTests
{
    /// <summary>setup, work, other, teardown; after is outside of the scope.</summary>
    private static readonly DagGraph Guarded = new([
        Task(0, "setup") with { Role = TaskRole.Setup },
        Task(1, "work", 0) with { Setups = [0] },
        Task(2, "other", 0) with { Setups = [0] },
        Task(3, "teardown", 1, 2) with { Role = TaskRole.Teardown, Setups = [0], TriggerRule = TriggerRule.AllDoneSetupSuccess },
        Task(4, "after", 1)]);

    /// <summary>list, the node of a mapped group, its two tasks, and what gathers them.</summary>
    private static readonly DagGraph Mapped = new([
        Task(0, "list"),
        Task(1, "group", 0) with { Kind = TaskDefinition.ExpandKind, MapRoot = 1, MapSources = [0] },
        Task(2, "one", 1) with { MapRoot = 1, Setups = [1] },
        Task(3, "two", 2) with { MapRoot = 1, Setups = [1] },
        Task(4, "sum", 3)]);

    [Fact]
    public void Clear_OfATask_TakesItsSetupAndTheTeardownWithIt() =>
        Cleared(Ended(Guarded), new([new("work")])).ShouldBe(["setup", "work", "teardown"]);

    [Fact]
    public void Clear_OfASetup_TakesItsTeardown() => Cleared(Ended(Guarded), new([new("setup")])).ShouldBe(["setup", "teardown"]);

    [Fact]
    public void Clear_OfATeardown_TakesNothingWithIt() => Cleared(Ended(Guarded), new([new("teardown")])).ShouldBe(["teardown"]);

    [Fact]
    public void Clear_OfWhatIsOutsideTheScope_LeavesTheSetupAlone() => Cleared(Ended(Guarded), new([new("after")])).ShouldBe(["after"]);

    [Fact]
    public void Clear_OfWhatHasNotBegun_IsNothing() => Cleared(RunModel.Start(Guarded, _ => []), new([new("work")])).ShouldBe(["setup"]);

    [Fact]
    public void Clear_OnlyFailedWithDownstream_TakesWhatWorkedWithTheFailureToo()
    {
        var graph = new DagGraph(
            [Task(0, "good"), Task(1, "bad"), Task(2, "report", 0, 1) with { TriggerRule = TriggerRule.AllDone }, Task(3, "stuck", 1)]);
        var run = Ended(graph, (1, TaskKey.Whole));

        Cleared(run, new(), onlyFailed: true).ShouldBe(["bad", "stuck"]);
        Cleared(run, new(Downstream: true), onlyFailed: true).ShouldBe(["bad", "report", "stuck"]);
        Cleared(run, new([new("good")], Downstream: true), onlyFailed: true).ShouldBeEmpty();
    }

    [Fact]
    public void Clear_OnlyFailedElements_TakesThemAndTheSameElementsAfterThem()
    {
        var run = Ended(Mapped, (2, 1));

        Cleared(run, new(), onlyFailed: true).ShouldBe(["one[1]", "two[1]", "sum"]);
        Cleared(run, new([new("one", 0)], Downstream: true)).ShouldBe(["one[0]", "two[0]", "sum"]);
    }

    [Fact]
    public void Clear_OfTheListBeforeAMap_ExpandsItAnewInsteadOfTakingElements()
    {
        var run = Ended(Mapped);

        Cleared(run, new([new("list")], Downstream: true)).ShouldBe(["list", "group", "sum"]);
        Cleared(run, new([new("two", 2)], Upstream: true)).ShouldBe(["list", "group"]);
    }

    [Fact]
    public void Clear_OfEverything_LetsTheRunEndAsBefore()
    {
        foreach (var graph in new[] { Guarded, Mapped })
        {
            var run = Ended(graph);

            run.Clear(ClearPlan.Keys(run, new TaskSelection(), onlyFailed: false));

            run.State.ShouldBeNull();
            Finish(run);
            run.State.ShouldBe(RunState.Success);
            run.Instances.Where(instance => instance.Attempt > 0).ShouldAllBe(instance => instance.Attempt == 2);
        }
    }

    [Theory]
    [InlineData("none", null, "The run has no task 'none'; it has list, group, one, two, sum.")]
    [InlineData("one", 3, "Task 'one' has the elements 0 to 2, and no element 3.")]
    [InlineData("sum", 0, "Task 'sum' has no elements: it is not mapped, so it has no element 0.")]
    [InlineData("one", 2, null)]
    public void Complaint_OfANameThatMeansNothing_SaysWhatThereIs(string task, int? mapIndex, string? expected) =>
        new TaskSelection([new(task, mapIndex)]).Complaint(Ended(Mapped)).ShouldBe(expected);

    [Fact]
    public void Mark_OfAnElement_LetsTheSameElementAfterItRunAndNoOther()
    {
        var run = Ended(Mapped, (2, 1));
        var keys = MarkPlan.Keys(run, new([new("one", 1)]), TaskState.Success);

        MarkPlan.Apply(run, keys, TaskState.Success, "Marked.");

        keys.ShouldBe([(2, 1)]);
        run[3, 1].State.ShouldBe(TaskState.Queued);
        run[3, 0].State.ShouldBe(TaskState.Success);
        run[4].State.ShouldBe(TaskState.Pending);
        Finish(run);
        run.State.ShouldBe(RunState.Success);
    }

    [Fact]
    public void Mark_OfAGroupBeforeItIsExpanded_TakesItsTasksWithIt()
    {
        var run = RunModel.Start(Mapped, _ => [3]);
        var keys = MarkPlan.Keys(run, new([new("group")]), TaskState.Skipped);

        MarkPlan.Apply(run, keys, TaskState.Skipped, "Marked.");

        keys.Select(key => key.Task).ShouldBe([1, 2, 3]);
        Finish(run);
        run.State.ShouldBe(RunState.Success);
        run[4].State.ShouldBe(TaskState.Skipped);
    }

    [Fact]
    public void Mark_OfARunningTask_KeepsWhoDidSoForItsEnd()
    {
        var run = RunModel.Start(Guarded, _ => []);
        run.Claim(run[0]);

        MarkPlan.Apply(run, MarkPlan.Keys(run, new([new("setup")]), TaskState.Failed), TaskState.Failed, "Marked failed by ada.");
        MarkPlan.Keys(run, new([new("setup")]), TaskState.Failed).ShouldBeEmpty();
        run.End(run[0], new TaskOutcome.Cancelled(), "");

        (run[0].State, run[0].Message).ShouldBe((TaskState.Failed, "Marked failed by ada."));
        run[1].State.ShouldBe(TaskState.UpstreamFailed);
    }

    private static List<string> Cleared(RunModel run, TaskSelection selection, bool onlyFailed = false) =>
        [.. ClearPlan.Keys(run, selection, onlyFailed)
            .Select(key => run.Graph.Tasks[key.Task].Id + (key.MapIndex < 0 ? "" : $"[{key.MapIndex}]"))];

    /// <summary>A run that has ended; those named failed.</summary>
    private static RunModel Ended(DagGraph graph, params (int Task, int MapIndex)[] failing)
    {
        var run = RunModel.Start(graph, _ => [3]);
        Finish(run, failing);
        return run;
    }

    private static void Finish(RunModel run, params (int Task, int MapIndex)[] failing)
    {
        while (run.Instances.FirstOrDefault(instance => instance.State == TaskState.Queued) is { } next)
        {
            run.Claim(next);
            run.End(next,
                failing.Contains((next.Task, next.MapIndex)) ? new TaskOutcome.Failed("No.",
                    Retryable: false) : new TaskOutcome.Succeeded(null), "");
        }
    }

    private static TaskDefinition Task(int index, string id, params int[] upstreams) =>
        new(index, id, "task", "default", 0, Backoff.Constant(TimeSpan.Zero), null, TriggerRule.AllSuccess, upstreams, []);
}
