using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;

namespace Workflow.Postgres.Dags;

/// <summary>A DAG whose fire time has come, or whose own timetable failed when it was asked for one.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="VersionId">The version whose code holds its own timetable, if it has one.</param>
/// <param name="Schedule">Its schedule as JSON.</param>
/// <param name="StartDate">The first instant at which it may fire.</param>
/// <param name="EndDate">The last one.</param>
/// <param name="Catchup">Whether missed fire times get runs.</param>
/// <param name="IsPaused">Whether it is paused.</param>
/// <param name="Changes">How often its schedule has changed: the fence for <see cref="ScheduleStore.AdvanceAsync"/>.</param>
/// <param name="FireAt">The fire time; null when none is known since the timetable failed.</param>
/// <param name="LastFireAt">The newest fire time that was dealt with.</param>
/// <param name="Error">Why its own timetable gave no fire time.</param>
/// <param name="Now">The database's clock.</param>
public sealed record DueDag(
    string DagId, long? VersionId, string Schedule, DateTime? StartDate, DateTime? EndDate, bool Catchup, bool IsPaused, int Changes,
    DateTime? FireAt, DateTime? LastFireAt, string? Error, DateTime Now)
{
    /// <summary>The schedule and its bounds.</summary>
    /// <exception cref="System.Text.Json.JsonException">A newer engine wrote a schedule that this one does not know.</exception>
    public ScheduleSettings Settings => new(Workflow.Schedule.FromJson(Schedule), StartDate.Utc(), EndDate.Utc(), Catchup);
}

/// <summary>A continuous DAG without an active run.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="FireAt">The instant since which it has none.</param>
/// <param name="Previous">The logical date of its run before.</param>
public sealed record IdleDag(string DagId, DateTime FireAt, DateTime? Previous);

/// <summary>When DAGs are due. The database's clock decides.</summary>
public sealed partial class ScheduleStore(NpgsqlDataSource dataSource)
{
    /// <summary>The DAGs whose fire time has come.</summary>
    public Task<IReadOnlyList<DueDag>> DueAsync(CancellationToken cancellationToken) =>
        dataSource.ListAsync<DueDag>(Due, null, cancellationToken);

    /// <summary>Moves a DAG's fire time on, unless another scheduler has, or the schedule has changed since.</summary>
    /// <param name="due">What was acted on.</param>
    /// <param name="last">The newest fire time that was dealt with.</param>
    /// <param name="next">The fire time to wait for.</param>
    /// <param name="error">Why the DAG's own timetable gives none.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False when somebody else was first.</returns>
    public async Task<bool> AdvanceAsync(
        DueDag due, DateTimeOffset? last, DateTimeOffset? next, string? error, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var command = new CommandDefinition(
            Advance,
            new { due.DagId, due.Changes, from = due.FireAt.Utc(), last, next, error = StoredText.Message(error) },
            cancellationToken: cancellationToken);
        return await connection.ExecuteAsync(command).ConfigureAwait(false) > 0;
    }

    /// <summary>The continuous DAGs that want a run.</summary>
    public Task<IReadOnlyList<IdleDag>> IdleAsync(CancellationToken cancellationToken) =>
        dataSource.ListAsync<IdleDag>(Idle, null, cancellationToken);

    /// <summary>Whether there is a DAG that runs continuously.</summary>
    public Task<bool> AnyContinuousAsync(CancellationToken cancellationToken) =>
        dataSource.FirstAsync<bool>(Continuous, null, cancellationToken);

    /// <summary>How long it is to each DAG's fire time by the database's clock; negative when it has passed.</summary>
    public Task<IReadOnlyList<(string DagId, TimeSpan In)>> AlarmsAsync(CancellationToken cancellationToken) =>
        dataSource.ListAsync<(string, TimeSpan)>(Alarms, null, cancellationToken);
}
