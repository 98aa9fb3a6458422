namespace Workflow.Runs;

/// <summary>How an attempt ended, as its worker saw it.</summary>
public abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    /// <summary>The body returned.</summary>
    /// <param name="OutputJson">Its output as JSON; null when it has none.</param>
    public sealed record Succeeded(string? OutputJson) : TaskOutcome;

    /// <summary>The body had nothing to do.</summary>
    public sealed record Skipped(string Reason) : TaskOutcome;

    /// <summary>The body threw.</summary>
    public sealed record Failed(string Message, bool Retryable) : TaskOutcome;

    /// <summary>The attempt took longer than the task's timeout.</summary>
    public sealed record TimedOut(TimeSpan Limit) : TaskOutcome;

    /// <summary>The run was cancelled while the body ran.</summary>
    public sealed record Cancelled : TaskOutcome;

    /// <summary>The worker stopped before the body could end, or died; not the task's fault.</summary>
    public sealed record Lost(string Message) : TaskOutcome;
}
