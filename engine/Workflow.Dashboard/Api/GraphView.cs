using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>The stored graph in the API's form.</summary>
internal static class GraphView
{
    public static Graph Of(DagGraph graph)
    {
        var inlets = Inlets(graph);
        return new Graph([.. graph.Tasks.Select(task => new GraphTask(
            task.Id, KindOf(task), task.Queue, task.Retries, task.TriggerRule.Name(), task.Timeout?.TotalSeconds,
            [.. task.Upstreams.Select(upstream => graph.Tasks[upstream].Id)], inlets[task.Index], task.Outlets, task.Group,
            task.MapRoot is { } root ? graph.Tasks[root].Id : null, task.Role, task.Pool, task.PoolSlots, task.Priority, task.DependsOnPast,
            task.MaxActive, task.MaxActivePerRun, task.WaitTimeout?.TotalSeconds))]);
    }

    public static TaskKind KindOf(TaskDefinition task) => StateNames.Parse<TaskKind>(task.Kind);

    /// <summary>What a task reads is what its upstreams write. A gate writes nothing: what it judged goes on to those after it.</summary>
    private static string[][] Inlets(DagGraph graph)
    {
        var inlets = new string[graph.Tasks.Count][];
        foreach (var task in graph.Tasks)
        {
            inlets[task.Index] = [.. task.Upstreams
                .SelectMany(upstream => graph.Tasks[upstream] is { Kind: "gate" } ? inlets[upstream] : graph.Tasks[upstream].Outlets)
                .Distinct()];
        }

        return inlets;
    }
}
