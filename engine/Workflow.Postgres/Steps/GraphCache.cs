using System.Collections.Concurrent;
using Npgsql;
using Workflow.Graphs;

namespace Workflow.Postgres.Steps;

/// <summary>What scheduling needs to know of DAG versions, read once each. Versions are immutable, so nothing here goes stale.</summary>
/// <remarks>
/// Bounded: when it is full it starts anew, which costs one read for each version in use. Those who ask for one version at the same time
/// share the read: the tasks of a large DAG begin together, and each reading its graph would take seconds.
/// </remarks>
public sealed partial class GraphCache(NpgsqlDataSource dataSource)
{
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<long, Lazy<Task<Version>>> versions = new();

    /// <summary>The graph of a version.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async ValueTask<DagGraph> GetAsync(long dagVersionId, CancellationToken cancellationToken) =>
        (await GetVersionAsync(dagVersionId, cancellationToken).ConfigureAwait(false)).Graph;

    /// <summary>The graph of a version, and what it says of runs as a whole.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async ValueTask<(DagGraph Graph, DagSettings Settings)> GetVersionAsync(long dagVersionId, CancellationToken cancellationToken)
    {
        var version = await ReadOnceAsync(dagVersionId, cancellationToken).ConfigureAwait(false);
        return version.Content(dagVersionId);
    }

    /// <summary>Whether this build can run a version's code; one that a newer engine stored may need more than it has.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async ValueTask<bool> CanRunAsync(long dagVersionId, CancellationToken cancellationToken) =>
        (await ReadOnceAsync(dagVersionId, cancellationToken).ConfigureAwait(false)).CodeLevel <= EngineVersion.CodeLevel;

    private async ValueTask<Version> ReadOnceAsync(long dagVersionId, CancellationToken cancellationToken)
    {
        var read = versions.GetOrAdd(dagVersionId, id => new(() => ReadAsync(id)));
        try
        {
            return read is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
                ? read.Value.Result
                : await read.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (read.Value.IsFaulted)
        {
            versions.TryRemove(new(dagVersionId, read));
            throw;
        }
    }

    /// <summary>The same within somebody's transaction, whose connection is used: while it is open, no second one is waited for.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    internal async ValueTask<(DagGraph Graph, DagSettings Settings)> GetVersionAsync(
        long dagVersionId, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!versions.TryGetValue(dagVersionId, out var known)
            || known is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var read = await ReadAsync(dagVersionId, connection, cancellationToken).ConfigureAwait(false);
            versions[dagVersionId] = known = new Lazy<Task<Version>>(Task.FromResult(read));
        }

        var version = await known.Value.ConfigureAwait(false);
        return version.Content(dagVersionId);
    }

    private async Task<Version> ReadAsync(long dagVersionId)
    {
        await using var connection = await dataSource.OpenConnectionAsync().ConfigureAwait(false);
        return await ReadAsync(dagVersionId, connection, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<Version> ReadAsync(long dagVersionId, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Load, connection);
        command.Parameters.Add(Batches.Value(dagVersionId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            throw new WorkflowException($"DAG version {dagVersionId} is not in the database.");
        if (versions.Count >= Capacity)
            versions.Clear();
        var level = reader.GetInt32(2);
        return level > EngineVersion.CodeLevel
            ? new Version(null, null, level)
            : new Version(DagGraph.FromJson(reader.GetString(0)), DagSettings.FromJson(reader.GetString(1)), level);
    }

    /// <summary>A version; without what only a newer engine can read.</summary>
    private sealed record Version(DagGraph? Graph, DagSettings? Settings, int CodeLevel)
    {
        public (DagGraph Graph, DagSettings Settings) Content(long dagVersionId) => Graph is not null && Settings is not null
            ? (Graph, Settings)
            : throw new WorkflowException(
                $"DAG version {dagVersionId} was stored by a newer engine: it needs level {CodeLevel}, this build has {EngineVersion.CodeLevel}. Upgrade it.");
    }
}
