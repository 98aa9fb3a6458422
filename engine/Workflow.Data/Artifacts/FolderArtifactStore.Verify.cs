using System.Collections.Concurrent;

namespace Workflow.Data;

/// <content>Nothing is handed out that is not what its name says.</content>
public sealed partial class FolderArtifactStore
{
    // What was hashed, with the length and time that it had then. A few dozen bytes each, and bounded: beyond that all are hashed anew.
    private const int MostKnown = 100_000;

    private readonly ConcurrentDictionary<string, (long Bytes, DateTime Written)> known = new();

    /// <inheritdoc />
    public async Task<string?> DamageAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = Require(sha256);
        var (found, bytes) = await ContentAddress.OfAsync(file.FullName, cancellationToken).ConfigureAwait(false);
        if (found == sha256)
        {
            Remember(sha256, file);
            return null;
        }

        known.TryRemove(sha256, out _);
        return $"{file.FullName} is damaged: the SHA-256 of its {bytes} bytes is {found}, not {sha256}";
    }

    /// <summary>Whether a file that is there is something else than its name says, as far as has been looked.</summary>
    internal async Task<bool> IsDamagedAsync(string sha256, CancellationToken cancellationToken) =>
        !IsKnown(sha256, Require(sha256)) && await DamageAsync(sha256, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Hashes a file once for each process, and again when its length or time has changed.</summary>
    private async Task<string> VerifiedAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = Require(sha256);
        if (IsKnown(sha256, file))
            return file.FullName;
        return await DamageAsync(sha256, cancellationToken).ConfigureAwait(false) is not { } damage
            ? file.FullName
            : throw new WorkflowException(
                $"The artifact store {Root} is damaged: {damage}. Remove the file, and make the content anew by clearing the run that made it.");
    }

    private bool IsKnown(string sha256, FileInfo file) =>
        known.TryGetValue(sha256, out var seen) && seen == (file.Length, file.LastWriteTimeUtc);

    private FileInfo Require(string sha256)
    {
        var file = new FileInfo(PathOf(sha256));
        return file.Exists ? file : throw new FileNotFoundException($"The artifact store {Root} does not hold {sha256}.", file.FullName);
    }

    private void Remember(string sha256, FileInfo file)
    {
        if (known.Count >= MostKnown)
            known.Clear();
        known[sha256] = (file.Length, file.LastWriteTimeUtc);
    }
}
