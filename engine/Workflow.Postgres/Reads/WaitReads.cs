using Npgsql;
using Workflow.Postgres.Datasets;
using Workflow.Runs;

namespace Workflow.Postgres.Reads;

/// <summary>An external event.</summary>
/// <param name="Payload">What came with it, as JSON; null for nothing.</param>
public sealed record EventRow(string? Payload);

/// <summary>What waiting tasks look at. A database that is away is waited for: that is no failure of the task.</summary>
public sealed partial class WaitReads(NpgsqlDataSource dataSource)
{
    /// <summary>The newest version of a dataset that was published since an instant; null when there is none.</summary>
    public async Task<DatasetVersion?> DatasetAsync(string dataset, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await AskAsync<VersionRow>(Dataset, new { dataset, since }, cancellationToken).ConfigureAwait(false))?.ToVersion();

    /// <summary>The state of a DAG's run of a logical date; null when there is no such run.</summary>
    public async Task<RunState?> RunStateAsync(string dagId, DateTimeOffset logicalDate, CancellationToken cancellationToken)
    {
        var state = await AskAsync<string>(
            RunState, new { dagId, logicalDate = logicalDate.ToUniversalTime() }, cancellationToken).ConfigureAwait(false);
        return state is null ? null : StateNames.Parse<RunState>(state);
    }

    /// <summary>The newest event of a key since a run was created; null when there is none.</summary>
    public Task<EventRow?> EventAsync(string key, long runId, CancellationToken cancellationToken) =>
        AskAsync<EventRow>(Event, new { key, runId }, cancellationToken);

    /// <summary>The database's clock.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        (await AskAsync<NowRow>(Now, null, cancellationToken).ConfigureAwait(false))!.Now.Utc();

    private Task<T?> AskAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
        where T : class =>
        Patience.AskAsync(() => dataSource.FirstAsync<T>(sql, parameters, cancellationToken), cancellationToken);

    private sealed record NowRow(DateTime Now);
}
