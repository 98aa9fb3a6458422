using Dapper;
using Npgsql;

namespace Workflow.Postgres.Events;

/// <summary>An event that was recorded.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Key">Its key.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Woken">How many waiting tasks it woke.</param>
public sealed record RecordedEvent(long EventId, string Key, DateTime CreatedAt, int Woken);

/// <summary>Records what something outside tells waiting tasks.</summary>
public sealed partial class ExternalEventStore(NpgsqlDataSource dataSource)
{
    /// <summary>The longest key.</summary>
    public const int LongestKey = 500;

    /// <summary>Records an event and wakes the tasks that wait for it. One transaction: a kill leaves no event that woke nobody.</summary>
    /// <param name="key">What tasks wait for.</param>
    /// <param name="payload">What they get, as JSON; null for nothing.</param>
    /// <param name="source">Who sent it.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<RecordedEvent> RecordAsync(string key, string? payload, string source, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var recorded = await connection.QuerySingleAsync<RecordedEvent>(Record, new { key, payload, source }, transaction)
            .ConfigureAwait(false);
        if (recorded.Woken > 0)
            await connection.ExecuteAsync(Notify, transaction: transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return recorded;
    }
}
