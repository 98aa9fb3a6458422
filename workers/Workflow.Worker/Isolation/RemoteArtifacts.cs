using Workflow.Artifacts;
using Workflow.Data;

namespace Workflow.Worker.Isolation;

/// <summary>
/// The artifact store as an attempt's process sees it: it writes files into the worker's folder, and the worker commits and fetches them.
/// </summary>
internal sealed class RemoteArtifacts(ParentConnection connection, string folder) : IArtifactStore
{
    private readonly FolderArtifactStore local = new(folder);

    public string Stage() => local.Stage();

    public async Task<(string Sha256, long Bytes)> CommitAsync(string stagedPath, CancellationToken cancellationToken)
    {
        var call = new EngineCall.CommitArtifact(Path.GetFileName(stagedPath));
        var committed = await connection.AskAsync<CommittedArtifact>(call, cancellationToken).ConfigureAwait(false);
        return (committed.Sha256, committed.Bytes);
    }

    public Task<string> PathAsync(string sha256, CancellationToken cancellationToken) =>
        connection.AskAsync<string>(new EngineCall.ArtifactPath(sha256), cancellationToken);

    public Task<string?> DamageAsync(string sha256, CancellationToken cancellationToken) => throw NotATasks();

    public IAsyncEnumerable<StoredArtifact> ListAsync(DateTimeOffset committedBefore, CancellationToken cancellationToken) =>
        throw NotATasks();

    public Task<bool> DeleteAsync(string sha256, DateTimeOffset committedBefore, CancellationToken cancellationToken) => throw NotATasks();

    public Task<int> SweepStagedAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken) => throw NotATasks();

    private static NotSupportedException NotATasks() => new("A task writes and reads artifacts; what is deleted, the engine decides.");
}
