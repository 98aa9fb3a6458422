namespace Workflow.Runs;

/// <summary>The states of a DAG run.</summary>
public enum RunState
{
    /// <summary>
    /// Waits until its time has come and its DAG or backfill may have one more running. Entered at creation, and by a clear.
    /// </summary>
    Queued,

    /// <summary>Has unfinished tasks. Entered when it starts.</summary>
    Running,

    /// <summary>Every task finished and every leaf succeeded or was skipped. Terminal.</summary>
    Success,

    /// <summary>Every task finished and a leaf failed or could not run. Terminal.</summary>
    Failed,

    /// <summary>It was cancelled, and every task has stopped. Terminal.</summary>
    Cancelled,
}

/// <summary>Why a run exists.</summary>
public enum RunType
{
    /// <summary>Its DAG's schedule created it.</summary>
    Scheduled,

    /// <summary>A person or a program triggered it.</summary>
    Manual,

    /// <summary>A backfill created it.</summary>
    Backfill,

    /// <summary>New versions of datasets triggered it.</summary>
    AssetTriggered,
}

/// <summary>
/// The order to stop a run: what has not started is cancelled, what runs is told to stop, and teardowns of what was set up still run.
/// </summary>
/// <param name="State">How the run ends: cancelled, failed or success.</param>
/// <param name="Message">What its unfinished tasks say of themselves.</param>
public sealed record RunStop(RunState State, string Message)
{
    /// <summary>What a task says whose run was cancelled.</summary>
    public const string CancelledMessage = "The run was cancelled.";
}
