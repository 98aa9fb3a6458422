using Workflow.Graphs;
using Workflow.Worker.Execution;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>
/// Performs a promotion: stages the move of the alias. The transaction that completes the attempt carries it out, after it has checked the
/// gates itself; what it refuses fails the task.
/// </summary>
public sealed class PromoteHandler(DataPlanes planes) : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(PromoteSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs)
    {
        var alias = ((PromoteSpec)spec).Alias;
        var candidate = ((Predictions)inputs[0]!).Candidate;
        context.Touch();
        await planes.Effects.StageMoveAsync(context.Source, alias, candidate.VersionId, context.Cancellation).ConfigureAwait(false);
        context.Log($"Moving {alias} of {candidate.Model} to {candidate.Sha256[..8]}");
        return null;
    }
}
