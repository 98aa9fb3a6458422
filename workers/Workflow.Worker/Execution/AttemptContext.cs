using Workflow.Graphs;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Worker.Logs;
using Workflow.Worker.Planes;

namespace Workflow.Worker.Execution;

/// <summary>What a running attempt can reach, for handlers and for the author's code.</summary>
public sealed class AttemptContext(
    ClaimedTask task, DagDefinition dag, TaskLog log, DataPlanes planes, CancellationToken cancellation) : TaskContext
{
    private IDatasets? datasets;
    private IModels? models;

    /// <inheritdoc />
    public override RunInfo Run => task.Run;

    /// <inheritdoc />
    public override string TaskId => Definition.Id;

    /// <inheritdoc />
    public override int Attempt => task.Attempt.Number;

    /// <inheritdoc />
    public override int MapIndex => task.Key.MapIndex;

    /// <summary>What was claimed.</summary>
    public ClaimedTask Claim => task;

    /// <inheritdoc />
    public override CancellationToken Cancellation => cancellation;

    /// <inheritdoc />
    public override IDatasets Datasets => datasets ??= planes.Datasets(this);

    /// <inheritdoc />
    public override IModels Models => models ??= planes.Models(this);

    /// <summary>The DAG that the run is pinned to.</summary>
    public DagDefinition Dag => dag;

    /// <summary>The task's node.</summary>
    public TaskDefinition Definition => dag.Graph.Tasks[task.Key.TaskIndex];

    /// <summary>What staged rows name as their maker.</summary>
    public AttemptSource Source => new(task, Definition.Id);

    /// <summary>Whether the attempt read data, or staged anything, or was about to, that its completion must publish or tell of.</summary>
    public bool HasEffects { get; private set; }

    /// <summary>Hears, once, that <see cref="HasEffects"/> becomes true.</summary>
    public Action? Touched { get; init; }

    /// <inheritdoc />
    public override Task<IReadOnlyList<TriggeringDataset>> TriggeringDatasetsAsync() => planes.Effects.TriggersAsync(Source, cancellation);

    /// <summary>
    /// Says that the attempt is about to read data or to stage something: before it does, since it may not live to say so after.
    /// </summary>
    public void Touch()
    {
        if (HasEffects)
            return;
        HasEffects = true;
        Touched?.Invoke();
    }

    /// <inheritdoc />
    public override void Log(string message, TaskLogLevel level = TaskLogLevel.Info) => log.Write(level, message);
}
