using System.Collections.Concurrent;
using Npgsql;
using Workflow.Graphs;

namespace Workflow.Postgres.Steps;

/// <summary>What scheduling needs to know of DAG versions, read once each. Versions are immutable, so nothing here goes stale.</summary>
/// <remarks>Bounded: when it is full it starts anew, which costs one read for each version in use.</remarks>
public sealed partial class GraphCache(NpgsqlDataSource dataSource)
{
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<long, (DagGraph Graph, DagSettings Settings)> versions = new();

    /// <summary>The graph of a version.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async ValueTask<DagGraph> GetAsync(long dagVersionId, CancellationToken cancellationToken) =>
        (await GetVersionAsync(dagVersionId, cancellationToken).ConfigureAwait(false)).Graph;

    /// <summary>The graph of a version, and what it says of runs as a whole.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async ValueTask<(DagGraph Graph, DagSettings Settings)> GetVersionAsync(long dagVersionId, CancellationToken cancellationToken)
    {
        if (versions.TryGetValue(dagVersionId, out var known))
            return known;

        await using var command = dataSource.CreateCommand(Load);
        command.Parameters.Add(Batches.Value(dagVersionId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            throw new WorkflowException($"DAG version {dagVersionId} is not in the database.");
        if (versions.Count >= Capacity)
            versions.Clear();
        return versions.GetOrAdd(dagVersionId, (DagGraph.FromJson(reader.GetString(0)), DagSettings.FromJson(reader.GetString(1))));
    }
}
