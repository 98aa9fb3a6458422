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
        var outcome = Outcomes.Chose(context.Dag.Graph, context.Definition, chosen);
        context.Log(chosen.Count == 0 ? "Chose nothing" : $"Chose {string.Join(", ", chosen)}");
        return outcome;
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
        return Outcomes.WentOn(context.Dag.Graph, context.Definition, goesOn);
    }
}
