using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>Decides which instances of a run a clear concerns; <see cref="RunModel.Clear"/> carries it out.</summary>
public static class ClearPlan
{
    /// <summary>The instances to clear, in the order of the graph. What has not begun is left out: there is nothing to clear.</summary>
    /// <param name="run">The run.</param>
    /// <param name="selection">The tasks that are meant.</param>
    /// <param name="onlyFailed">
    /// Whether only those are meant that failed, could not run or were cancelled. With downstreams, what follows from them runs again all
    /// the same, though it ended well: it had worked with the failure.
    /// </param>
    /// <remarks>
    /// With a task go the setups that it needs and their teardowns, since what a setup made has been taken down by now. A teardown by
    /// itself takes nothing with it.
    /// </remarks>
    public static IReadOnlyList<(int Task, int MapIndex)> Keys(RunModel run, TaskSelection selection, bool onlyFailed)
    {
        var graph = run.Graph;
        var keys = selection.In(run);
        if (onlyFailed)
        {
            keys = keys.SelectMany(key => Failed(run, key)).ToHashSet();
            if (selection.Downstream)
                keys = TaskSelection.After(graph, keys);
        }

        keys.UnionWith(keys.Where(key => graph.Tasks[key.Task].Role != TaskRole.Teardown).SelectMany(key => Guards(graph, key)).ToList());
        return [.. keys.Where(key => HasBegun(run, key) && !IsCovered(graph, keys, key)).Order()];
    }

    private static IEnumerable<(int Task, int MapIndex)> Failed(RunModel run, (int Task, int MapIndex) key)
    {
        var instance = run[key.Task, key.MapIndex];
        if (key.MapIndex != TaskKey.Whole || instance.Mapped is null)
            return HasFailed(instance) ? [key] : [];
        return run.Elements(key.Task).Where(HasFailed).Select(element => (element.Task, element.MapIndex));
    }

    private static bool HasFailed(TaskInstance instance) =>
        instance.State is TaskState.Failed or TaskState.UpstreamFailed or TaskState.Cancelled;

    private static IEnumerable<(int Task, int MapIndex)> Guards(DagGraph graph, (int Task, int MapIndex) key)
    {
        var task = graph.Tasks[key.Task];
        // The node of a mapped group guards its tasks as a setup does, but is none.
        var setups = task.Setups.Where(setup => graph.Tasks[setup].Role == TaskRole.Setup).ToHashSet();
        foreach (var setup in setups)
            yield return TaskSelection.Beside(graph, key, setup);
        if (task.Role == TaskRole.Setup)
            setups.Add(task.Index);
        foreach (var teardown in graph.Tasks.Where(other => other.Role == TaskRole.Teardown && other.Setups.Any(setups.Contains)))
            yield return TaskSelection.Beside(graph, key, teardown.Index);
    }

    private static bool HasBegun(RunModel run, (int Task, int MapIndex) key) =>
        run[key.Task, key.MapIndex].State is not (TaskState.Pending or TaskState.Removed)
        || (key.MapIndex == TaskKey.Whole
            && run.Elements(key.Task).Any(element => element.State is not (TaskState.Pending or TaskState.Removed)));

    /// <summary>
    /// Whether a task gets new elements anyway, since what expands it is cleared; or an element belongs to a task that is.
    /// </summary>
    private static bool IsCovered(DagGraph graph, HashSet<(int Task, int MapIndex)> keys, (int Task, int MapIndex) key) =>
        (graph.Tasks[key.Task].MapRoot is { } root && key != (root, TaskKey.Whole) && keys.Contains((root, TaskKey.Whole)))
        || (key.MapIndex != TaskKey.Whole && keys.Contains((key.Task, TaskKey.Whole)));
}
