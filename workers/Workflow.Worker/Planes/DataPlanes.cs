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
/// <param name="share">What one task may use of the machine.</param>
public sealed class DataPlanes(IArtifactStore store, IEffectStore effects, HttpClient http, DuckDbOptions share)
{
    /// <summary>The artifacts.</summary>
    public IArtifactStore Store => store;

    /// <summary>Where attempts stage what they make.</summary>
    public IEffectStore Effects => effects;

    /// <summary>What one task may use of the machine.</summary>
    public DuckDbOptions Share => share;

    /// <summary>The share of a task whose worker keeps its artifacts in a folder, on the disk of which there is room.</summary>
    /// <param name="artifactFolder">The folder.</param>
    /// <param name="memoryLimit">The memory in bytes at which the task's process is ended; null for no such limit.</param>
    /// <remarks>DuckDB spills, or fails with words of its own, at half of the limit, before the process is ended at the whole.</remarks>
    public static DuckDbOptions ShareOf(string artifactFolder, long? memoryLimit) => new()
    {
        MemoryBytes = Math.Min(memoryLimit / 2 ?? long.MaxValue, DuckDbOptions.DefaultMemoryBytes),
        SpillFolder = Path.Combine(artifactFolder, "spill"),
    };

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
    public Task<string> PathAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        store.PathAsync(version.Sha256, cancellationToken);
}
