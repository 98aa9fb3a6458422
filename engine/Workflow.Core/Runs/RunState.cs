namespace Workflow.Runs;

/// <summary>The states of a DAG run.</summary>
public enum RunState
{
    /// <summary>Has unfinished tasks. Entered at creation.</summary>
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

    /// <summary>Its DAG runs on datasets, and they changed.</summary>
    AssetTriggered,
}
