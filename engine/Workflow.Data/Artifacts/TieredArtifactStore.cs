using Workflow.Artifacts;

namespace Workflow.Data;

/// <summary>
/// An artifact store with a cold one behind it. What is read and lies in the cold store alone is brought back first; everything else
/// concerns the store in front.
/// </summary>
/// <param name="hot">The store in front.</param>
/// <param name="cold">The store behind.</param>
public sealed class TieredArtifactStore(IArtifactStore hot, IArtifactStore cold) : IArtifactStore, IDisposable
{
    /// <summary>The store behind.</summary>
    public IArtifactStore Cold => cold;

    /// <inheritdoc />
    public string Stage() => hot.Stage();

    /// <inheritdoc />
    public Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken) =>
        hot.CommitAsync(stagedPath, cancellationToken);

    /// <inheritdoc />
    public async Task<string> PathAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            return await hot.PathAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            await CopyAsync(cold, hot, sha256, cancellationToken).ConfigureAwait(false);
            return await hot.PathAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies an artifact to the cold store. Which of the two may go from the store in front, the records decide.</summary>
    /// <exception cref="FileNotFoundException">The store in front does not hold it.</exception>
    /// <exception cref="WorkflowException">It is damaged, or the cold store cannot be written to.</exception>
    public Task CoolAsync(string sha256, CancellationToken cancellationToken) => CopyAsync(hot, cold, sha256, cancellationToken);

    /// <inheritdoc />
    public async Task<string?> DamageAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            return await hot.DamageAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            return await cold.DamageAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<StoredArtifact> ListAsync(DateTimeOffset committedBefore, CancellationToken cancellationToken) =>
        hot.ListAsync(committedBefore, cancellationToken);

    /// <inheritdoc />
    public Task<bool> DeleteAsync(string sha256, DateTimeOffset committedBefore, CancellationToken cancellationToken) =>
        hot.DeleteAsync(sha256, committedBefore, cancellationToken);

    /// <inheritdoc />
    public Task<int> SweepStagedAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken) =>
        hot.SweepStagedAsync(writtenBefore, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        (hot as IDisposable)?.Dispose();
        (cold as IDisposable)?.Dispose();
    }

    private static async Task CopyAsync(IArtifactStore from, IArtifactStore to, string sha256, CancellationToken cancellationToken)
    {
        var path = await from.PathAsync(sha256, cancellationToken).ConfigureAwait(false);
        var staged = to.Stage();
        try
        {
            File.Copy(path, staged);

            // Where it comes from it is read-only.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(staged, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var (found, _) = await ContentAddress.OfAsync(staged, cancellationToken).ConfigureAwait(false);
            if (found != sha256)
                throw new WorkflowException(
                    $"The artifact {sha256} cannot be copied to another store: {path} is damaged, its SHA-256 is {found}.");
            await to.CommitAsync(staged, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(staged);
        }
    }
}
