namespace Workflow.Runs;

/// <summary>How an attempt ended, as its worker saw it.</summary>
public abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    /// <summary>The body returned.</summary>
    /// <param name="OutputJson">Its output as JSON; null when it has none.</param>
    /// <param name="Chosen">For a branch or short circuit that decided: the tasks that go on; null for any other task.</param>
    public sealed record Succeeded(string? OutputJson, IReadOnlyList<int>? Chosen = null) : TaskOutcome;

    /// <summary>The body had nothing to do.</summary>
    public sealed record Skipped(string Reason) : TaskOutcome;

    /// <summary>What the body waits for is not there yet.</summary>
    /// <param name="Reason">What it waits for, as a sentence.</param>
    /// <param name="Wait">How long until it looks again at the latest.</param>
    /// <param name="WakeKey">What wakes it earlier; null for nothing.</param>
    public sealed record Deferred(string Reason, TimeSpan Wait, string? WakeKey) : TaskOutcome;

    /// <summary>The body threw.</summary>
    /// <param name="Message">What failed.</param>
    /// <param name="Retryable">Whether another attempt may help.</param>
    /// <param name="RetryAfter">How long to wait before it; null for what the task's backoff says.</param>
    public sealed record Failed(string Message, bool Retryable, TimeSpan? RetryAfter = null) : TaskOutcome;

    /// <summary>The attempt took longer than the task's timeout.</summary>
    /// <param name="Limit">The timeout.</param>
    /// <param name="End">How it was ended.</param>
    public sealed record TimedOut(TimeSpan Limit, TimeoutEnd End = TimeoutEnd.Cancelled) : TaskOutcome;

    /// <summary>The run was cancelled while the body ran.</summary>
    public sealed record Cancelled : TaskOutcome;

    /// <summary>The worker stopped before the body could end, or died; not the task's fault.</summary>
    public sealed record Lost(string Message) : TaskOutcome;

    /// <summary>The worker gave it back before the body began; nothing happened.</summary>
    public sealed record Returned(string Message) : TaskOutcome;
}

/// <summary>How an attempt that took too long was ended.</summary>
public enum TimeoutEnd
{
    /// <summary>It was told to stop at its timeout.</summary>
    Cancelled,

    /// <summary>It was told to stop at its timeout, did not, and its process was ended.</summary>
    Killed,

    /// <summary>Its process was ended at its hard timeout.</summary>
    HardLimit,
}
