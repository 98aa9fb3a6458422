using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>
/// A whole run in memory, moved by the same decisions as the stores' steps: for edits by a person, for simulation, for tests of DAGs, and
/// for the proofs of the machine itself.
/// </summary>
/// <remarks>
/// The store's step never loads a run: its cost follows the tasks that change. Edits are rare and may touch anything, so they load the run,
/// change it here, and write what became different.
/// </remarks>
public sealed partial class RunModel
{
    private readonly Func<TaskDefinition, IReadOnlyList<int?>> lengths;
    private readonly TaskInstance[] wholes;
    private readonly List<TaskInstance>[] elements;
    private readonly Queue<TaskInstance> ended = new();
    private readonly HashSet<TaskInstance> touched = [];
    private readonly List<TaskInstance> moved = [];

    private RunModel(DagGraph graph, Func<TaskDefinition, IReadOnlyList<int?>> lengths)
    {
        Graph = graph;
        this.lengths = lengths;
        wholes = [.. graph.Tasks.Select(task => new TaskInstance(task.Index, TaskKey.Whole))];
        elements = [.. graph.Tasks.Select(_ => new List<TaskInstance>())];
        Unfinished = wholes.Length;
    }

    /// <summary>The graph.</summary>
    public DagGraph Graph { get; }

    /// <summary>The state that the run was told to end in, if somebody stopped it.</summary>
    public RunState? Ordered { get; private set; }

    /// <summary>How many instances have not ended.</summary>
    /// <remarks>Counted as it changes: a run of ten thousand elements is asked after each of them.</remarks>
    public int Unfinished { get; private set; }

    /// <summary>How many leaves did not end well.</summary>
    public int FailedLeaves => wholes.Count(whole => RunMachine.FailsRun(Graph, whole.Task, TaskKey.Whole, whole.State));

    /// <summary>How the run ended; null while it has unfinished tasks.</summary>
    public RunState? State => Unfinished > 0 ? null : RunMachine.Settle(Unfinished, FailedLeaves, Ordered);

    /// <summary>Every instance: for each task the whole, then its elements.</summary>
    public IEnumerable<TaskInstance> Instances => wholes.SelectMany(whole => elements[whole.Task].Prepend(whole));

    /// <summary>A run that starts.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="lengths">For a task that is about to be expanded, the length of each of its sources; null for one that gave no
    /// list.</param>
    /// <param name="waitsForPast">The tasks that the run before keeps waiting.</param>
    public static RunModel Start(DagGraph graph, Func<TaskDefinition, IReadOnlyList<int?>> lengths, IReadOnlySet<int>? waitsForPast = null)
    {
        var run = new RunModel(graph, lengths);
        foreach (var whole in run.wholes)
        {
            whole.WaitsForPast = waitsForPast?.Contains(whole.Task) ?? false;
            whole.IsChanged = true;
        }

        run.DecideAll();
        return run;
    }

    /// <summary>A run as a store has it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="instances">Every instance of it.</param>
    /// <param name="ordered">The state that it was told to end in.</param>
    /// <param name="lengths">For a task that is about to be expanded, the length of each of its sources.</param>
    public static RunModel Load(
        DagGraph graph, IEnumerable<TaskInstance> instances, RunState? ordered, Func<TaskDefinition, IReadOnlyList<int?>> lengths)
    {
        var run = new RunModel(graph, lengths) { Ordered = ordered };
        foreach (var instance in instances.OrderBy(instance => instance.MapIndex))
        {
            if (instance.MapIndex == TaskKey.Whole)
                run.wholes[instance.Task] = instance;
            else
                run.elements[instance.Task].Add(instance);
        }

        run.Unfinished = run.Instances.Count(instance => !instance.State.IsTerminal());
        return run;
    }

    /// <summary>An instance.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public TaskInstance this[int task, int mapIndex = TaskKey.Whole] => mapIndex == TaskKey.Whole ? wholes[task] : elements[task][mapIndex];

    /// <summary>The elements of a mapped task, those of earlier expansions included.</summary>
    public IReadOnlyList<TaskInstance> Elements(int task) => elements[task];

    /// <summary>The instances whose state was set since this was asked last, in that order; one may be there more than once.</summary>
    public IReadOnlyList<TaskInstance> TakeMoved()
    {
        TaskInstance[] taken = [.. moved];
        moved.Clear();
        return taken;
    }

    /// <summary>A worker takes an instance.</summary>
    public void Claim(TaskInstance instance)
    {
        Require(instance.State.IsClaimable(), instance, "be claimed");
        instance.Attempt++;
        Move(instance, TaskState.Running, null);
    }

    /// <summary>An attempt ended; what follows from that follows at once.</summary>
    /// <param name="instance">A running instance.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="seed">What tells this task instance from any other.</param>
    public AttemptEnd End(TaskInstance instance, TaskOutcome outcome, string seed)
    {
        Require(instance.State == TaskState.Running, instance, "end");
        var attempt = new AttemptCount(instance.Attempt, instance.Uncounted, instance.Lost);
        var end = RunMachine.End(Graph, instance.Task, attempt, outcome, seed);
        if (instance.Ordered is { } order)
        {
            Obey(instance, order);
            return end;
        }

        if (outcome is TaskOutcome.Lost or TaskOutcome.Deferred or TaskOutcome.Returned)
            instance.Uncounted++;
        if (outcome is TaskOutcome.Lost)
            instance.Lost++;
        if (!end.State.IsTerminal() && Ordered is not null && Graph.Tasks[instance.Task].Role != TaskRole.Teardown)
            end = new AttemptEnd(TaskState.Cancelled, RunStop.CancelledMessage, null);
        Move(instance, end.State, end.Message);
        instance.Unchosen = end.Unchosen;
        if (end.State.IsTerminal())
            Spread(instance);
        return end;
    }

