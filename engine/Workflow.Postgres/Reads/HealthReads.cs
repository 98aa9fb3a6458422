using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>Whether schedulers and workers answer, by the database's clock.</summary>
public sealed record HealthRow(DateTime? SchedulerHeartbeat, bool SchedulerAlive, int Workers, int Slots);

/// <summary>A scheduler that lives, or that has the say about the DAG folder.</summary>
public sealed record SchedulerRow(
    string Name, string DagsFolder, DateTime StartedAt, DateTime HeartbeatAt, bool HasTheSay, DateTime? ElectedAt);

/// <summary>A run as the stream of changes sees it.</summary>
public sealed record RunChangeRow(long RunId, string DagId, string RunKey, string State, int Unfinished);

/// <summary>What is asked again and again: health, and what has changed.</summary>
public sealed partial class HealthReads(NpgsqlDataSource dataSource)
{
    /// <summary>Whether schedulers and workers answered within a lease.</summary>
    public async Task<HealthRow> HealthAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        (await dataSource.FirstAsync<HealthRow>(Health, new { lease }, cancellationToken).ConfigureAwait(false))!;

    /// <summary>The schedulers that answered within a lease, and the one whose DAG folder counts.</summary>
    public Task<IReadOnlyList<SchedulerRow>> SchedulersAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        dataSource.ListAsync<SchedulerRow>(Schedulers, new { lease }, cancellationToken);

    /// <summary>The id of the newest run; 0 without any.</summary>
    public Task<long> NewestRunAsync(CancellationToken cancellationToken) =>
        dataSource.FirstAsync<long>(NewestRun, null, cancellationToken);

    /// <summary>The newest of the running runs, and of those asked for and those created after one, whatever their state.</summary>
    public Task<IReadOnlyList<RunChangeRow>> RunsAsync(
        IReadOnlyList<long> runIds, long after, int limit, CancellationToken cancellationToken) =>
        dataSource.ListAsync<RunChangeRow>(Runs, new { runIds = runIds.ToArray(), after, limit }, cancellationToken);

    /// <summary>A text that differs when a DAG, a version or an import error has changed.</summary>
    public Task<string?> DagsFingerprintAsync(CancellationToken cancellationToken) =>
        dataSource.FirstAsync<string>(DagsFingerprint, null, cancellationToken);
}
