using System.Text.Json.Serialization;

namespace Workflow.Runs;

/// <summary>How an attempt ended, as its worker saw it.</summary>
[JsonDerivedType(typeof(Succeeded), "succeeded")]
[JsonDerivedType(typeof(Skipped), "skipped")]
[JsonDerivedType(typeof(Deferred), "deferred")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(TimedOut), "timed_out")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
[JsonDerivedType(typeof(Lost), "lost")]
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
    public sealed record TimedOut(TimeSpan Limit) : TaskOutcome;

    /// <summary>The run was cancelled while the body ran.</summary>
    public sealed record Cancelled : TaskOutcome;

    /// <summary>The worker stopped before the body could end, or died; not the task's fault.</summary>
    public sealed record Lost(string Message) : TaskOutcome;
}