    /// <summary>The run before no longer keeps a task waiting.</summary>
    public void ReleasePast(int task)
    {
        wholes[task].WaitsForPast = false;
        wholes[task].IsChanged = true;
        Decide(wholes[task]);
        Spread();
    }

    /// <summary>
    /// Says whether the tasks that depend on the past wait for the run before when they are cleared: a run that runs again beside the one
    /// before it does, the first of a backfill does not.
    /// </summary>
    /// <param name="waits">Whether they wait.</param>
    /// <param name="tasks">Which tasks; null for all.</param>
    public void WaitForPast(bool waits, IReadOnlySet<int>? tasks = null)
    {
        foreach (var whole in wholes.Where(whole => Graph.Tasks[whole.Task].DependsOnPast && tasks?.Contains(whole.Task) is not false))
        {
            whole.WaitsForPast = waits;
            whole.IsChanged = true;
        }
    }

    /// <summary>Counts the end of an instance at all that wait for it, decides those, and so on until nothing follows.</summary>
    private void Spread(TaskInstance? first = null)
    {
        if (first is not null)
            ended.Enqueue(first);
        while (ended.Count > 0)
        {
            touched.Clear();
            while (ended.TryDequeue(out var instance))
            {
                foreach (var (target, kind) in Awaiting(instance))
                    Count(instance, target, kind);
            }

            foreach (var target in touched.OrderBy(target => target.Task).ThenBy(target => target.MapIndex).ToList())
                Decide(target);
        }
    }

    private void Count(TaskInstance from, TaskInstance target, EdgeKind kind)
    {
        if (target.State != TaskState.Pending)
            return;
        target.Seen = target.Seen.Add(from.State, kind, from.Unchosen.Contains(target.Task));
        target.IsChanged = true;
        touched.Add(target);
    }

    /// <summary>What an instance's end is counted at, unless it has been decided already.</summary>
    private IEnumerable<(TaskInstance Target, EdgeKind Kind)> Awaiting(TaskInstance instance)
    {
        if (instance.State == TaskState.Removed)
            yield break;
        if (instance.MapIndex == TaskKey.Whole)
        {
            // An expanded task waits for its elements alone.
            foreach (var edge in Graph.Edges(instance.Task).Where(edge => wholes[edge.To].Mapped is null))
                yield return (wholes[edge.To], edge.Kind);
        }
        else
        {
            yield return (wholes[instance.Task], EdgeKind.Upstream);
            foreach (var edge in Graph.InnerEdges(instance.Task))
                yield return (elements[edge.To][instance.MapIndex], edge.Kind);
        }
    }

    private void DecideAll()
    {
        foreach (var instance in Instances.Where(instance => instance.State == TaskState.Pending).ToList())
            Decide(instance);
        Spread();
    }

    private void Decide(TaskInstance instance)
    {
        if (instance.State != TaskState.Pending)
            return;
        var decided = RunMachine.Decide(Graph, instance.Task, instance.MapIndex, instance.Mapped, instance.Seen, instance.WaitsForPast);
        switch (decided)
        {
            case null:
                break;
            case TaskState.Queued when instance.MapIndex == TaskKey.Whole && Graph.Tasks[instance.Task].Expands:
                Expand(instance);
                break;
            case TaskState.Queued:
                Move(instance, TaskState.Queued, null);
                break;
            case { } end:
                Move(instance, end, Reasons.ForEnd(Graph, instance.Task, instance.MapIndex, instance.Mapped, instance.Seen));
                ended.Enqueue(instance);
                break;
        }
    }

    private void Expand(TaskInstance root)
    {
        var (count, end) = RunMachine.Expand(Graph.Tasks[root.Task], lengths(Graph.Tasks[root.Task]));
        if (end is not null)
        {
            Move(root, end.State, end.Message);
            ended.Enqueue(root);
            return;
        }

        foreach (var task in Graph.Mapped(root.Task))
        {
            wholes[task].Mapped = count;
            wholes[task].Seen = default;
            wholes[task].IsChanged = true;
            for (var at = 0; at < count; at++)
                TakeUp(task, at);
        }

        if (!Graph.Tasks[root.Task].IsMapped)
        {
            Move(root, TaskState.Success, null);
            ended.Enqueue(root);
        }
    }

    /// <summary>An element begins, or begins again; one that still runs from an earlier expansion does so when it has stopped.</summary>
    private void TakeUp(int task, int at)
    {
        if (at == elements[task].Count)
        {
            elements[task].Add(new TaskInstance(task, at));
            Unfinished++;
        }

        var element = elements[task][at];
        if (element.State == TaskState.Running)
            element.Ordered = TaskState.Pending;
        else
            Reset(element);
        element.IsChanged = true;
        Decide(element);
    }

    private void Move(TaskInstance instance, TaskState to, string? message)
    {
        Require(instance.State.CanBecome(to), instance, $"become {to.Name()}");
        Set(instance, to, message);
    }

    private void Set(TaskInstance instance, TaskState to, string? message)
    {
        Unfinished += (to.IsTerminal() ? 0 : 1) - (instance.State.IsTerminal() ? 0 : 1);
        moved.Add(instance);
        instance.State = to;
        instance.Message = message;
        instance.IsChanged = true;
    }

    private static void Require(bool holds, TaskInstance instance, string what)
    {
        if (!holds)
            throw new InvalidOperationException($"Task {instance.Task}[{instance.MapIndex}] is {instance.State.Name()} and cannot {what}.");
    }
}
