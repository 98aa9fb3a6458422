using Dapper;
using Npgsql;

namespace Workflow.Postgres.Schedulers;

/// <summary>The scheduler whose DAG folder counts.</summary>
/// <param name="SchedulerId">The scheduler.</param>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Term">The number of the holding, which tells it from any other.</param>
public sealed record FolderHolder(long SchedulerId, string Name, string Folder, int Term);

/// <summary>The schedulers that are alive, whose folder counts, and the partitions that they keep ready.</summary>
public sealed partial class SchedulerStore(NpgsqlDataSource dataSource)
{
    /// <summary>How long a scheduler may be silent before another with the same folder takes over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>How long it may be silent, or stopped, before one with a different folder does.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Adds a scheduler.</summary>
    public async Task<long> RegisterAsync(string name, string dagsFolder, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>(Register, new { name, dagsFolder }).ConfigureAwait(false);
    }

    /// <summary>Says that a scheduler lives.</summary>
    public Task HeartbeatAsync(long schedulerId, CancellationToken cancellationToken) =>
        ExecuteAsync(Heartbeat, schedulerId, cancellationToken);

    /// <summary>Says that a scheduler has stopped.</summary>
    public Task StopAsync(long schedulerId, CancellationToken cancellationToken) => ExecuteAsync(Stop, schedulerId, cancellationToken);

    /// <summary>Makes the partitions for the runs to come.</summary>
    /// <param name="period">Begins a new one when the oldest run of the one in use is older than this; null for only when it is
    /// full.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>How many were made.</returns>
    public async Task<int> EnsurePartitionsAsync(TimeSpan? period, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<int>(EnsurePartitions, new { period }).ConfigureAwait(false);
    }

    /// <summary>Takes the say about DAGs for a scheduler's folder, unless another scheduler that lives has it.</summary>
    /// <returns>Who has it.</returns>
    public async Task<FolderHolder> HoldFolderAsync(long schedulerId, string folder, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(HoldFolder, new { schedulerId, folder, lease = Lease, patience = Patience }).ConfigureAwait(false);
        return await connection.QuerySingleAsync<FolderHolder>(Holder).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(string sql, long schedulerId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(sql, new { schedulerId }).ConfigureAwait(false);
    }
}
