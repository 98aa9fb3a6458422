namespace Workflow;

/// <summary>
/// Thrown by a task that waits for something: the attempt ends without counting as a failure, the worker's slot is free, and the body runs
/// again from its beginning when the wait is over.
/// </summary>
/// <param name="reason">What it waits for, as a sentence; shown beside the task.</param>
/// <param name="wait">How long until it looks again at the latest.</param>
/// <param name="wakeKey">The key of an external event that wakes it earlier; null for none.</param>
public sealed class TaskDeferredException(string reason, TimeSpan wait, string? wakeKey = null) : WorkflowException(reason)
{
    /// <summary>How long until it looks again at the latest.</summary>
    public TimeSpan Wait { get; } = wait;

    /// <summary>The key of an external event that wakes it earlier.</summary>
    public string? WakeKey { get; } = wakeKey;
}
