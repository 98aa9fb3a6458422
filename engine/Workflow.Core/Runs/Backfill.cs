namespace Workflow.Runs;

/// <summary>Which runs that exist already a backfill runs again.</summary>
public enum ReprocessBehavior
{
    /// <summary>None: only dates without a run get one.</summary>
    None,

    /// <summary>Those that failed or were cancelled.</summary>
    Failed,

    /// <summary>All that have ended, those that succeeded included.</summary>
    Completed,
}

/// <summary>The states of a backfill.</summary>
public enum BackfillState
{
    /// <summary>Waits until a scheduler takes it up. Entered at creation.</summary>
    Queued,

    /// <summary>Creates, clears and starts its runs. Entered when a scheduler takes it up, and when it is resumed.</summary>
    Running,

    /// <summary>
    /// Starts no more runs; those that run go on. Entered by a person's order, or when its parameters no longer fit its DAG.
    /// </summary>
    Paused,

    /// <summary>Every date has had its turn and every run has ended, well or not. Terminal.</summary>
    Completed,

    /// <summary>A person ended it: no more runs are started. Terminal.</summary>
    Cancelled,
}

/// <summary>What came of a date of a backfill when its turn came.</summary>
public enum BackfillOutcome
{
    /// <summary>Its turn has not come.</summary>
    Pending,

    /// <summary>It had no run and got one.</summary>
    Created,

    /// <summary>It had a run that had ended, which was cleared and runs again.</summary>
    Cleared,

    /// <summary>It has a run that has ended, which the backfill leaves as it is.</summary>
    AlreadyExists,

    /// <summary>It has a run that was not created by the backfill and has not ended: nobody touches that.</summary>
    InFlight,
}

/// <summary>What a backfill does about a date.</summary>
public static class BackfillPolicy
{
    /// <summary>How many runs of a backfill run at once when it does not say, as in Airflow.</summary>
    public const int DefaultMaxActiveRuns = 10;

    /// <summary>What is to be done about a date.</summary>
    /// <param name="reprocess">Which runs run again.</param>
    /// <param name="existing">The state of the run that stands for the date already; null when there is none.</param>
    public static BackfillOutcome Decide(ReprocessBehavior reprocess, RunState? existing) => (existing, reprocess) switch
    {
        (null, _) => BackfillOutcome.Created,
        (RunState.Queued or RunState.Running, _) => BackfillOutcome.InFlight,
        (_, ReprocessBehavior.Completed) => BackfillOutcome.Cleared,
        (RunState.Failed or RunState.Cancelled, ReprocessBehavior.Failed) => BackfillOutcome.Cleared,
        _ => BackfillOutcome.AlreadyExists,
    };
}
