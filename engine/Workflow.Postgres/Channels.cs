namespace Workflow.Postgres;

/// <summary>The NOTIFY channels. A notification only wakes: losing all of them costs latency and nothing else.</summary>
public static class Channels
{
    /// <summary>Tasks became claimable: workers look.</summary>
    public const string Tasks = "workflow_tasks";

    /// <summary>The payload on <see cref="Tasks"/> that says a run was cancelled: workers ask what they may go on with.</summary>
    public const string Cancel = "cancel";

    /// <summary>A task that a limit applies to waits for slots, or gave some back: whoever admits looks.</summary>
    public const string Slots = "workflow_slots";

    /// <summary>A task ended that the same task of the next run may wait for.</summary>
    public const string Past = "workflow_past";

    /// <summary>A run was created or ended, or a DAG changed: pages look.</summary>
    public const string Runs = "workflow_runs";

    /// <summary>A worker is gone: rescuers look.</summary>
    public const string Workers = "workflow_workers";

    /// <summary>A dataset changed on which a DAG runs: schedulers look.</summary>
    public const string Datasets = "workflow_datasets";
}
