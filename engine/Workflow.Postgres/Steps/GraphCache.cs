using System.Collections.Concurrent;
using Npgsql;
using Workflow.Graphs;

namespace Workflow.Postgres.Steps;

/// <summary>The graphs of DAG versions, read once each. Versions are immutable, so nothing here goes stale.</summary>
/// <remarks>Bounded: when it is full it starts anew, which costs one read for each version in use.</remarks>
public sealed partial class GraphCache(NpgsqlDataSource dataSource)
{
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<long, DagGraph> graphs = new();

    /// <summary>The graph of a version.</summary>
    /// <exception cref="WorkflowException">There is no such version.</exception>
    public async ValueTask<DagGraph> GetAsync(long dagVersionId, CancellationToken cancellationToken)
    {
        if (graphs.TryGetValue(dagVersionId, out var known))
            return known;

        await using var command = dataSource.CreateCommand(Load);
        command.Parameters.Add(new() { Value = dagVersionId });
        var json = (string?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new WorkflowException($"DAG version {dagVersionId} is not in the database.");
        if (graphs.Count >= Capacity)
            graphs.Clear();
        return graphs.GetOrAdd(dagVersionId, DagGraph.FromJson(json));
    }
}
