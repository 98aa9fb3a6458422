using Dapper;
using Npgsql;

namespace Workflow.Postgres.Retention;

/// <summary>A partition of runs that gets no new ones.</summary>
/// <param name="Part">Its number.</param>
/// <param name="ClosedAt">Since when it gets no new runs.</param>
/// <param name="IsDetached">Whether its runs are gone and its tables are being dropped.</param>
/// <param name="IsUnfinished">Whether any of its runs has not ended.</param>
/// <param name="LastEnd">When the last of its runs ended; null when none did.</param>
/// <param name="HasLogs">Whether it has logs.</param>
/// <param name="Now">The database's time, by which ages count.</param>
public sealed record RunPartition(
    int Part, DateTime ClosedAt, bool IsDetached, bool IsUnfinished, DateTime? LastEnd, bool HasLogs, DateTime Now);

/// <summary>A version that is due to move to the cold store.</summary>
/// <param name="VersionId">The engine's key of the version.</param>
/// <param name="Sha256">The artifact's hash.</param>
public sealed record ColdCandidate(long VersionId, string Sha256);

/// <summary>
/// Removes what is old: partitions as a whole, and what has none in short batches, each a transaction of its own. Any number of schedulers
/// may do so at once; a kill at any instant leaves the rest to the next turn.
/// </summary>
public sealed partial class RetentionStore(NpgsqlDataSource dataSource)
{
    /// <summary>How many rows a batch deletes: short enough to hold nobody up.</summary>
    public const int BatchSize = 500;

    /// <summary>How many records of what attempts read a batch deletes: small rows, of which there are many.</summary>
    public const int ReadBatchSize = 10_000;

