using Dapper;
using Npgsql;

namespace Workflow.Postgres.Workers;

/// <summary>Workers and their leases: one heartbeat row for each worker process holds the lease of all its attempts.</summary>
public sealed partial class WorkerStore(NpgsqlDataSource dataSource)
{
    /// <summary>How long a worker may be silent before its attempts are taken from it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>How often a worker says that it lives: five times a lease, so that a slow database is not taken for a death.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(3);

    /// <summary>Adds a worker.</summary>
    /// <returns>Its id: the fence of everything that it writes.</returns>
    public async Task<long> RegisterAsync(
        string name, IReadOnlyList<string> queues, int slots, string engineVersion, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>(Register, new { name, queues = queues.ToArray(), slots, engineVersion })
            .ConfigureAwait(false);
    }

    /// <summary>Renews a worker's lease.</summary>
    /// <returns>False when the worker was declared dead: it must stop what it runs and register anew.</returns>
    public async Task<bool> HeartbeatAsync(long workerId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(Heartbeat, new { workerId }).ConfigureAwait(false) == 1;
    }

    /// <summary>Ends a worker's lease at once: it has drained, or its process is known to have ended.</summary>
    public async Task StopAsync(long workerId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(Stop, new { workerId }).ConfigureAwait(false);
    }

    /// <summary>Ends the leases of all workers of a name, when their supervisor saw the process end.</summary>
    public async Task StopByNameAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(StopByName, new { name }).ConfigureAwait(false);
    }

    /// <summary>
    /// Declares dead the workers whose lease has run out, and returns all dead ones that still hold attempts. A worker that wakes after
    /// this finds its heartbeat refused and every write fenced off.
    /// </summary>
    public async Task<IReadOnlyList<(long WorkerId, string Name)>> BuryAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(Expire, new { lease = Lease }).ConfigureAwait(false);
        return [.. await connection.QueryAsync<(long, string)>(DeadHolders).ConfigureAwait(false)];
    }
}
