using Dapper;
using Npgsql;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>
/// Gives slots to tasks that limits apply to: reads who waits and what is taken, asks <see cref="Admission"/>, and writes what it says.
/// </summary>
/// <remarks>Tasks without limits never come here. A kill before the commit leaves all waiting for the next turn.</remarks>
public sealed partial class AdmissionStore(NpgsqlDataSource dataSource, GraphCache graphs)
{
    /// <summary>How many waiting elements of one task are looked at in a turn.</summary>
    private const int PerTask = 100;

    /// <summary>Admits what fits.</summary>
    /// <returns>How many were admitted.</returns>
    public async Task<int> AdmitAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(Lock, transaction: transaction).ConfigureAwait(false);
        var rows =
            (await connection.QueryAsync<WaitingRow>(Waiting, new { perTask = PerTask }, transaction).ConfigureAwait(false)).AsList();
        if (rows.Count == 0)
            return 0;

        var pools = (await connection.QueryAsync<(string Pool, int Slots)>(Pools, transaction: transaction).ConfigureAwait(false))
            .ToDictionary(row => row.Pool, row => row.Slots);
        var (used, usedByLane) = await UsedAsync(connection, transaction, pools, cancellationToken).ConfigureAwait(false);
        var waiting = new List<WaitingTask>(rows.Count);
        foreach (var row in rows)
        {
            var (graph, settings) = await graphs.GetVersionAsync(row.DagVersionId, cancellationToken).ConfigureAwait(false);
            waiting.Add(new WaitingTask(
                new TaskKey(row.RunId, row.TaskIndex, row.MapIndex), row.DagId, row.Lane, graph.Tasks[row.TaskIndex], settings,
                new DateTimeOffset(DateTime.SpecifyKind(row.ReadyAt, DateTimeKind.Utc))));
        }

        var admitted = Admission.Decide(waiting, used, usedByLane, pools);
        if (admitted.Count == 0)
            return 0;
        var count = await connection.ExecuteAsync(
            Admit,
            new
            {
                runs = admitted.Select(task => task.Key.RunId).ToArray(),
                tasks = admitted.Select(task => task.Key.TaskIndex).ToArray(),
                maps = admitted.Select(task => task.Key.MapIndex).ToArray(),
            },
            transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(Notify, transaction: transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    private async Task<(Dictionary<string, int> Used, Dictionary<int, int> ByLane)> UsedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Dictionary<string, int> pools, CancellationToken cancellationToken)
    {
        var used = new Dictionary<string, int>();
        var byLane = new Dictionary<int, int>();
        foreach (var row in await connection.QueryAsync<UsedRow>(Used, transaction: transaction).ConfigureAwait(false))
        {
            var (graph, settings) = await graphs.GetVersionAsync(row.DagVersionId, cancellationToken).ConfigureAwait(false);
            foreach (var limit in Admission.Limits(row.DagId, row.RunId, graph.Tasks[row.TaskIndex], settings, pools))
                used[limit.Key] = used.GetValueOrDefault(limit.Key) + (limit.Amount * row.Count);
            byLane[row.Lane] = byLane.GetValueOrDefault(row.Lane) + row.Count;
        }

        return (used, byLane);
    }

    private sealed record WaitingRow(long RunId, int TaskIndex, int MapIndex, int Lane, DateTime ReadyAt, string DagId, long DagVersionId);

    private sealed record UsedRow(long RunId, int TaskIndex, int Lane, string DagId, long DagVersionId, int Count);
}
