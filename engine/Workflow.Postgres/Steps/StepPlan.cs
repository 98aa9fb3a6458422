using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>A task instance that leaves its state within a step.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="DagVersionId">The version that its run is pinned to.</param>
/// <param name="Graph">That version's graph.</param>
/// <param name="From">The state that it leaves.</param>
/// <param name="End">What it becomes.</param>
/// <param name="Attempt">For a running one: the attempt, a part of the fence.</param>
/// <param name="WorkerId">For a running one: the worker, the other part.</param>
/// <param name="IsLost">Whether the attempt was lost with its worker.</param>
internal sealed record EndingTask(
    TaskKey Key, long DagVersionId, DagGraph Graph, TaskState From, AttemptEnd End, int Attempt = 0, long WorkerId = 0, bool IsLost = false)
{
    public TaskDefinition Definition => Graph.Tasks[Key.TaskIndex];
}

/// <summary>An edge along which an end counts.</summary>
/// <param name="From">The instance that ended.</param>
/// <param name="ToTask">The task that waits for it.</param>
/// <param name="ToMap">Which element of that, or the whole.</param>
/// <param name="Kind">What the one is to the other.</param>
/// <param name="IsSummary">Whether it counts an element at the summary of its own task.</param>
/// <param name="IsAgainst">Whether the one decided against the other.</param>
/// <param name="ReadyAt">How many successes make the one that waits ready, as <see cref="RunMachine.ReadyAt"/> says.</param>
internal readonly record struct StepEdge(TaskKey From, int ToTask, int ToMap, EdgeKind Kind, bool IsSummary, bool IsAgainst, int ReadyAt)
{
    public TaskKey To => new(From.RunId, ToTask, ToMap);
}

/// <summary>
/// The decisions of one step: what it read so far, and what follows from it by <see cref="RunMachine"/>. Pure; <see cref="TaskQueue"/>
/// reads and writes around it.
/// </summary>
internal sealed class StepPlan
{
    private readonly Dictionary<long, (int Unfinished, int FailedLeaves)> totals = [];
    private readonly Dictionary<long, RunState?> ordered = [];
    private readonly Dictionary<TaskKey, EndingTask> following = [];
    private readonly Dictionary<TaskKey, EndingTask> expanding = [];

    /// <summary>What left its state.</summary>
    public List<EndingTask> Ended { get; } = [];

    /// <summary>What becomes claimable.</summary>
    public HashSet<TaskKey> ToQueue { get; } = [];

    /// <summary>What became claimable with the count of the last success that it waited for.</summary>
    public HashSet<TaskKey> Queued { get; } = [];

    /// <summary>What was handed over to the worker with that count, and the attempt that it begins.</summary>
    public List<(TaskKey Key, AttemptCount Attempt)> HandedOver { get; } = [];

    /// <summary>Whether tasks are due beside those that the step made ready.</summary>
    public bool IsIdle { get; set; } = true;

    /// <summary>Whether a task ended that the same task of the next run may wait for.</summary>
    public bool ReleasesFuture =>
        Ended.Exists(task => task.End.State is TaskState.Success or TaskState.Skipped && task.Definition.DependsOnPast);

    /// <summary>Whether anything waits to be expanded.</summary>
    public bool HasExpansions => expanding.Count > 0;

    /// <summary>The edges out of the instances that end, less those that lead to another of them.</summary>
    public static IEnumerable<StepEdge> Edges(IReadOnlyList<EndingTask> ending)
    {
        var deciding = ending.Where(task => task.From != TaskState.Running).Select(task => task.Key).ToHashSet();
        return ending.Where(task => task.End.State.IsTerminal()).SelectMany(Edges)
            .Where(edge => !deciding.Contains(new TaskKey(edge.From.RunId, edge.ToTask, edge.ToMap)));
    }

    /// <summary>
    /// Whether all that follows from these ends can be said beforehand: successes after which others go on or still wait, and nothing else.
    /// The step is then one round trip; where it comes out otherwise, because a run ended or somebody stopped it, PostgreSQL refuses it.
    /// </summary>
    public static bool IsForeseeable(IReadOnlyList<EndingTask> ending, IReadOnlyList<StepEdge> edges) =>
        ending.All(task => task.From == TaskState.Running && task.End is { State: TaskState.Success, Unchosen.Count: 0 }
            && !task.Definition.DependsOnPast && !task.Definition.Callbacks.Contains(CallbackKind.Success))
        && edges.All(edge => edge.IsSummary || edge.ReadyAt > 0)
        && !ending.GroupBy(task => task.Key.RunId).Any(run => run.Count() == 1 && MayEndItsRun(run.First()));

    /// <summary>A leaf that ends alone is often the last of its run: to try that the short way would be to do it twice.</summary>
    private static bool MayEndItsRun(EndingTask task) => task.Key.MapIndex == TaskKey.Whole && task.Graph.IsLeaf(task.Key.TaskIndex);

    /// <summary>The run was locked: nobody else moves its tasks until the step commits.</summary>
    public void SawRun(long runId, RunState? order) => ordered[runId] = order;

