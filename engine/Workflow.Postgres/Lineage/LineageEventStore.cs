using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;

namespace Workflow.Postgres.Lineage;

/// <summary>An event that is to be delivered.</summary>
/// <param name="Id">Its key; the order of the keys is that of delivery.</param>
/// <param name="Tries">How often it was tried, with this time.</param>
public sealed record DueEvent(long Id, int Tries);

/// <summary>The outbox of lineage events.</summary>
public sealed partial class LineageEventStore(NpgsqlDataSource dataSource)
{
    private const int DeletedAtOnce = 500;

    /// <summary>Takes the events that are due, oldest first; none while another sender has some or waits.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="lease">For how long nobody else takes them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DueEvent>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition(LockClaims, transaction: transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        var due = await connection.QueryAsync<DueEvent>(
            new CommandDefinition(Claim, new { limit, lease }, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return [.. due.OrderBy(each => each.Id)];
    }

    /// <summary>Keeps claimed events from others for longer: their sender is at work.</summary>
    public Task RenewAsync(IReadOnlyList<long> events, TimeSpan lease, CancellationToken cancellationToken) =>
        ExecuteAsync(Renew, new { events = events.ToArray(), lease }, cancellationToken);

    /// <summary>What an event tells of, as JSON.</summary>
    public async Task<string> FactsAsync(long id, CancellationToken cancellationToken) =>
        (await dataSource.FirstAsync<string>(Facts, new { id }, cancellationToken).ConfigureAwait(false))!;

    /// <summary>Records that the receiver has events.</summary>
    public Task DeliveredAsync(IReadOnlyList<long> events, CancellationToken cancellationToken) =>
        ExecuteAsync(Delivered, new { events = events.ToArray() }, cancellationToken);

    /// <summary>Records that the receiver will never take an event.</summary>
    public Task RefusedAsync(long id, string reason, CancellationToken cancellationToken) =>
        ExecuteAsync(Refused, new { id, reason }, cancellationToken);

    /// <summary>Lets events, and with them all that follow, wait.</summary>
    public Task PostponeAsync(IReadOnlyList<long> events, TimeSpan age, CancellationToken cancellationToken) =>
        ExecuteAsync(Postpone, new { events = events.ToArray(), age }, cancellationToken);

    /// <summary>Deletes a batch of events of an age.</summary>
    /// <param name="age">How old they are at least.</param>
    /// <param name="keepsDue">Whether those that were not delivered stay.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were deleted.</returns>
    public Task<int> DeleteAsync(TimeSpan age, bool keepsDue, CancellationToken cancellationToken) =>
        ExecuteAsync(DeleteOld, new { age, keepsDue, limit = DeletedAtOnce }, cancellationToken);

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false);
    }
}
