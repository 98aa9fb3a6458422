using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A backfill.</summary>
public sealed record BackfillRow(
    long BackfillId, string DagId, DateTime FromDate, DateTime ToDate, string Reprocess, int MaxActiveRuns, bool RunBackwards, string Conf,
    string State, string? Message, string CreatedBy, DateTime CreatedAt, DateTime UpdatedAt, DateTime? StartedAt, DateTime? FinishedAt);

/// <summary>How many dates of a backfill came to something, and how the runs of these are.</summary>
/// <param name="BackfillId">The backfill.</param>
/// <param name="Outcome">What came of the dates.</param>
/// <param name="RunState">The state of their runs; null for those without one.</param>
/// <param name="Count">How many.</param>
public sealed record BackfillCountRow(long BackfillId, string Outcome, string? RunState, int Count);

/// <summary>A date of a backfill, and its run.</summary>
public sealed record BackfillDateRow(
    DateTime LogicalDate, DateTime? IntervalStart, string Outcome, string? RunKey, string? RunState, DateTime? StartedAt,
    DateTime? FinishedAt);

/// <summary>What pages show of backfills.</summary>
public sealed partial class BackfillReads(NpgsqlDataSource dataSource)
{
    /// <summary>Backfills, newest first.</summary>
    /// <param name="dagId">The only DAG wanted; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<PageOf<BackfillRow>> ListAsync(string? dagId, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<BackfillRow>(Newest, CountAll, new { dagId, limit, offset }, cancellationToken);

    /// <summary>One backfill; null when there is none.</summary>
    public Task<BackfillRow?> FindAsync(long id, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<BackfillRow>(Find, new { id }, cancellationToken);

    /// <summary>A DAG's backfill that has not ended; null when there is none.</summary>
    public Task<long?> ActiveAsync(string dagId, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<long?>(Active, new { dagId }, cancellationToken);

    /// <summary>How far backfills are. Reads all of their dates.</summary>
    public Task<IReadOnlyList<BackfillCountRow>> CountsAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        dataSource.ListAsync<BackfillCountRow>(Counts, new { ids = ids.ToArray() }, cancellationToken);

    /// <summary>Dates of a backfill in the order in which their turn comes.</summary>
    public Task<PageOf<BackfillDateRow>> DatesAsync(long id, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<BackfillDateRow>(Dates, CountDates, new { id, limit, offset }, cancellationToken);
}
