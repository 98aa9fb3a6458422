namespace Workflow.Runs;

/// <summary>Decides which instances of a run get an end by hand, and what follows from that.</summary>
public static class MarkPlan
{
    /// <summary>The instances to mark, in the order of the graph; those that have the end already are left out.</summary>
    /// <param name="run">The run.</param>
    /// <param name="selection">The tasks that are meant.</param>
    /// <param name="end">Success, failed or skipped.</param>
    public static IReadOnlyList<(int Task, int MapIndex)> Keys(RunModel run, TaskSelection selection, TaskState end)
    {
        var keys = selection.In(run);

        // A mapped group that was not expanded ends as one: its tasks would else become ready without elements.
        keys.UnionWith(keys
            .Where(key => key.MapIndex == TaskKey.Whole && run.Graph.Tasks[key.Task].Expands && !run[key.Task].State.IsTerminal())
            .SelectMany(key => run.Graph.Mapped(key.Task)).Select(task => (task, TaskKey.Whole)).ToList());
        return [.. keys.Where(key => !HasEnd(run, key, end)).Order()];
    }

    /// <summary>Gives instances their end; what could not run since they had failed has another chance.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keys">The instances.</param>
    /// <param name="end">Success, failed or skipped.</param>
    /// <param name="message">Who did so.</param>
    public static void Apply(RunModel run, IReadOnlyList<(int Task, int MapIndex)> keys, TaskState end, string message)
    {
        run.Mark(keys, end, message);
        if (end == TaskState.Failed || run.Ordered is not null)
            return;
        var stuck = TaskSelection.After(run.Graph, keys).Except(keys)
            .Where(key => run[key.Task, key.MapIndex].State == TaskState.UpstreamFailed).ToList();
        if (stuck.Count > 0)
            run.Clear(stuck);
    }

    private static bool HasEnd(RunModel run, (int Task, int MapIndex) key, TaskState end)
    {
        var instance = run[key.Task, key.MapIndex];
        return Is(instance)
            && (key.MapIndex != TaskKey.Whole || run.Elements(key.Task).All(element => element.State == TaskState.Removed || Is(element)));

        bool Is(TaskInstance one) => one.State == end || (one.State == TaskState.Running && one.Ordered == end);
    }
}
