using Workflow.Graphs;
using Workflow.Runs;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Handlers;

/// <summary>Performs a branch: asks the author's code which of the direct downstreams go on.</summary>
public sealed class BranchHandler : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(BranchSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var chosen = await ((BranchSpec)spec).Choose(context, inputs).ConfigureAwait(false);
        var (graph, task) = (context.Dag.Graph, context.Definition);
        var indexes = chosen.Select(id => Find(graph, task, id)).ToList();
        context.Log(chosen.Count == 0 ? "Chose nothing" : $"Chose {string.Join(", ", chosen)}");
        return new TaskOutcome.Succeeded(null, indexes);
    }

    private static int Find(DagGraph graph, TaskDefinition task, string id)
    {
        var downstreams = graph.Downstreams(task.Index);
        var full = task.Group is null ? id : $"{task.Group}.{id}";
        var found = downstreams.Where(index => graph.Tasks[index].Id == full || graph.Tasks[index].Id == id).ToList();
        return found.Count > 0
            ? found[0]
            : throw new TaskFailureException(
                $"Branch '{task.Id}' chose '{id}', which is not one of its direct downstreams: {string.Join(", ", downstreams.Select(index => graph.Tasks[index].Id))}.",
                retryable: false);
    }
}

/// <summary>Performs a short circuit: asks the author's code whether what follows goes on.</summary>
public sealed class ShortCircuitHandler : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(ShortCircuitSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var goesOn = await ((ShortCircuitSpec)spec).GoOn(context, inputs).ConfigureAwait(false);
        context.Log(goesOn ? "What follows goes on" : "What follows is skipped");
        return new TaskOutcome.Succeeded(null, goesOn ? [.. context.Dag.Graph.Edges(context.Definition.Index).Select(edge => edge.To)] : []);
    }
}
