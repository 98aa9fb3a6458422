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
    /// <summary>
    /// How many attempts of one task may be lost with their worker before the task fails: a task that kills its worker must end.
    /// </summary>
    public const int LostLimit = 3;

    /// <summary>The most elements that a mapped task may have.</summary>
    public const int MapLimit = 100_000;

    /// <summary>What becomes of a pending instance of which this much is known; null while it must wait.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="task">The task.</param>
    /// <param name="mapIndex">Which element, or <see cref="TaskKey.Whole"/>.</param>
    /// <param name="mapped">For the summary of a task that was expanded: how many elements it has; null otherwise.</param>
    /// <param name="seen">What has ended so far.</param>
    /// <param name="waitsForPast">Whether the run before keeps it waiting.</param>
    /// <returns><see cref="TaskState.Queued"/> for one that may run, or be expanded when its task expands.</returns>
    public static TaskState? Decide(DagGraph graph, int task, int mapIndex, int? mapped, UpstreamCounters seen, bool waitsForPast = false)
    {
        if (mapped is { } elements)
            return TriggerRules.DecideMapped(elements, seen);
        var (upstreams, setups, deciders) = graph.Awaited(task, mapIndex != TaskKey.Whole);
        var decided = TriggerRules.Decide(graph.Tasks[task].TriggerRule, upstreams, seen, setups, deciders);

        // Its group has ended and gave it no elements: there is nothing that it could run for.
        if (decided == TaskState.Queued && mapIndex == TaskKey.Whole && graph.Tasks[task] is { IsMapped: true, Expands: false })
            return TaskState.Skipped;
        return decided == TaskState.Queued && waitsForPast ? null : decided;
    }

    /// <summary>
    /// The number of successes of upstreams that makes an instance ready, where it waits for all of them while none ends otherwise: the
    /// count of the last one may queue it. 0 where it takes more to say.
    /// </summary>
    public static int ReadyAt(DagGraph graph, int task, int mapIndex)
    {
        var isElement = mapIndex != TaskKey.Whole;
        var (upstreams, setups, deciders) = graph.Awaited(task, isElement);
        var waitsForAll = upstreams > 0 && setups == 0 && deciders == 0 && (isElement || !graph.Tasks[task].Expands)
            && After(upstreams - 1) is null && After(upstreams) == TaskState.Queued;
        return waitsForAll ? upstreams : 0;

        TaskState? After(int successes) =>
            Decide(graph, task, mapIndex, mapped: null, default(UpstreamCounters) with { Success = successes });
    }

    /// <summary>What becomes of a task that is ready to be expanded over lists of these lengths.</summary>
    /// <param name="task">The task, or the node of a mapped group.</param>
    /// <param name="lengths">For each source its length; null for one that gave no list.</param>
    /// <returns>The number of elements, or how the task ends without any.</returns>
    public static (int Elements, AttemptEnd? End) Expand(TaskDefinition task, IReadOnlyList<int?> lengths)
    {
        if (lengths.Any(length => length is null))
            return (0, new AttemptEnd(TaskState.Failed, "An upstream gave null instead of a list to map over.", null));
        var elements = task.IsZipped
            ? lengths.Min(length => (long)length!.Value)
            : lengths.Aggregate(1L, (product, length) => Math.Min(product * length!.Value, int.MaxValue));
        return elements switch
        {
            0 => (0, new AttemptEnd(TaskState.Skipped, "The list to map over is empty.", null)),
            > MapLimit => (0, new AttemptEnd(
                TaskState.Failed,
                $"It would have {elements:N0} elements; a mapped task has at most {MapLimit:N0}. Map over chunks instead.", null)),
            _ => ((int)elements, null),
        };
    }

    /// <summary>What becomes of a task whose attempt ended.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="task">The task.</param>
    /// <param name="attempt">The attempt that ended.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="seed">What tells this task instance from any other; decides the jitter.</param>
    public static AttemptEnd End(DagGraph graph, int task, AttemptCount attempt, TaskOutcome outcome, string seed)
    {
        if (outcome is TaskOutcome.Returned back)
            return new AttemptEnd(TaskState.Queued, back.Message, TimeSpan.Zero);
        var definition = graph.Tasks[task];
        return outcome switch
        {
            TaskOutcome.Succeeded succeeded => new AttemptEnd(TaskState.Success, null, null)
            {
                Unchosen = Unchosen(graph, task, succeeded.Chosen),
            },
            TaskOutcome.Skipped skipped => new AttemptEnd(TaskState.Skipped, skipped.Reason, null),
            TaskOutcome.Deferred deferred => new AttemptEnd(TaskState.Deferred, deferred.Reason, deferred.Wait)
            {
                WakeKey = deferred.WakeKey,
            },
            TaskOutcome.Cancelled => new AttemptEnd(TaskState.Cancelled, RunStop.CancelledMessage, null),
            TaskOutcome.TimedOut timedOut => Retry(
                definition, attempt.Failures, new(Describe(timedOut), Retryable: true), seed),
            TaskOutcome.Failed failed => Retry(definition, attempt.Failures, failed, seed),
            TaskOutcome.Lost gone => attempt.Lost + 1 < LostLimit
                ? new AttemptEnd(TaskState.Queued, gone.Message, TimeSpan.Zero)
                : new AttemptEnd(TaskState.Failed,
                    $"{gone.Message} {LostLimit} attempts were lost with their worker, so it is not tried again.", null),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
        };
    }

    /// <summary>
    /// Whether a task's end makes its run fail: a leaf that did not end well. Only leaves decide, and elements only through their summary.
    /// </summary>
    /// <remarks>
    /// A cancelled leaf counts once the order to stop is lifted: a stopped run of which only a part was cleared has not done its work.
    /// </remarks>
    public static bool FailsRun(DagGraph graph, int task, int mapIndex, TaskState end) =>
        mapIndex == TaskKey.Whole && end is (TaskState.Failed or TaskState.UpstreamFailed or TaskState.Cancelled) && graph.IsLeaf(task);

    /// <summary>How a run ends, or null while it has unfinished tasks.</summary>
    /// <param name="unfinished">How many of its instances have not ended.</param>
    /// <param name="failedLeaves">How many leaves did not end well.</param>
    /// <param name="ordered">The state that it was told to end in, if somebody stopped it.</param>
    public static RunState? Settle(int unfinished, int failedLeaves, RunState? ordered) =>
        unfinished > 0 ? null : ordered ?? (failedLeaves > 0 ? RunState.Failed : RunState.Success);

    /// <summary>
    /// Whether a decision against a task is in force: what a branch or short circuit may stop, less what it chose and all that follows from
    /// that.
    /// </summary>
    private static IReadOnlyList<int> Unchosen(DagGraph graph, int task, IReadOnlyList<int>? chosen)
    {
        if (chosen is null)
            return [];
        var kept = chosen.SelectMany(graph.Descendants).Concat(chosen).ToHashSet();
        return [.. graph.Edges(task).Where(edge => edge.Kind.HasFlag(EdgeKind.Decider) && !kept.Contains(edge.To)).Select(edge => edge.To)];
    }

    private static AttemptEnd Retry(TaskDefinition task, int failures, TaskOutcome.Failed failed, string seed) =>
        failed.Retryable && failures <= task.Retries
            ? new AttemptEnd(TaskState.UpForRetry, failed.Message,
                failed.RetryAfter ?? task.Backoff.After(failures, Draw($"{seed}#{failures}")))
            : new AttemptEnd(TaskState.Failed, failed.Message, null);

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

/// <summary>Which attempt of a task instance it is.</summary>
/// <param name="Number">The attempt, from 1.</param>
/// <param name="Uncounted">How many attempts before it do not count as failures: lost ones, deferrals, and all before the last
/// clear.</param>
/// <param name="Lost">How many attempts since the last clear were lost with their worker.</param>
public readonly record struct AttemptCount(int Number, int Uncounted, int Lost)
{
    /// <summary>How many attempts have failed when this one does.</summary>
    public int Failures => Number - Uncounted;
}

/// <summary>What a task instance becomes at the end of an attempt.</summary>
/// <param name="State">The state that it enters.</param>
/// <param name="Message">Why, as a sentence; null for success.</param>
/// <param name="Wait">How long until it may be claimed again; null when it may not.</param>
public sealed record AttemptEnd(TaskState State, string? Message, TimeSpan? Wait)
{
    /// <summary>For a deferral: what wakes it before its wait is over.</summary>
    public string? WakeKey { get; init; }

    /// <summary>For a branch or short circuit: the tasks that it decided against.</summary>
    public IReadOnlyList<int> Unchosen { get; init; } = [];
}
