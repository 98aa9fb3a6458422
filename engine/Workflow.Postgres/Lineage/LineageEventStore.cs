using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;

namespace Workflow.Postgres.Lineage;

/// <summary>An event that is to be delivered.</summary>
/// <param name="Id">Its key; the order of the keys is that of delivery.</param>
/// <param name="RunId">The run that it is about.</param>
/// <param name="Tries">How often it has failed.</param>
/// <param name="LeasedUntil">Until when nobody else takes it: the mark of having taken it.</param>
/// <param name="IsFailing">Whether one of its run has failed and is not given up.</param>
public sealed record DueEvent(long Id, long RunId, int Tries, DateTime LeasedUntil, bool IsFailing);

/// <summary>The outbox of lineage events.</summary>
public sealed partial class LineageEventStore(NpgsqlDataSource dataSource)
{
    private const int DeletedAtOnce = 500;

    /// <summary>Takes the events that are due, oldest first; none of a run of which an earlier one is out or waits.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="lease">For how long nobody else takes them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DueEvent>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition(Lock, transaction: transaction, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        var due = await connection.QueryAsync<DueEvent>(
            new CommandDefinition(Claim, new { limit, lease }, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return [.. due.OrderBy(one => one.IsFailing).ThenBy(one => one.Id)];
    }

    /// <summary>What an event tells of, as JSON.</summary>
    public async Task<string> FactsAsync(long id, CancellationToken cancellationToken) =>
        (await dataSource.FirstAsync<string>(Facts, new { id }, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Records that the receiver has an event.</summary>
    public Task DeliveredAsync(long id, CancellationToken cancellationToken) => ExecuteAsync(Delivered, new { id }, cancellationToken);

    /// <summary>Records that the receiver will never take an event.</summary>
    public Task RefusedAsync(long id, string reason, CancellationToken cancellationToken) =>
        ExecuteAsync(Refused, new { id, reason }, cancellationToken);

    /// <summary>Lets an event, and with it all that follow of its run, wait.</summary>
    /// <param name="due">The event.</param>
    /// <param name="pause">For how long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How often it has failed while others were delivered; 0 when somebody else has taken it since.</returns>
    public async Task<int> FailedAsync(DueEvent due, TimeSpan pause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(due);
        return await dataSource.FirstAsync<int?>(Failed, new { due.Id, pause, due.LeasedUntil }, cancellationToken).ConfigureAwait(false)
            ?? 0;
    }

    /// <summary>Gives events back that were taken together.</summary>
    public Task ReleaseAsync(IReadOnlyCollection<DueEvent> taken, CancellationToken cancellationToken) => ExecuteAsync(
        Release, new { ids = taken.Select(one => one.Id).ToArray(), taken.First().LeasedUntil }, cancellationToken);

    /// <summary>Deletes a batch of events of an age.</summary>
    /// <param name="age">How old they are at least.</param>
    /// <param name="keepsDue">Whether those that were not delivered stay.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were deleted.</returns>
    public Task<int> DeleteAsync(TimeSpan age, bool keepsDue, CancellationToken cancellationToken) =>
        ExecuteAsync(keepsDue ? DeleteSettled : DeleteOld, new { age, limit = DeletedAtOnce }, cancellationToken);

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
    }
}
