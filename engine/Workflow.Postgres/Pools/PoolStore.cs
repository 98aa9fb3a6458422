using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Reads;

namespace Workflow.Postgres.Pools;

/// <summary>A pool, and how much of it is taken.</summary>
/// <param name="Name">The pool.</param>
/// <param name="Slots">How many there are; -1 for no limit.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Occupied">How many are taken.</param>
/// <param name="Running">How many of these by tasks that run.</param>
/// <param name="Waiting">How many are waited for.</param>
public sealed record PoolRow(string Name, int Slots, string Description, int Occupied, int Running, int Waiting);

/// <summary>A pool cannot be changed so; the message names the tasks that need it otherwise.</summary>
public sealed class PoolException(string message) : WorkflowException(message);

/// <summary>Pools: named numbers of slots that tasks share.</summary>
public sealed partial class PoolStore(NpgsqlDataSource dataSource)
{
    private const int NamedTasks = 10;

    /// <summary>All pools by name.</summary>
    public Task<IReadOnlyList<PoolRow>> ListAsync(CancellationToken cancellationToken) =>
        dataSource.ListAsync<PoolRow>(List, new { pool = (string?)null }, cancellationToken);

    /// <summary>One pool, or null.</summary>
    public Task<PoolRow?> FindAsync(string name, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<PoolRow>(List, new { pool = name }, cancellationToken);

    /// <summary>Makes a pool.</summary>
    /// <returns>False when there is one of that name.</returns>
    public async Task<bool> CreateAsync(string name, int slots, string description, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var created = await connection.ExecuteAsync(Insert, new { name, slots, description }).ConfigureAwait(false) == 1;
        await connection.ExecuteAsync(Notify).ConfigureAwait(false);
        return created;
    }

    /// <summary>
    /// Changes a pool's size or description; null leaves as it is. What has slots keeps them, even where they are too many now.
    /// </summary>
    /// <returns>False when there is none of that name.</returns>
    /// <exception cref="PoolException">A task needs more slots than it would have.</exception>
    /// <remarks>
    /// The first limit of the default pool concerns every task that has none yet: all running runs are held for a moment. A run that starts
    /// in that moment may still have tasks without the limit.
    /// </remarks>
    public async Task<bool> ChangeAsync(string name, int? slots, string? description, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (await connection.ExecuteScalarAsync<int?>(Lock, new { name }, transaction).ConfigureAwait(false) is not { } former)
            return false;
        if (slots is >= 0)
        {
            var what = $"would have {slots} slots, fewer than these tasks need";
            await RequireUnneededAsync(name, slots.Value, what, connection, transaction).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(Update, new { name, slots, description }, transaction).ConfigureAwait(false);
        if (name == TaskDefinition.DefaultPool && former < 0 && slots is >= 0)
        {
            await connection.ExecuteAsync(LockRuns, transaction: transaction).ConfigureAwait(false);
            await connection.ExecuteAsync(LimitDefaultPool, transaction: transaction).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(Notify, transaction: transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes a pool away.</summary>
    /// <returns>False when there is none of that name.</returns>
    /// <exception cref="PoolException">It is the default pool, or a task is in it.</exception>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (name == TaskDefinition.DefaultPool)
            throw new PoolException(
                $"Pool '{name}' cannot be deleted: every task is in it that names no other. Set its slots to -1 for no limit.");
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (await connection.ExecuteScalarAsync<int?>(Lock, new { name }, transaction).ConfigureAwait(false) is null)
            return false;
        await RequireUnneededAsync(name, 0, "is needed by these tasks", connection, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(Delete, new { name }, transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task RequireUnneededAsync(
        string name, int slots, string what, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var needing = (await connection.QueryAsync<string>(Needing, new { name, slots }, transaction).ConfigureAwait(false)).AsList();
        if (needing.Count == 0)
            return;
        var more = needing.Count > NamedTasks ? $" and {needing.Count - NamedTasks} more" : "";
        throw new PoolException($"Pool '{name}' {what}: {string.Join(", ", needing.Take(NamedTasks))}{more}. Change them first.");
    }
}
