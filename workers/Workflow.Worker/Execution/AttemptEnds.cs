using Workflow.Graphs;
using Workflow.Runs;
using Workflow.Worker.Isolation;
using Workflow.Worker.Logs;

namespace Workflow.Worker.Execution;

/// <summary>Says how an attempt ended, from why it was told to stop and from what its code threw.</summary>
internal static class AttemptEnds
{
    /// <summary>The end of an attempt that threw. One that was told to stop ends as it was told, whatever it made of that.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="running">The attempt.</param>
    /// <param name="definition">Its task; null when its code could not be loaded.</param>
    /// <param name="rules">What becomes of it after particular exceptions.</param>
    /// <param name="log">Gets the exception of a failure.</param>
    public static TaskOutcome Describe(
        Exception exception, RunningAttempt running, TaskDefinition? definition, IReadOnlyList<RetryRule> rules, TaskLog log) =>
        Of(running.Reason, definition) ?? Of(exception, definition, rules, log);

    /// <summary>The end of an attempt that was told to stop; null when it was not.</summary>
    public static TaskOutcome? Of(StopReason reason, TaskDefinition? definition, TimeoutEnd end = TimeoutEnd.Cancelled) => reason switch
    {
        StopReason.Timeout => new TaskOutcome.TimedOut(definition?.Timeout ?? TimeSpan.Zero, end),
        StopReason.RunCancelled => new TaskOutcome.Cancelled(),
        StopReason.WorkerStops => new TaskOutcome.Lost("Its worker stopped before it ended."),
        _ => null,
    };

    private static TaskOutcome Of(Exception exception, TaskDefinition? definition, IReadOnlyList<RetryRule> rules, TaskLog log)
    {
        switch (exception)
        {
            case TaskSkippedException or TaskDeferredException:
                break;
            case OutOfMemoryException when definition?.MemoryLimit is { } limit:
                log.Write(TaskLogLevel.Error, exception.ToString());
                return new TaskOutcome.Failed(
                    $"The task ran out of memory: its limit is {limit:N0} bytes, and its process used {Environment.WorkingSet:N0}.",
                    Retryable: true);
            default:
                log.Write(TaskLogLevel.Error, (exception as TaskFailureException)?.Message ?? exception.ToString());
                break;
        }

        return Outcomes.Thrown(exception, rules, (exception as RefusedCallException)?.Message);
    }
}
