using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Data.DuckDb;
using Workflow.Data.Files;
using Workflow.Postgres.Effects;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Planes;

/// <summary>Gives attempts their access to datasets and models.</summary>
/// <param name="store">The artifacts.</param>
/// <param name="effects">Where attempts stage what they make.</param>
/// <param name="http">Downloads files.</param>
/// <param name="share">What writing a dataset may use; the default unless given.</param>
public sealed class DataPlanes(IArtifactStore store, IEffectStore effects, HttpClient http, DuckDbOptions? share = null)
{
    /// <summary>The artifacts.</summary>
    public IArtifactStore Store => store;

    /// <summary>Where attempts stage what they make.</summary>
    public IEffectStore Effects => effects;

    /// <summary>What one task may use of the machine; null for the default.</summary>
    public DuckDbOptions? Share => share;

    /// <summary>Writes datasets.</summary>
    public DatasetWriter Writer { get; } = new(store, share);

    /// <summary>Reads files into datasets.</summary>
    public FileSource Files { get; } = new(store, http, share);

    /// <summary>Makes datasets row by row.</summary>
    public RowTransform Rows { get; } = new(store, share);

    /// <summary>Stores what databases gave.</summary>
    public CopiedRows Copied { get; } = new(store, share);

    /// <summary>The datasets, for one attempt.</summary>
    public AttemptDatasets Datasets(AttemptContext context) => new(this, context);

    /// <summary>The models, for one attempt.</summary>
    public AttemptModels Models(AttemptContext context) => new(this, context);

    /// <summary>The local path of a dataset version's file.</summary>
    public Task<string> PathAsync(DatasetVersion version, CancellationToken cancellationToken) => store.PathAsync(version.Sha256, cancellationToken);
}
