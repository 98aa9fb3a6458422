namespace Workflow.Postgres;

/// <summary>The NOTIFY channels. A notification only wakes: losing all of them costs latency and nothing else.</summary>
public static class Channels
{
    /// <summary>Tasks became claimable, or a run was cancelled: workers look.</summary>
    public const string Tasks = "workflow_tasks";

    /// <summary>A run was created or ended, or a DAG changed: pages look.</summary>
    public const string Runs = "workflow_runs";

    /// <summary>A worker is gone: rescuers look.</summary>
    public const string Workers = "workflow_workers";
}
