using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>Where an artifact store is.</summary>
/// <param name="Folder">The store, or what this machine keeps of the bucket.</param>
/// <param name="S3">The bucket; null for the folder alone.</param>
public sealed record ArtifactPlace(string Folder, S3Options? S3 = null)
{
    /// <summary>Whether what one holds may be in the other: one of the two lies within the other, or they are one.</summary>
    internal bool Overlaps(ArtifactPlace other) =>
        IsWithin(Root, other.Root) || IsWithin(other.Root, Root)
        || (S3 is { } one && other.S3 is { } two && (one.Endpoint, one.Bucket) == (two.Endpoint, two.Bucket)
            && (one.KeyPrefix.StartsWith(two.KeyPrefix, StringComparison.Ordinal)
                || two.KeyPrefix.StartsWith(one.KeyPrefix, StringComparison.Ordinal)));

    /// <summary>The place as messages name it.</summary>
    internal string Where => S3 is null ? $"the folder '{Folder}'" : $"{S3.Where}, prefix '{S3.Prefix}', with the folder '{Folder}'";

    /// <summary>The folder itself, whatever it is called: a link to the other is the other.</summary>
    private string Root
    {
        get
        {
            var path = Path.GetFullPath(Folder);
            var real = Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
            return Path.TrimEndingDirectorySeparator(real) + Path.DirectorySeparatorChar;
        }
    }

    private static bool IsWithin(string inner, string outer) =>
        inner.StartsWith(outer, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
}

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
    /// <exception cref="WorkflowException">
    /// A folder cannot be written to, or the cold store overlaps the other: what is deleted in front as moved would be gone.
    /// </exception>
    public static IArtifactStore Open(string folder, S3Options? s3, ArtifactPlace? cold)
    {
        if (cold is null)
            return Open(folder, s3);
        var hot = new ArtifactPlace(folder, s3);
        return cold.Overlaps(hot)
            ? throw new WorkflowException(
                $"Artifacts:Cold must be a place of its own, neither within the artifact store nor around it: got {cold.Where}, and the store is {hot.Where}.")
            : new TieredArtifactStore(Open(folder, s3), Open(cold.Folder, cold.S3));
    }
}
