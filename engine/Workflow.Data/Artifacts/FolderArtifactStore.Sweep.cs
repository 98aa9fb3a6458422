using Workflow.Artifacts;

namespace Workflow.Data;

public sealed partial class FolderArtifactStore
{
    private const string Gone = ".gone";

    /// <inheritdoc />
    public IAsyncEnumerable<StoredArtifact> ListAsync(DateTimeOffset committedBefore, CancellationToken cancellationToken) =>
        // What others do to the folder meanwhile is no error: a file that has gone is not listed, and a new one is too young to be.
        new DirectoryInfo(artifacts).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => ContentAddress.Is(file.Name) && file.Exists && file.LastWriteTimeUtc < committedBefore)
            .Select(file => new StoredArtifact(file.Name, file.Length))
            .ToAsyncEnumerable();

    /// <inheritdoc />
    /// <exception cref="WorkflowException">The folder cannot be written to; the message names it.</exception>
    public Task<bool> DeleteAsync(string sha256, DateTimeOffset committedBefore, CancellationToken cancellationToken)
    {
        var path = PathOf(sha256);
        var gone = Path.Combine(staging, sha256 + Gone);
        return Task.FromResult(Guard("delete from", () =>
        {
            try
            {
                File.Move(path, gone, overwrite: true);
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }

            // A kill before this line leaves the file to the sweep, which puts it back or deletes it by the same time.
            return Settle(gone, committedBefore);
        }));
    }

    /// <inheritdoc />
    /// <exception cref="WorkflowException">The folder cannot be written to; the message names it.</exception>
    public Task<int> SweepStagedAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken) =>
        Task.FromResult(Guard("sweep", () =>
    {
        var swept = 0;
        foreach (var file in new DirectoryInfo(staging).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Name.EndsWith(Gone, StringComparison.Ordinal))
            {
                swept += Settle(file.FullName, writtenBefore) ? 1 : 0;
            }
            else if (file.Exists && file.LastWriteTimeUtc < writtenBefore)
            {
                file.Delete();
                swept++;
            }
        }

        return swept;
    }));

    /// <summary>Deletes a file that was moved away for its deletion, or puts it back if it was committed meanwhile.</summary>
    /// <returns>Whether it was deleted.</returns>
    private bool Settle(string gone, DateTimeOffset committedBefore)
    {
        var file = new FileInfo(gone);
        if (file.LastWriteTimeUtc < committedBefore)
        {
            file.Delete();
            return true;
        }

        try
        {
            // Where a commit has brought an equal file meanwhile, either will do.
            File.Move(gone, PathOf(Path.GetFileNameWithoutExtension(gone)), overwrite: true);
        }
        catch (FileNotFoundException)
        {
            // Another process has settled it.
        }

        return false;
    }
}
