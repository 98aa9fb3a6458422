using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>What a DAG is simulated by.</summary>
/// <param name="DagVersionId">Its current version; null while it has none.</param>
/// <param name="Schedule">Its schedule as JSON; null for by hand only.</param>
/// <param name="StartDate">The first instant at which it may fire.</param>
/// <param name="EndDate">The last one.</param>
public sealed record SimulatedDagRow(long? DagVersionId, string? Schedule, DateTime? StartDate, DateTime? EndDate);

/// <summary>What was measured of a task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Seconds">The median duration of its successful instances; null when there were none.</param>
/// <param name="Elements">The median number of its elements, if it is mapped.</param>
public sealed record MeasuredTaskRow(string TaskId, double? Seconds, int? Elements);

/// <summary>What simulations start from.</summary>
public sealed partial class SimulationReads(NpgsqlDataSource dataSource)
{
    /// <summary>Over how many of the last runs durations are measured.</summary>
    public const int MeasuredRuns = 50;

    /// <summary>A DAG, or null.</summary>
    public Task<SimulatedDagRow?> FindAsync(string dagId, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<SimulatedDagRow>(Find, new { dagId }, cancellationToken);

    /// <summary>What was measured of each task over the last runs that ended.</summary>
    public Task<IReadOnlyList<MeasuredTaskRow>> MeasuredAsync(string dagId, CancellationToken cancellationToken) =>
        dataSource.ListAsync<MeasuredTaskRow>(Measured, new { dagId, count = MeasuredRuns }, cancellationToken);
}
