using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>
/// A run by the words of its documentation, as slowly as can be: after every event each pending instance looks at all that it waits for,
/// again and again until nothing changes. No counters, no queue of what follows, no code of the product's but its values.
/// </summary>
internal sealed class ReferenceRun
{
    private readonly DagGraph graph;
    private readonly SortedDictionary<(int Task, int Map), Node> nodes = [];
    private readonly Dictionary<int, int> mapped = [];
    private readonly HashSet<int> waitsForPast;
    private readonly Dictionary<(int Task, int Map, int Attempt), string> outputs = [];
    private RunState? ordered;

    public ReferenceRun(DagGraph graph, IEnumerable<int> waitsForPast)
    {
        this.graph = graph;
        this.waitsForPast = [.. waitsForPast];
        foreach (var task in graph.Tasks)
            nodes[(task.Index, TaskKey.Whole)] = new Node();
        Settle();
    }

    public IEnumerable<((int Task, int Map) Key, Node Node)> Nodes => nodes.Select(pair => (pair.Key, pair.Value));

    public int? Mapped(int task) => mapped.TryGetValue(task, out var count) ? count : null;

    public int Unfinished => nodes.Values.Count(node => !RuleWords.IsEnd(node.State));

    /// <summary>Leaves alone decide: what nothing but teardowns follows, and teardowns that say so.</summary>
    public int FailedLeaves => graph.Tasks.Count(task =>
        nodes[(task.Index, TaskKey.Whole)].State is TaskState.Failed or TaskState.UpstreamFailed or TaskState.Cancelled
        && (task.Role == TaskRole.Teardown
            ? task.FailsRun
            : !graph.Tasks.Any(other => other.Upstreams.Contains(task.Index) && other.Role != TaskRole.Teardown)));

    public RunState? State => Unfinished > 0 ? null : ordered ?? (FailedLeaves > 0 ? RunState.Failed : RunState.Success);