    public void SawTotals(long runId, int unfinished, int failedLeaves) => totals[runId] = (unfinished, failedLeaves);

    /// <summary>
    /// A task ended. In a stopped run nothing but teardowns is tried again: what would wait for its next attempt is cancelled too.
    /// </summary>
    public void SawEnd(EndingTask task)
    {
        Ended.Add(task);
        if (!task.End.State.IsTerminal() && ordered.GetValueOrDefault(task.Key.RunId) is not null && task.Graph.Tasks.Count > 0
            && task.Definition.Role != TaskRole.Teardown)
            Follow(task with
            {
                From = task.End.State,
                End = new AttemptEnd(TaskState.Cancelled, RunStop.CancelledMessage, null),
                IsLost = false
            });
    }

    /// <summary>A pending instance's counters changed.</summary>
    public void SawCounters(TaskKey key, long dagVersionId, DagGraph graph, int? mapped, UpstreamCounters seen, bool waitsForPast)
    {
        switch (RunMachine.Decide(graph, key.TaskIndex, key.MapIndex, mapped, seen, waitsForPast))
        {
            case null:
                break;
            case TaskState.Queued when key.MapIndex == TaskKey.Whole && graph.Tasks[key.TaskIndex].Expands:
                expanding[key] = Pending(key, dagVersionId, graph, new AttemptEnd(TaskState.Success, null, null));
                break;
            case TaskState.Queued:
                ToQueue.Add(key);
                break;
            case { } end:
                Follow(Pending(key, dagVersionId, graph,
                    new AttemptEnd(end, Reasons.ForEnd(graph, key.TaskIndex, key.MapIndex, mapped, seen), null)));
                break;
        }
    }

    /// <summary>The tasks that end as a consequence of what was seen since the last call.</summary>
    public IReadOnlyList<EndingTask> TakeFollowing()
    {
        var taken = following.Values.OrderBy(task => task.Key.RunId).ThenBy(task => task.Key.TaskIndex).ThenBy(task => task.Key.MapIndex)
            .ToList();
        following.Clear();
        return taken;
    }

    /// <summary>The tasks that are ready to be expanded.</summary>
    public IReadOnlyList<EndingTask> TakeExpansions()
    {
        var taken = expanding.Values.OrderBy(task => task.Key.RunId).ThenBy(task => task.Key.TaskIndex).ToList();
        expanding.Clear();
        return taken;
    }

    /// <summary>A task was ready to be expanded and its lists have these lengths.</summary>
    /// <returns>How many elements it gets; null when it ends without any.</returns>
    public int? SawLengths(EndingTask root, IReadOnlyList<int?> lengths)
    {
        var (elements, end) = RunMachine.Expand(root.Definition, lengths);
        if (end is not null)
            Follow(root with { End = end });
        else if (!root.Definition.IsMapped)
            Follow(root);
        return end is null ? elements : null;
    }

    public IReadOnlyList<(long RunId, RunState State)> FinishedRuns() =>
        [.. from run in totals
            let state = RunMachine.Settle(run.Value.Unfinished, run.Value.FailedLeaves, ordered.GetValueOrDefault(run.Key))
            where state is not null
            select (run.Key, state.Value)];

    /// <summary>The author's code to be called after the attempts that ended.</summary>
    public IReadOnlyList<(EndingTask Task, CallbackKind Kind)> Callbacks() =>
        [.. from task in Ended
            where task.From == TaskState.Running
            let kind = KindOf(task.End.State)
            where kind is not null && task.Definition.Callbacks.Contains(kind.Value)
            select (task, kind.Value)];

    private static CallbackKind? KindOf(TaskState end) => end switch
    {
        TaskState.Success => CallbackKind.Success,
        TaskState.Failed => CallbackKind.Failure,
        TaskState.UpForRetry => CallbackKind.Retry,
        TaskState.Skipped => CallbackKind.Skipped,
        _ => null,
    };

    private void Follow(EndingTask task) => following[task.Key] = task;

    private static EndingTask Pending(TaskKey key, long dagVersionId, DagGraph graph, AttemptEnd end) =>
        new(key, dagVersionId, graph, TaskState.Pending, end);

    private static IEnumerable<StepEdge> Edges(EndingTask task)
    {
        var (key, graph) = (task.Key, task.Graph);
        if (task.End.State == TaskState.Removed)
            yield break;
        if (key.MapIndex != TaskKey.Whole)
            yield return new StepEdge(key, key.TaskIndex, TaskKey.Whole, EdgeKind.Upstream, IsSummary: true, IsAgainst: false, ReadyAt: 0);
        foreach (var edge in key.MapIndex == TaskKey.Whole ? graph.Edges(key.TaskIndex) : graph.InnerEdges(key.TaskIndex))
        {
            var isAgainst = task.End.Unchosen.Contains(edge.To);
            yield return new StepEdge(
                key, edge.To, key.MapIndex, edge.Kind, IsSummary: false, isAgainst, RunMachine.ReadyAt(graph, edge.To, key.MapIndex));
        }
    }
}
