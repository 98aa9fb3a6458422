using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Events;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>Gives attempts their access to datasets and models.</summary>
public sealed class DataPlanes(IArtifactStore store, EffectStore effects, DatasetEventStore events, HttpClient http)
{
    /// <summary>The artifacts.</summary>
    public IArtifactStore Store => store;

    /// <summary>Where attempts stage what they make.</summary>
    public EffectStore Effects => effects;

    /// <summary>What triggered runs.</summary>
    public DatasetEventStore Events => events;

    /// <summary>Writes datasets.</summary>
    public DatasetWriter Writer { get; } = new(store);

    /// <summary>Reads files into datasets.</summary>
    public FileSource Files { get; } = new(store, http);

    /// <summary>The datasets, for one attempt.</summary>
    public AttemptDatasets Datasets(AttemptContext context) => new(this, context);

    /// <summary>The models, for one attempt.</summary>
    public AttemptModels Models(AttemptContext context) => new(this, context);

    /// <summary>The local path of a dataset version's file.</summary>
    public Task<string> PathAsync(DatasetVersion version, CancellationToken cancellationToken) => store.PathAsync(version.Sha256, cancellationToken);
}