    public void Apply(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Claim claim:
                nodes[claim.Key].State = TaskState.Running;
                nodes[claim.Key].Attempt++;
                break;
            case RunEvent.End end:
                End(end.Key, nodes[end.Key], end.Outcome);
                break;
            case RunEvent.Clear clear:
                ordered = null;
                foreach (var key in clear.Keys)
                    Clear(key);
                foreach (var (key, node) in nodes.Where(pair => pair.Value.State == TaskState.Queued && AwaitsPending(pair.Key)).ToList())
                    node.State = TaskState.Pending;
                break;
            case RunEvent.Mark mark:
                foreach (var key in mark.Keys)
                    Mark(key, mark.State);
                break;
            case RunEvent.Stop stop:
                ordered = stop.State;
                foreach (var ((task, _), node) in nodes)
                {
                    if (!RuleWords.IsEnd(node.State) && node.State != TaskState.Running && !IsTeardown(task))
                        node.State = TaskState.Cancelled;
                }

                break;
            case RunEvent.Release release:
                waitsForPast.Remove(release.Task);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened));
        }

        Settle();
    }

    private void End((int Task, int Map) key, Node node, TaskOutcome outcome)
    {
        if (node.Ordered is { } order)
        {
            node.Ordered = null;
            if (order == TaskState.Pending)
                Restart(node, ordered is not null && !IsTeardown(key.Task) ? TaskState.Cancelled : TaskState.Pending);
            else
                node.State = order;
            return;
        }

        var failures = node.Attempt - node.Uncounted;
        switch (outcome)
        {
            case TaskOutcome.Succeeded succeeded:
                node.State = TaskState.Success;
                if (succeeded.OutputJson is { } output)
                    outputs[(key.Task, key.Map, node.Attempt)] = output;
                if (succeeded.Chosen is { } chosen)
                    node.Unchosen = [.. graph.Tasks.Select(task => task.Index).Where(task => IsAgainst(key.Task, task, chosen))];
                return;
            case TaskOutcome.Skipped:
                node.State = TaskState.Skipped;
                return;
            case TaskOutcome.Cancelled:
                node.State = TaskState.Cancelled;
                return;
            case TaskOutcome.Failed or TaskOutcome.TimedOut:
                var isRetryable = outcome is not TaskOutcome.Failed { Retryable: false };
                node.State = isRetryable && failures <= graph.Tasks[key.Task].Retries ? TaskState.UpForRetry : TaskState.Failed;
                break;
            case TaskOutcome.Lost:
                node.Lost++;
                node.Uncounted++;
                node.State = node.Lost < RunMachine.LostLimit ? TaskState.Queued : TaskState.Failed;
                break;
            case TaskOutcome.Deferred:
                node.Uncounted++;
                node.State = TaskState.Deferred;
                break;
            case TaskOutcome.Returned:
                node.Uncounted++;
                node.State = TaskState.Queued;
                break;
        }

        if (!RuleWords.IsEnd(node.State) && ordered is not null && !IsTeardown(key.Task))
            node.State = TaskState.Cancelled;
    }

    private void Clear((int Task, int Map) key)
    {
        if (key.Map != TaskKey.Whole)
        {
            if (!IsElement(key))
                return;
            Again(nodes[key]);
            nodes[(key.Task, TaskKey.Whole)].State = TaskState.Pending;
            return;
        }

        Again(nodes[key]);
        if (!graph.Tasks[key.Task].Expands)
        {
            foreach (var element in Elements(key.Task))
                Again(element);
            return;
        }

        // What was expanded has no elements until it is expanded anew.
        foreach (var task in graph.Tasks.Where(task => task.IsMapped && task.MapRoot == key.Task))
        {
            mapped.Remove(task.Index);
            Again(nodes[(task.Index, TaskKey.Whole)]);
            foreach (var ((_, map), node) in nodes.Where(pair => pair.Key.Task == task.Index))
            {
                if (map == TaskKey.Whole)
                    continue;
                if (node.State == TaskState.Running)
                    node.Ordered = TaskState.Removed;
                else
                    Restart(node, TaskState.Removed);
            }
        }
    }

    private void Mark((int Task, int Map) key, TaskState state)
    {
        var task = graph.Tasks[key.Task];
        if (key.Map != TaskKey.Whole)
        {
            if (!IsElement(key))
                return;
            Give(nodes[key], state);
            nodes[(key.Task, TaskKey.Whole)].State = TaskState.Pending;
            return;
        }

        // Of a mapped group's task it is not known yet what there is to mark.
        if (task.IsMapped && !task.Expands && !mapped.ContainsKey(key.Task))
            return;
        Give(nodes[key], state);
        foreach (var element in Elements(key.Task))
            Give(element, state);
    }

    private static void Give(Node node, TaskState state)
    {
        if (node.State == TaskState.Running)
            node.Ordered = state;
        else
            node.State = state;
    }

    private static void Again(Node node)
    {
        if (node.State == TaskState.Running)
            node.Ordered = TaskState.Pending;
        else
            Restart(node, TaskState.Pending);
    }

    private static void Restart(Node node, TaskState state)
    {
        node.State = state;
        node.Uncounted = node.Attempt;
        node.Lost = 0;
        node.Unchosen = [];
    }

    /// <summary>From the last to the first, which is not the machine's order.</summary>
    private void Settle()
    {
        while (nodes.Reverse().Any(pair => pair.Value.State == TaskState.Pending && Look(pair.Key, pair.Value)))
        {
            // Until nothing changes any more.
        }
    }

    private bool Look((int Task, int Map) key, Node node)
    {
        var task = graph.Tasks[key.Task];
        var isWhole = key.Map == TaskKey.Whole;
        if (isWhole && mapped.ContainsKey(key.Task))
            return Become(node, RuleWords.Whole([.. Elements(key.Task).Select(element => element.State)]));

        var deciders = task.Deciders.Where(Awaits).Select(At).ToList();
        var decided = RuleWords.Decide(
            task.TriggerRule, [.. task.Upstreams.Where(Awaits).Select(At).Select(other => other.State)],
            [.. task.Setups.Where(Awaits).Select(At).Select(other => other.State)], [.. deciders.Select(other => other.State)],
            deciders.Exists(other => RuleWords.IsEnd(other.State) && other.Unchosen.Contains(task.Index)));
        if (decided != TaskState.Queued)
            return Become(node, decided);
        if (isWhole && waitsForPast.Contains(key.Task))
            return false;
        return isWhole && task.Expands ? Expand(task, node) : Become(node, isWhole && task.IsMapped ? TaskState.Skipped : TaskState.Queued);

        bool Awaits(int other) => ReferenceRun.Awaits(task, isWhole, graph.Tasks[other]);

        Node At(int other) => nodes[(other, key.Map)];
    }

    private bool AwaitsPending((int Task, int Map) key)
    {
        var task = graph.Tasks[key.Task];
        return task.Upstreams.Concat(task.Setups).Concat(task.Deciders).Any(other =>
            Awaits(task, key.Map == TaskKey.Whole, graph.Tasks[other]) && nodes[(other, key.Map)].State == TaskState.Pending);
    }

    /// <summary>
    /// An element waits for those of its own index; what the group as a whole waits for has been there before it was made.
    /// </summary>
    private static bool Awaits(TaskDefinition task, bool isWhole, TaskDefinition other) =>
        isWhole || (other.IsMapped && other.MapRoot == task.MapRoot);

    private bool Expand(TaskDefinition root, Node node)
    {
        var lengths = root.MapSources.Select(Length).ToList();
        if (lengths.Contains(null))
            return Become(node, TaskState.Failed);
        var count = root.IsZipped ? lengths.Min()!.Value : lengths.Aggregate(1, (product, length) => product * length!.Value);
        if (count == 0)
            return Become(node, TaskState.Skipped);
        foreach (var task in graph.Tasks.Where(task => task.IsMapped && task.MapRoot == root.Index))
        {
            mapped[task.Index] = count;
            for (var map = 0; map < count; map++)
            {
                if (nodes.TryGetValue((task.Index, map), out var element))
                    Again(element);
                else
                    nodes[(task.Index, map)] = new Node();
            }
        }

        return !root.IsMapped && Become(node, TaskState.Success) || true;
    }

    /// <summary>
    /// How long the list is that a task gave; null when it gave none. A mapped task gives one item for each element that gave something.
    /// </summary>
    private int? Length(int source)
    {
        if (mapped.ContainsKey(source))
        {
            return Enumerable.Range(0, mapped[source])
                .Count(map => nodes[(source, map)] is { State: TaskState.Success } element
                    && outputs.ContainsKey((source, map, element.Attempt)));
        }

        var node = nodes[(source, TaskKey.Whole)];
        return node.State == TaskState.Success && outputs.TryGetValue((source, TaskKey.Whole, node.Attempt), out var output)
            && output != "null"
            ? output.Count(letter => letter == '0')
            : null;
    }

    private IEnumerable<Node> Elements(int task) => Enumerable.Range(0, mapped.GetValueOrDefault(task)).Select(map => nodes[(task, map)]);

    private bool IsElement((int Task, int Map) key) => key.Map < mapped.GetValueOrDefault(key.Task);

    private bool IsTeardown(int task) => graph.Tasks[task].Role == TaskRole.Teardown;

    private bool Follows(int task, int from) => task == from || graph.Tasks[task].Upstreams.Any(upstream => Follows(upstream, from));

    private bool IsAgainst(int decider, int task, IReadOnlyList<int> chosen) =>
        graph.Tasks[task].Deciders.Contains(decider) && !chosen.Any(one => Follows(task, one));

    private static bool Become(Node node, TaskState? state)
    {
        node.State = state ?? node.State;
        return state is not null;
    }

    internal sealed class Node
    {
        public TaskState State { get; set; }

        public int Attempt { get; set; }

        public int Uncounted { get; set; }

        public int Lost { get; set; }

        public TaskState? Ordered { get; set; }

        public HashSet<int> Unchosen { get; set; } = [];
    }
}
