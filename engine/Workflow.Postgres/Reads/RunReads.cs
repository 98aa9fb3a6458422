using Npgsql;
using Workflow.Graphs;

namespace Workflow.Postgres.Reads;

/// <summary>A run.</summary>
public sealed record RunRow(
    long RunId, string DagId, string RunKey, string RunType, string State, DateTime? LogicalDate, DateTime? IntervalStart,
    DateTime? IntervalEnd, DateTime RunAfter, DateTime CreatedAt, DateTime? FinishedAt, string Conf, long DagVersionId, int VersionNumber,
    string TriggeredBy, string? Note, DateTime? StartedAt, string? Ordered, string? Message);

/// <summary>How many task instances of a run are in a state.</summary>
public sealed record TaskCountRow(long RunId, string State, int Count);

/// <summary>The task that made a run fail.</summary>
public sealed record FailureRow(long RunId, string TaskId, string? Message);

/// <summary>A run that waits for its start, and what for.</summary>
public sealed record QueuedRunRow(
    long RunId, DateTime Now, DateTime RunAfter, bool IsPaused, bool IsBackfill, int Running, int MaxActiveRuns, int Ahead);

/// <summary>What pages show of runs.</summary>
public sealed partial class RunReads(NpgsqlDataSource dataSource)
{
    /// <summary>How many task instances of each run a list may read to find its failure.</summary>
    public const int FailureReach = 500;

    /// <summary>Stands for any DAG, as in Airflow's API.</summary>
    public const string AnyDag = "~";

    /// <summary>Runs in the order of their creation.</summary>
    /// <param name="dagId">The DAG, or <see cref="AnyDag"/>.</param>
    /// <param name="state">The only state wanted; null for all.</param>
    /// <param name="newestFirst">The direction.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<PageOf<RunRow>> ListAsync(
        string dagId, string? state, bool newestFirst, int limit, int offset, CancellationToken cancellationToken)
    {
        var (newest, oldest, count) = dagId == AnyDag ? (NewestOfAll, OldestOfAll, CountOfAll) : (NewestOfDag, OldestOfDag, CountOfDag);
        return dataSource.PageAsync<RunRow>(newestFirst ? newest : oldest, count, new { dagId, state, limit, offset }, cancellationToken);
    }

    /// <summary>The runs of a key: at most one of a DAG, perhaps several of <see cref="AnyDag"/>.</summary>
    public Task<IReadOnlyList<RunRow>> FindAsync(string dagId, string runKey, CancellationToken cancellationToken) =>
        dataSource.ListAsync<RunRow>(dagId == AnyDag ? FindInAll : FindInDag, new { dagId, runKey }, cancellationToken);

    /// <summary>How many task instances of each run are in each state. Reads all of them.</summary>
    public Task<IReadOnlyList<TaskCountRow>> TaskCountsAsync(IReadOnlyList<long> runIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<TaskCountRow>(TaskCounts, new { runIds = runIds.ToArray() }, cancellationToken);

    /// <summary>The first failure of each run, as far as it is among so many of the run's tasks.</summary>
    public Task<IReadOnlyList<FailureRow>> FailuresAsync(IReadOnlyList<long> runIds, int reach, CancellationToken cancellationToken) =>
        dataSource.ListAsync<FailureRow>(Failures, new { runIds = runIds.ToArray(), reach }, cancellationToken);

    /// <summary>Those of some runs that wait for their start.</summary>
    public Task<IReadOnlyList<QueuedRunRow>> QueuedAsync(IReadOnlyList<long> runIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<QueuedRunRow>(
            Queued, new { runIds = runIds.ToArray(), defaultLimit = DagSettings.DefaultMaxActiveRuns }, cancellationToken);
}
