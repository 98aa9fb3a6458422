namespace Workflow.Worker.Execution;

/// <summary>Why a running attempt is told to stop.</summary>
public enum StopReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Its timeout passed.</summary>
    Timeout,

    /// <summary>Its run was cancelled.</summary>
    RunCancelled,

    /// <summary>The worker stops, or no longer holds the lease.</summary>
    WorkerStops,
}
