using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

public sealed class TaskTransitionsTests
{
    private static readonly TaskState[] All = Enum.GetValues<TaskState>();

    [Fact]
    public void Terminal_Always_AreTheStatesWithoutASuccessor()
    {
        TaskTransitions.Terminal.ShouldBe(
            [TaskState.Success, TaskState.Failed, TaskState.UpstreamFailed, TaskState.Skipped, TaskState.Cancelled, TaskState.Removed],
            ignoreOrder: true);
        foreach (var state in All)
        {
            state.IsTerminal().ShouldBe(TaskTransitions.Terminal.Contains(state));
            state.Next().Count.ShouldBe(All.Count(next => state.CanBecome(next)));
            state.IsTerminal().ShouldBe(state.Next().Count == 0);
        }
    }

    [Fact]
    public void CanBecome_FromPending_ReachesEveryState()
    {
        var reached = new HashSet<TaskState> { TaskState.Pending };
        while (All.Any(state => !reached.Contains(state) && reached.Any(from => from.CanBecome(state)) && reached.Add(state)))
        {
            // Until nothing new is reached.
        }

        // An element is removed by a clear alone.
        reached.ShouldBe(All.Except([TaskState.Removed]), ignoreOrder: true);
    }

    [Fact]
    public void CanBecome_EveryUnfinishedState_MayBeCancelled() =>
        All.Where(state => !state.IsTerminal()).ShouldAllBe(state => state.CanBecome(TaskState.Cancelled));

    [Fact]
    public void CanBecome_WhateverTheRunMachineDecides_IsAllowed()
    {
        foreach (var rule in Enum.GetValues<TriggerRule>())
        {
            foreach (var seen in new UpstreamCounters[] { new(1, 0, 0, 0), new(0, 1, 0, 0), new(0, 0, 1, 0), new(0, 0, 0, 1),
                new(0, 0, 0, 0, 1) })
                TaskState.Pending.CanBecome(TriggerRules.Decide(rule, 1, seen)!.Value).ShouldBeTrue($"{rule} {seen}");
        }

        var task = new TaskDefinition(0, "t", "task", "default", 1, Backoff.Constant(), null, TriggerRule.AllSuccess, [], []);
        TaskOutcome[] outcomes =
        [
            new TaskOutcome.Succeeded(null), new TaskOutcome.Skipped(""), new TaskOutcome.Failed("", true),
            new TaskOutcome.Failed("", false),
            new TaskOutcome.TimedOut(TimeSpan.Zero), new TaskOutcome.Cancelled(), new TaskOutcome.Lost(""), new TaskOutcome.Returned(""),
                new TaskOutcome.Deferred("", TimeSpan.Zero, null),
        ];
        foreach (var outcome in outcomes)
        {
            for (var attempt = 1; attempt <= 3; attempt++)
                TaskState.Running.CanBecome(
                    RunMachine.End(new DagGraph([task]), 0, new AttemptCount(attempt, attempt - 1, attempt - 1), outcome, "").State)
                    .ShouldBeTrue($"{outcome} {attempt}");
        }
    }

    [Fact]
    public void Name_EveryState_ReadsBack()
    {
        foreach (var state in All)
            StateNames.Parse<TaskState>(state.Name()).ShouldBe(state);
        TaskState.UpForRetry.Name().ShouldBe("up_for_retry");
        Should.Throw<ArgumentException>(() => StateNames.Parse<TaskState>("done")).Message.ShouldContain("upstream_failed");
    }
}
