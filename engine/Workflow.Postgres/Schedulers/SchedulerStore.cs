using Dapper;
using Npgsql;

namespace Workflow.Postgres.Schedulers;

/// <summary>The schedulers that are alive, and the partitions that they keep ready.</summary>
public sealed partial class SchedulerStore(NpgsqlDataSource dataSource)
{
    /// <summary>Adds a scheduler.</summary>
    public async Task<long> RegisterAsync(string name, string dagsFolder, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>(Register, new { name, dagsFolder }).ConfigureAwait(false);
    }

    /// <summary>Says that a scheduler lives.</summary>
    public Task HeartbeatAsync(long schedulerId, CancellationToken cancellationToken) => ExecuteAsync(Heartbeat, schedulerId, cancellationToken);

    /// <summary>Says that a scheduler has stopped.</summary>
    public Task StopAsync(long schedulerId, CancellationToken cancellationToken) => ExecuteAsync(Stop, schedulerId, cancellationToken);

    /// <summary>Makes the partitions for the runs to come.</summary>
    /// <returns>How many were made.</returns>
    public async Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<int>(EnsurePartitions).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(string sql, long schedulerId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(sql, new { schedulerId }).ConfigureAwait(false);
    }
}
