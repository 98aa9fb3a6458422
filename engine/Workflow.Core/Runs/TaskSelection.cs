using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>A task by its name.</summary>
/// <param name="TaskId">Its id.</param>
/// <param name="MapIndex">The only element meant; null for the task as a whole.</param>
public sealed record TaskName(string TaskId, int? MapIndex = null);

/// <summary>Which tasks of a run a person means.</summary>
/// <param name="Names">The tasks; null for all.</param>
/// <param name="Upstream">With everything that they come from.</param>
/// <param name="Downstream">With everything that follows from them.</param>
public sealed record TaskSelection(IReadOnlyList<TaskName>? Names = null, bool Upstream = false, bool Downstream = false)
{
    /// <summary>What keeps the names from meaning something in a run, as a sentence; null when each does.</summary>
    public string? Complaint(RunModel run) => Names?.Select(name => Complaint(run, name)).FirstOrDefault(found => found is not null);

    /// <summary>The instances that are meant, by task and element. Names that mean nothing in the run are passed over.</summary>
    public HashSet<(int Task, int MapIndex)> In(RunModel run)
    {
        var graph = run.Graph;
        var named =
            (Names is null ? graph.Tasks.Select(task => (task.Index, TaskKey.Whole)) : Names.SelectMany(name =>
                Find(run, name))).ToHashSet();
        var all = named.ToHashSet();
        if (Upstream)
            all.UnionWith(Closure(named, key => Before(graph, key)));
        if (Downstream)
            all.UnionWith(After(graph, named));
        return all;
    }

    /// <summary>Instances with everything that follows from them.</summary>
    internal static HashSet<(int Task, int MapIndex)> After(DagGraph graph, IReadOnlyCollection<(int Task, int MapIndex)> keys) =>
        Closure(keys, key => After(graph, key));

    /// <summary>
    /// The instance of a task that belongs to another's instance: of the same map the element of the same index, of any other the whole.
    /// </summary>
    internal static (int Task, int MapIndex) Beside(DagGraph graph, (int Task, int MapIndex) key, int other) =>
        (other, graph.AreInOneMap(key.Task, other) ? key.MapIndex : TaskKey.Whole);

    private static string? Complaint(RunModel run, TaskName name)
    {
        var task = run.Graph.Tasks.FirstOrDefault(task => task.Id == name.TaskId);
        if (task is null)
            return $"The run has no task '{name.TaskId}'; it has {string.Join(", ", run.Graph.Tasks.Select(known => known.Id))}.";
        if (name.MapIndex is null || Find(run, name).Any())
            return null;
        var elements = run.Elements(task.Index).Count(element => element.State != TaskState.Removed);
        return elements == 0
            ? $"Task '{name.TaskId}' has no elements{(task.IsMapped ? " yet" : ": it is not mapped")}, so it has no element {name.MapIndex}."
            : $"Task '{name.TaskId}' has the elements 0 to {elements - 1}, and no element {name.MapIndex}.";
    }

    private static IEnumerable<(int Task, int MapIndex)> Find(RunModel run, TaskName name) =>
        from task in run.Graph.Tasks
        where task.Id == name.TaskId
        where name.MapIndex is null
            || (name.MapIndex >= 0 && name.MapIndex < run.Elements(task.Index).Count
                && run[task.Index, name.MapIndex.Value].State != TaskState.Removed)
        select (task.Index, name.MapIndex ?? TaskKey.Whole);

    /// <remarks>An element comes from the expansion too: with another list it would be another element.</remarks>
    private static IEnumerable<(int Task, int MapIndex)> Before(DagGraph graph, (int Task, int MapIndex) key)
    {
        var task = graph.Tasks[key.Task];
        foreach (var upstream in task.Upstreams)
            yield return Beside(graph, key, upstream);
        if (key.MapIndex != TaskKey.Whole && task.MapRoot is { } root)
            yield return (root, TaskKey.Whole);
    }

    private static IEnumerable<(int Task, int MapIndex)> After(DagGraph graph, (int Task, int MapIndex) key)
    {
        foreach (var downstream in graph.Downstreams(key.Task))
            yield return Beside(graph, key, downstream);
        if (key.MapIndex != TaskKey.Whole)
            yield break;
        foreach (var mapped in graph.Mapped(key.Task))
            yield return (mapped, TaskKey.Whole);
    }

    private static HashSet<(int Task, int MapIndex)> Closure(
        IEnumerable<(int Task, int MapIndex)> from, Func<(int Task, int MapIndex), IEnumerable<(int Task, int MapIndex)>> next)
    {
        var found = from.ToHashSet();
        var open = new Stack<(int Task, int MapIndex)>(found);
        while (open.TryPop(out var key))
        {
            foreach (var other in next(key).Where(found.Add))
                open.Push(other);
        }

        return found;
    }
}
