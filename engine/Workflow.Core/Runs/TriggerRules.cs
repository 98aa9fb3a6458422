namespace Workflow.Runs;

/// <summary>The trigger rules as a pure function of the number of upstreams and their counters.</summary>
public static class TriggerRules
{
    /// <summary>The state that a pending task enters, or null while it must wait.</summary>
    /// <param name="rule">The task's rule.</param>
    /// <param name="upstreams">How many direct upstreams it has. Without any it runs at once, whatever the rule.</param>
    /// <param name="seen">How they ended so far.</param>
    /// <remarks>Source: the table of trigger rules in Airflow 3's <c>trigger_rule_dep.py</c>.</remarks>
    public static TaskState? Decide(TriggerRule rule, int upstreams, UpstreamCounters seen)
    {
        if (upstreams == 0)
            return TaskState.Queued;

        var all = seen.Finished == upstreams;
        return rule switch
        {
            TriggerRule.AllSuccess =>
                seen.Bad > 0 ? TaskState.UpstreamFailed : seen.Skipped > 0 ? TaskState.Skipped : When(seen.Success == upstreams),
            TriggerRule.AllFailed => seen.Success + seen.Skipped > 0 ? TaskState.Skipped : When(seen.Bad == upstreams),
            TriggerRule.AllDone => When(all),
            TriggerRule.AllSkipped => seen.Success + seen.Bad > 0 ? TaskState.Skipped : When(all),
            TriggerRule.OneFailed => seen.Bad > 0 ? TaskState.Queued : all ? TaskState.Skipped : null,
            TriggerRule.OneSuccess =>
                seen.Success > 0 ? TaskState.Queued : !all ? null : seen.Bad == 0 ? TaskState.Skipped : TaskState.UpstreamFailed,
            TriggerRule.OneDone => seen.Success + seen.Failed > 0 ? TaskState.Queued : all ? TaskState.Skipped : null,
            TriggerRule.NoneFailed => seen.Bad > 0 ? TaskState.UpstreamFailed : When(all),
            TriggerRule.NoneFailedMinOneSuccess =>
                seen.Bad > 0 ? TaskState.UpstreamFailed : !all ? null : seen.Success > 0 ? TaskState.Queued : TaskState.Skipped,
            TriggerRule.NoneSkipped => seen.Skipped > 0 ? TaskState.Skipped : When(all),
            TriggerRule.Always => TaskState.Queued,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
        };
    }

    private static TaskState? When(bool holds) => holds ? TaskState.Queued : null;
}
