using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>A task instance that leaves its state within a step.</summary>
internal sealed record EndingTask(
    TaskKey Key, long DagVersionId, DagGraph Graph, TaskState From, AttemptEnd End, int Attempt = 0, long WorkerId = 0, bool IsLost = false);

/// <summary>
/// The decisions of one step: what it read so far, and what follows from it by <see cref="RunMachine"/>. Pure; <see cref="TaskQueue"/> reads
/// and writes around it.
/// </summary>
internal sealed class StepPlan
{
    private readonly Dictionary<long, (int Unfinished, int FailedLeaves)> totals = [];
    private readonly Dictionary<long, bool> cancelled = [];
    private readonly Dictionary<TaskKey, EndingTask> following = [];

    public HashSet<TaskKey> Ended { get; } = [];

    public HashSet<TaskKey> ToQueue { get; } = [];

    /// <summary>The edges out of the tasks that end, less those that lead to another of them.</summary>
    public static IEnumerable<(long RunId, int Upstream, int Downstream)> Edges(IReadOnlyList<EndingTask> ending)
    {
        var deciding = ending.Where(task => task.From != TaskState.Running).Select(task => (task.Key.RunId, task.Key.TaskIndex)).ToHashSet();
        foreach (var task in ending.Where(task => task.End.State.IsTerminal()))
        {
            foreach (var downstream in task.Graph.Downstreams(task.Key.TaskIndex))
            {
                if (!deciding.Contains((task.Key.RunId, downstream)))
                    yield return (task.Key.RunId, task.Key.TaskIndex, downstream);
            }
        }
    }

    public void SawRun(long runId, bool isCancelled) => cancelled[runId] = isCancelled;

    public void SawTotals(long runId, int unfinished, int failedLeaves) => totals[runId] = (unfinished, failedLeaves);

    /// <summary>A task ended. In a cancelled run nothing is tried again: what would wait for its next attempt is cancelled too.</summary>
    public void SawEnd(EndingTask task)
    {
        Ended.Add(task.Key);
        if (!task.End.State.IsTerminal() && cancelled.GetValueOrDefault(task.Key.RunId))
        {
            following[task.Key] = task with
            {
                From = task.End.State,
                End = new AttemptEnd(TaskState.Cancelled, "The run was cancelled.", null),
                IsLost = false,
            };
        }
    }

    /// <summary>A pending task's counters changed.</summary>
    public void SawCounters(TaskKey key, long dagVersionId, DagGraph graph, UpstreamCounters seen)
    {
        var task = graph.Tasks[key.TaskIndex];
        switch (RunMachine.Decide(task, seen))
        {
            case null:
                break;
            case TaskState.Queued:
                ToQueue.Add(key);
                break;
            case { } end:
                following[key] = new EndingTask(key, dagVersionId, graph, TaskState.Pending, new AttemptEnd(end, Because(task, seen), null));
                break;
        }
    }

    /// <summary>The tasks that end as a consequence of what was seen since the last call.</summary>
    public IReadOnlyList<EndingTask> TakeFollowing()
    {
        var taken = following.Values.OrderBy(task => task.Key.RunId).ThenBy(task => task.Key.TaskIndex).ToList();
        following.Clear();
        return taken;
    }

    public IReadOnlyList<(long RunId, RunState State)> FinishedRuns() =>
        [.. from run in totals
            let state = RunMachine.Settle(run.Value.Unfinished, run.Value.FailedLeaves, cancelled.GetValueOrDefault(run.Key))
            where state is not null
            select (run.Key, state.Value)];

    private static string Because(TaskDefinition task, UpstreamCounters seen)
    {
        var parts = new List<string>();
        if (seen.Failed > 0)
            parts.Add($"{seen.Failed} failed");
        if (seen.UpstreamFailed > 0)
            parts.Add($"{seen.UpstreamFailed} could not run");
        if (seen.Skipped > 0)
            parts.Add($"{seen.Skipped} skipped");
        if (seen.Success > 0)
            parts.Add($"{seen.Success} succeeded");
        return $"Its trigger rule {task.TriggerRule.Name()} cannot hold: of {task.Upstreams.Count} upstreams, {string.Join(", ", parts)}.";
    }
}
