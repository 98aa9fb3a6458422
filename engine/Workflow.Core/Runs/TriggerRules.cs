namespace Workflow.Runs;

/// <summary>The trigger rules as a pure function of what a task waits for and how much of it ended in which state.</summary>
public static class TriggerRules
{
    /// <summary>The state that a pending task enters, or null while it must wait.</summary>
    /// <param name="rule">The task's rule.</param>
    /// <param name="upstreams">How many direct upstreams it has. Without any it runs at once, whatever the rule.</param>
    /// <param name="seen">How they ended so far.</param>
    /// <param name="setups">In the scope of how many setups it lies; for a teardown, how many setups it belongs to.</param>
    /// <param name="deciders">How many branches and short circuits may decide against it.</param>
    /// <remarks>
    /// <para>Source: the table of trigger rules in Airflow 3's <c>trigger_rule_dep.py</c>.</para>
    /// <para>
    /// What it says does not depend on the order in which upstreams end: once it decides, no later end would have led elsewhere. So
    /// <c>all_success</c> waits for the other upstreams when one was skipped, since one that fails outweighs it (Airflow takes whichever
    /// comes first), and a task decides nothing before all of its setups and deciders ended.
    /// </para>
    /// </remarks>
    public static TaskState? Decide(TriggerRule rule, int upstreams, UpstreamCounters seen, int setups = 0, int deciders = 0)
    {
        var all = seen.Finished == upstreams;
        switch (rule)
        {
            case TriggerRule.Always:
                return TaskState.Queued;
            case TriggerRule.AllDoneSetupSuccess:
                return !all || seen.Setups < setups ? null
                    : setups == 0 || seen.SetupSuccess > 0 ? TaskState.Queued
                    : seen.SetupSkipped == setups ? TaskState.Skipped : TaskState.UpstreamFailed;
        }

        if (seen.Setups < setups || seen.Deciders < deciders)
            return null;
        if (seen.SetupFailed > 0)
            return TaskState.UpstreamFailed;
        if (seen.SetupSkipped > 0 || seen.Unchosen > 0)
            return TaskState.Skipped;
        if (upstreams == 0)
            return TaskState.Queued;

        return rule switch
        {
            TriggerRule.AllSuccess =>
                seen.Bad > 0 ? TaskState.UpstreamFailed : !all ? null : seen.Success == upstreams ? TaskState.Queued : TaskState.Skipped,
            TriggerRule.AllFailed => seen.Success + seen.Skipped + seen.Cancelled > 0 ? TaskState.Skipped : When(all),
            TriggerRule.AllDone => When(all),
            TriggerRule.AllDoneMinOneSuccess =>
                seen.Skipped > 0 ? TaskState.Skipped : !all ? null : seen.Success > 0 ? TaskState.Queued : TaskState.UpstreamFailed,
            TriggerRule.AllSkipped => seen.Success + seen.Bad + seen.Cancelled > 0 ? TaskState.Skipped : When(all),
            TriggerRule.OneFailed => seen.Bad > 0 ? TaskState.Queued : all ? TaskState.Skipped : null,
            TriggerRule.OneSuccess =>
                seen.Success > 0 ? TaskState.Queued : !all ? null : seen.Bad == 0 ? TaskState.Skipped : TaskState.UpstreamFailed,
            TriggerRule.OneDone => seen.Success + seen.Failed > 0 ? TaskState.Queued : all ? TaskState.Skipped : null,
            TriggerRule.NoneFailed => seen.Bad > 0 ? TaskState.UpstreamFailed : When(all),
            TriggerRule.NoneFailedMinOneSuccess =>
                seen.Bad > 0 ? TaskState.UpstreamFailed : !all ? null : seen.Success > 0 ? TaskState.Queued : TaskState.Skipped,
            TriggerRule.NoneSkipped => seen.Skipped > 0 ? TaskState.Skipped : When(all),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
        };
    }

    /// <summary>How an expanded task ends once all of its elements did; null while some run.</summary>
    /// <param name="elements">How many it has.</param>
    /// <param name="seen">How they ended so far.</param>
    /// <remarks>
    /// To its downstreams a mapped task is one upstream, whatever its length. An element that was skipped is left out of what it hands on
    /// and does not skip the whole; only when all were is the whole skipped.
    /// </remarks>
    public static TaskState? DecideMapped(int elements, UpstreamCounters seen) =>
        seen.Finished < elements ? null
        : seen.Failed > 0 ? TaskState.Failed
        : seen.UpstreamFailed > 0 ? TaskState.UpstreamFailed
        : seen.Success > 0 ? TaskState.Success
        : seen.Skipped > 0 ? TaskState.Skipped : TaskState.Cancelled;

    private static TaskState? When(bool holds) => holds ? TaskState.Queued : null;
}
