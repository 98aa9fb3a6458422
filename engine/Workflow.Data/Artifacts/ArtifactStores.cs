using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>Opens the artifact store that the settings name.</summary>
public static class ArtifactStores
{
    /// <summary>Opens a store.</summary>
    /// <param name="folder">The store, or what this machine keeps of the bucket.</param>
    /// <param name="s3">The bucket; null for the folder alone.</param>
    /// <exception cref="WorkflowException">The folder cannot be written to.</exception>
    public static IArtifactStore Open(string folder, S3Options? s3) =>
        s3 is null ? new FolderArtifactStore(folder) : new S3ArtifactStore(s3, folder);
}
