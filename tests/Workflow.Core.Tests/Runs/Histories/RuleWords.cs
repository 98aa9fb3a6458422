using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>The trigger rules from the words of their documentation: looks at every task that is waited for, and counts nothing.</summary>
internal static class RuleWords
{
    /// <summary>What becomes of a pending instance; null while it waits.</summary>
    /// <param name="rule">Its rule.</param>
    /// <param name="upstreams">The states of its direct upstreams.</param>
    /// <param name="setups">The states of the setups in whose scope it lies.</param>
    /// <param name="deciders">The states of the branches and short circuits before it.</param>
    /// <param name="isUnchosen">Whether one of those that ended decided against it.</param>
    public static TaskState? Decide(
        TriggerRule rule, ReadOnlySpan<TaskState> upstreams, ReadOnlySpan<TaskState> setups, ReadOnlySpan<TaskState> deciders,
        bool isUnchosen)
    {
        if (rule == TriggerRule.Always)
            return TaskState.Queued;
        if (!AllEnded(setups))
            return null;
        if (rule == TriggerRule.AllDoneSetupSuccess)
        {
            return !AllEnded(upstreams) ? null
                : setups.IsEmpty || setups.Contains(TaskState.Success) ? TaskState.Queued
                : setups.ContainsAnyExcept(TaskState.Skipped) ? TaskState.UpstreamFailed : TaskState.Skipped;
        }

        if (!AllEnded(deciders))
            return null;
        if (setups.ContainsAnyExcept(TaskState.Success, TaskState.Skipped))
            return TaskState.UpstreamFailed;
        if (setups.Contains(TaskState.Skipped) || isUnchosen)
            return TaskState.Skipped;
        return upstreams.IsEmpty ? TaskState.Queued : Decide(rule, upstreams);
    }

    /// <summary>How an expanded task ends, by the states of its elements; null while some run.</summary>
    public static TaskState? Whole(ReadOnlySpan<TaskState> elements)
    {
        if (!AllEnded(elements))
            return null;
        foreach (var state in (ReadOnlySpan<TaskState>)[TaskState.Failed, TaskState.UpstreamFailed, TaskState.Success, TaskState.Skipped])
        {
            if (elements.Contains(state))
                return state;
        }

        return TaskState.Cancelled;
    }

    public static bool IsEnd(TaskState state) => state is not (
        TaskState.Pending or TaskState.Queued or TaskState.Running or TaskState.Deferred or TaskState.UpForRetry);

    private static TaskState? Decide(TriggerRule rule, ReadOnlySpan<TaskState> upstreams)
    {
        var all = AllEnded(upstreams);
        var anyBad = upstreams.ContainsAny(TaskState.Failed, TaskState.UpstreamFailed);
        var anySkipped = upstreams.Contains(TaskState.Skipped);
        var anySuccess = upstreams.Contains(TaskState.Success);
        var anyCancelled = upstreams.Contains(TaskState.Cancelled);
        return rule switch
        {
            TriggerRule.AllSuccess => anyBad ? TaskState.UpstreamFailed : !all ? null : anySkipped || anyCancelled ? TaskState.Skipped
                : TaskState.Queued,
            TriggerRule.AllFailed => anySuccess || anySkipped || anyCancelled ? TaskState.Skipped : all ? TaskState.Queued : null,
            TriggerRule.AllDone => all ? TaskState.Queued : null,
            TriggerRule.AllDoneMinOneSuccess =>
                anySkipped ? TaskState.Skipped : !all ? null : anySuccess ? TaskState.Queued : TaskState.UpstreamFailed,
            TriggerRule.AllSkipped => anySuccess || anyBad || anyCancelled ? TaskState.Skipped : all ? TaskState.Queued : null,
            TriggerRule.OneFailed => anyBad ? TaskState.Queued : all ? TaskState.Skipped : null,
            TriggerRule.OneSuccess => anySuccess ? TaskState.Queued : !all ? null : anyBad ? TaskState.UpstreamFailed : TaskState.Skipped,
            TriggerRule.OneDone => anySuccess || upstreams.Contains(TaskState.Failed) ? TaskState.Queued : all ? TaskState.Skipped : null,
            TriggerRule.NoneFailed => anyBad ? TaskState.UpstreamFailed : all ? TaskState.Queued : null,
            TriggerRule.NoneFailedMinOneSuccess =>
                anyBad ? TaskState.UpstreamFailed : !all ? null : anySuccess ? TaskState.Queued : TaskState.Skipped,
            TriggerRule.NoneSkipped => anySkipped ? TaskState.Skipped : all ? TaskState.Queued : null,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
        };
    }

    private static bool AllEnded(ReadOnlySpan<TaskState> states)
    {
        foreach (var state in states)
        {
            if (!IsEnd(state))
                return false;
        }

        return true;
    }
}