    /// <summary>The partitions that have had no new runs for longer than an age.</summary>
    public async Task<IReadOnlyList<RunPartition>> PartitionsAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var command = Command(Partitions, new { age }, cancellationToken);
        return (await connection.QueryAsync<RunPartition>(command).ConfigureAwait(false)).AsList();
    }

    /// <summary>Deletes a batch of a partition's runs that ended before a time. Their tasks stay until the partition is dropped.</summary>
    /// <returns>How many were deleted; fewer than a batch when that was the last.</returns>
    public Task<int> DeleteRunsAsync(int part, DateTime endedBefore, CancellationToken cancellationToken) =>
        ScalarAsync<int>(DeleteRuns, new { part, endedBefore, limit = BatchSize }, cancellationToken);

    /// <summary>Deletes a batch of what attempts read whose runs in a partition are gone.</summary>
    /// <returns>How many were deleted; fewer than a batch when that was the last.</returns>
    public async Task<int> DeleteReadsAsync(int part, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(Command(DeleteReads, new { part, limit = ReadBatchSize }, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>Drops a partition that has no runs any more, and those that an earlier call began to drop.</summary>
    /// <returns>How many were dropped.</returns>
    /// <exception cref="PostgresException">Its tables are in use: <see cref="IsInUse"/>. The next turn tries again.</exception>
    public async Task<int> DropAsync(int part, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (await connection.ExecuteScalarAsync<bool>(Command(HasReads, new { part }, cancellationToken)).ConfigureAwait(false))
            return 0;
        foreach (var table in await connection.QueryAsync<string>(Command(PartitionedTables, null, cancellationToken))
            .ConfigureAwait(false))
        {
            if (!await connection.ExecuteScalarAsync<bool>(Command(Detach, new { part, table }, cancellationToken)).ConfigureAwait(false))
                return 0;
        }

        return await connection.ExecuteScalarAsync<int>(Command(DropDetached, null, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Removes the logs of a partition whose runs all ended before a time.</summary>
    /// <returns>False when one of them goes on meanwhile.</returns>
    /// <exception cref="PostgresException">They are being read or written: <see cref="IsInUse"/>. The next turn tries again.</exception>
    public Task<bool> EmptyLogsAsync(int part, DateTime endedBefore, CancellationToken cancellationToken) =>
        ScalarAsync<bool>(EmptyLogs, new { part, endedBefore }, cancellationToken);

    /// <summary>Deletes a batch of the events that are older than an age and that nobody waits for.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DeleteEventsAsync(TimeSpan age, CancellationToken cancellationToken) =>
        await ExecuteAsync(DeleteDatasetEvents, age, cancellationToken).ConfigureAwait(false)
        + await ExecuteAsync(DeleteExternalEvents, age, cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes a batch of the workers and schedulers that stopped longer ago than an age.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DeleteProcessesAsync(TimeSpan age, CancellationToken cancellationToken) =>
        await ExecuteAsync(DeleteWorkers, age, cancellationToken).ConfigureAwait(false)
        + await ExecuteAsync(DeleteSchedulers, age, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Deletes a batch of the rows that attempts staged longer ago than an age and never published, unless the attempt still runs.
    /// </summary>
    /// <returns>How many.</returns>
    public Task<int> DeleteStagedAsync(TimeSpan age, CancellationToken cancellationToken) =>
        ExecuteAsync(DeleteStaged, age, cancellationToken);

    /// <summary>
    /// Those of some artifacts that nothing needs in the store in front: no version refers to them, or only such as are cold.
    /// </summary>
    /// <param name="hashes">The artifacts.</param>
    /// <param name="grace">For how long what has expired, or grown cold, still counts.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<IReadOnlyList<string>> UnreferencedAsync(
        IReadOnlyList<string> hashes, TimeSpan grace, CancellationToken cancellationToken) =>
        HashesAsync(Unreferenced, new { hashes = hashes.ToArray(), age = grace }, cancellationToken);

    /// <summary>Those of some artifacts that no version refers to that is cold.</summary>
    /// <inheritdoc cref="UnreferencedAsync" path="/param" />
    public Task<IReadOnlyList<string>> UnreferencedColdAsync(
        IReadOnlyList<string> hashes, TimeSpan grace, CancellationToken cancellationToken) =>
        HashesAsync(UnreferencedCold, new { hashes = hashes.ToArray(), age = grace }, cancellationToken);

    /// <summary>Lets a batch of versions expire whose datasets do not keep them and which nothing needs. Their records stay.</summary>
    /// <returns>How many.</returns>
    public async Task<int> ExpireVersionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var due = await connection.QueryAsync<long>(
            new CommandDefinition(LockDueVersions, new { limit = BatchSize }, transaction, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        var expired = await connection.ExecuteAsync(
            new CommandDefinition(ExpireVersions, new { versionIds = due.ToArray() }, transaction, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return expired;
    }

    /// <summary>A batch of the versions that are due to move to the cold store, in the order of their keys.</summary>
    /// <param name="after">The key of the last version of the batch before; 0 for the first.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<ColdCandidate>> ColdCandidatesAsync(long after, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.QueryAsync<ColdCandidate>(Command(ColdCandidates, new { after, limit = BatchSize }, cancellationToken))
            .ConfigureAwait(false)).AsList();
    }

    /// <summary>Says that the versions of an artifact which are due lie in the cold store from now on.</summary>
    /// <returns>How many versions.</returns>
    public async Task<int> MarkColdAsync(string sha256, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(Command(MarkCold, new { sha256 }, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Whether tables could not be dropped or emptied because others use them at this moment.</summary>
    public static bool IsInUse(PostgresException refusal) => refusal?.SqlState == PostgresErrorCodes.LockNotAvailable;

    private static CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);

    private async Task<IReadOnlyList<string>> HashesAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.QueryAsync<string>(Command(sql, parameters, cancellationToken)).ConfigureAwait(false)).AsList();
    }

    private async Task<int> ExecuteAsync(string sql, TimeSpan age, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(Command(sql, new { age, limit = BatchSize }, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<T> ScalarAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.ExecuteScalarAsync<T>(Command(sql, parameters, cancellationToken)).ConfigureAwait(false))!;
    }
}
