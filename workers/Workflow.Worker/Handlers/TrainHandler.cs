using Workflow.Graphs;
using Workflow.Worker.Execution;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Handlers;

/// <summary>Performs a training task.</summary>
public sealed class TrainHandler(DataPlanes planes) : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(TrainSpec);

    /// <inheritdoc />
    public async Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs) =>
        await planes.Models(context).TrainAsync((TrainSpec)spec, (DatasetVersion)inputs[0]!).ConfigureAwait(false);
}
