using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>Where an artifact store is.</summary>
/// <param name="Folder">The store, or what this machine keeps of the bucket.</param>
/// <param name="S3">The bucket; null for the folder alone.</param>
public sealed record ArtifactPlace(string Folder, S3Options? S3 = null);

/// <summary>Opens the artifact stores that the settings name.</summary>
public static class ArtifactStores
{
    /// <summary>Opens a store.</summary>
    /// <param name="folder">The store, or what this machine keeps of the bucket.</param>
    /// <param name="s3">The bucket; null for the folder alone.</param>
    /// <exception cref="WorkflowException">The folder cannot be written to.</exception>
    public static IArtifactStore Open(string folder, S3Options? s3) =>
        s3 is null ? new FolderArtifactStore(folder) : new S3ArtifactStore(s3, folder);

    /// <summary>Opens a store with a cold one behind it.</summary>
    /// <param name="folder">The store, or what this machine keeps of the bucket.</param>
    /// <param name="s3">The bucket; null for the folder alone.</param>
    /// <param name="cold">Where what is seldom read lies; null for nowhere.</param>
    /// <exception cref="WorkflowException">A folder cannot be written to.</exception>
    public static IArtifactStore Open(string folder, S3Options? s3, ArtifactPlace? cold) =>
        cold is null ? Open(folder, s3) : new TieredArtifactStore(Open(folder, s3), Open(cold.Folder, cold.S3));
}
