using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>
/// The run state machine: every decision about a run, as functions of values. It knows nothing of SQL, clocks or threads; the stores read,
/// ask here, and write what it says.
/// </summary>
public static class RunMachine
{
    /// <summary>How many attempts of one task may be lost with their worker before the task fails: a task that kills its worker must end.</summary>
    public const int LostLimit = 3;

    /// <summary>The state that a task enters when its run is created.</summary>
    public static TaskState Initial(TaskDefinition task) =>
        TriggerRules.Decide(task.TriggerRule, task.Upstreams.Count, default) ?? TaskState.Pending;

    /// <summary>What becomes of a pending task whose upstreams ended so; null while it must wait.</summary>
    public static TaskState? Decide(TaskDefinition task, UpstreamCounters seen) => TriggerRules.Decide(task.TriggerRule, task.Upstreams.Count, seen);

    /// <summary>What becomes of a task whose attempt ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="lost">How many attempts before it were lost with their worker.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="seed">What tells this task instance from any other; decides the jitter.</param>
    public static AttemptEnd End(TaskDefinition task, int attempt, int lost, TaskOutcome outcome, string seed) => outcome switch
    {
        TaskOutcome.Succeeded => new AttemptEnd(TaskState.Success, null, null),
        TaskOutcome.Skipped skipped => new AttemptEnd(TaskState.Skipped, skipped.Reason, null),
        TaskOutcome.Cancelled => new AttemptEnd(TaskState.Cancelled, "The run was cancelled.", null),
        TaskOutcome.TimedOut timedOut =>
            Retry(task, attempt - lost, Describe(timedOut), retryable: true, seed),
        TaskOutcome.Failed failed => Retry(task, attempt - lost, failed.Message, failed.Retryable, seed),
        TaskOutcome.Lost gone => lost + 1 < LostLimit
            ? new AttemptEnd(TaskState.Queued, gone.Message, TimeSpan.Zero)
            : new AttemptEnd(TaskState.Failed, $"{gone.Message} {LostLimit} attempts were lost with their worker, so it is not tried again.", null),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };

    /// <summary>Whether a task's end makes its run fail: a leaf that did not end well. Only leaves decide.</summary>
    public static bool FailsRun(DagGraph graph, int task, TaskState end) =>
        end is (TaskState.Failed or TaskState.UpstreamFailed) && graph.IsLeaf(task);

    /// <summary>How a run ends, or null while it has unfinished tasks.</summary>
    public static RunState? Settle(int unfinished, int failedLeaves, bool cancelled) =>
        unfinished > 0 ? null : cancelled ? RunState.Cancelled : failedLeaves > 0 ? RunState.Failed : RunState.Success;

    private static AttemptEnd Retry(TaskDefinition task, int failures, string message, bool retryable, string seed) =>
        retryable && failures <= task.Retries
            ? new AttemptEnd(TaskState.UpForRetry, message, task.Backoff.After(failures, Draw($"{seed}#{failures}")))
            : new AttemptEnd(TaskState.Failed, message, null);

    private static string Describe(TaskOutcome.TimedOut timedOut) => timedOut.End switch
    {
        TimeoutEnd.HardLimit => $"The attempt took longer than its hard timeout of {timedOut.Limit}; its process was ended.",
        TimeoutEnd.Killed =>
            $"The attempt took longer than its timeout of {timedOut.Limit}; it did not heed its cancellation, and its process was ended.",
        _ => $"The attempt took longer than its timeout of {timedOut.Limit}.",
    };

    /// <summary>A number in [0, 1) from a text: the same attempt always draws the same.</summary>
    private static double Draw(string text) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / (double)(1L << 32);
}

/// <summary>What a task instance becomes at the end of an attempt.</summary>
/// <param name="State">The state that it enters.</param>
/// <param name="Message">Why, as a sentence; null for success.</param>
/// <param name="Wait">How long until it may be claimed again; null when it may not.</param>
public sealed record AttemptEnd(TaskState State, string? Message, TimeSpan? Wait);
