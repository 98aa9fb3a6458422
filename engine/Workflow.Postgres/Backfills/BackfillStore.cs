using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Runs;

namespace Workflow.Postgres.Backfills;

/// <summary>What has to be known of a DAG to plan a backfill of it.</summary>
/// <param name="Settings">Its schedule and bounds.</param>
/// <param name="DependsOnPast">Whether one of its tasks depends on the past.</param>
/// <param name="Now">The database's clock.</param>
public sealed record BackfillSubject(ScheduleSettings Settings, bool DependsOnPast, DateTimeOffset Now);

/// <summary>A backfill to create.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="From">The first instant of the range.</param>
/// <param name="To">The last instant of it.</param>
/// <param name="Reprocess">Which runs that exist already run again.</param>
/// <param name="MaxActiveRuns">How many of its runs run at once, whatever else its DAG has running.</param>
/// <param name="RunBackwards">Whether the newest date comes first.</param>
/// <param name="Conf">The parameters that its runs are given.</param>
/// <param name="CreatedBy">Who asked for it.</param>
public sealed record NewBackfill(
    string DagId, DateTimeOffset From, DateTimeOffset To, ReprocessBehavior Reprocess, int MaxActiveRuns, bool RunBackwards,
    JsonObject Conf, string CreatedBy);

/// <summary>A date of a backfill.</summary>
/// <param name="LogicalDate">The fire time.</param>
/// <param name="IntervalStart">The start of its data interval; null where nothing fires before.</param>
public sealed record BackfillDate(DateTimeOffset LogicalDate, DateTimeOffset? IntervalStart);

/// <summary>The run that stands for a date already.</summary>
/// <param name="LogicalDate">The date.</param>
/// <param name="RunKey">The run.</param>
/// <param name="State">Its state.</param>
public sealed record ExistingRun(DateTime LogicalDate, string RunKey, string State);

/// <summary>Creates backfills and takes people's orders about them. What they do is done by <see cref="BackfillSteps"/>.</summary>
public sealed partial class BackfillStore(NpgsqlDataSource dataSource)
{
    /// <summary>What has to be known of a DAG to plan a backfill of it.</summary>
    /// <exception cref="DagNotRunnableException">No such DAG, or its file is gone.</exception>
    /// <exception cref="System.Text.Json.JsonException">A newer engine wrote a schedule that this one does not know.</exception>
    public async Task<BackfillSubject> SubjectAsync(string dagId, CancellationToken cancellationToken)
    {
        var row = await dataSource.FirstAsync<SubjectRow>(Subject, new { dagId }, cancellationToken).ConfigureAwait(false)
            ?? throw new DagNotRunnableException($"There is no DAG '{dagId}'.");
        if (!row.IsActive || row.Graph is null)
            throw new DagNotRunnableException($"DAG '{dagId}' cannot run: {row.Message}");
        var settings = new ScheduleSettings(
            row.Schedule is null ? null : Schedule.FromJson(row.Schedule), row.StartDate.Utc(), row.EndDate.Utc(), row.Catchup);
        return new BackfillSubject(settings, DagGraph.FromJson(row.Graph).Tasks.Any(task => task.DependsOnPast), row.Now.Utc());
    }

    /// <summary>The runs that stand for dates of a DAG already. A run that was triggered by hand stands for none.</summary>
    public Task<IReadOnlyList<ExistingRun>> ExistingAsync(
        string dagId, IReadOnlyList<DateTimeOffset> dates, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ExistingRun>(Existing, new { dagId, dates = dates.ToArray() }, cancellationToken);

    /// <summary>Holds parameters against what a DAG declares now.</summary>
    /// <exception cref="DagNotRunnableException">No such DAG.</exception>
    /// <exception cref="ParameterException">They do not fit.</exception>
    public async Task ValidateAsync(string dagId, JsonObject conf, CancellationToken cancellationToken)
    {
        var parameters = await dataSource.FirstAsync<string>(Params, new { dagId }, cancellationToken).ConfigureAwait(false)
            ?? throw new DagNotRunnableException($"There is no DAG '{dagId}'.");
        RunStore.Validate(dagId, conf, parameters);
    }

    /// <summary>
    /// Creates a backfill with all of its dates; a scheduler takes it up. One transaction: a kill leaves all of it or nothing.
    /// </summary>
    /// <param name="backfill">The backfill.</param>
    /// <param name="dates">Its dates in the order in which their turn comes.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Its key in the database; null when the DAG has an active one.</returns>
    /// <remarks>Takes no lock on the DAG: a step on the active backfill holds that backfill while it waits for the DAG.</remarks>
    public async Task<long?> CreateAsync(NewBackfill backfill, IReadOnlyList<BackfillDate> dates, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var insert = new CommandDefinition(
            Insert,
            new
            {
                backfill.DagId,
                backfill.From,
                backfill.To,
                reprocess = backfill.Reprocess.Name(),
                backfill.MaxActiveRuns,
                backfill.RunBackwards,
                conf = backfill.Conf.ToJsonString(),
                backfill.CreatedBy,
            },
            transaction,
            cancellationToken: cancellationToken);
        if (await connection.ExecuteScalarAsync<long?>(insert).ConfigureAwait(false) is not { } id)
            return null;
        var insertDates = new CommandDefinition(
            InsertDates,
            new
            {
                id,
                dates = dates.Select(date => date.LogicalDate.UtcDateTime).ToArray(),
                starts = dates.Select(date => date.IntervalStart?.UtcDateTime).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken);
        await connection.ExecuteAsync(insertDates).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return id;
    }

    /// <summary>Keeps a backfill from starting more runs; those that run go on.</summary>
    /// <returns>False when there is none, or when it has ended.</returns>
    public Task<bool> PauseAsync(long id, CancellationToken cancellationToken) => OrderAsync(Pause, new { id }, cancellationToken);

    /// <summary>Lets a paused backfill go on.</summary>
    /// <returns>False when there is none, or when it has ended.</returns>
    public Task<bool> UnpauseAsync(long id, CancellationToken cancellationToken) => OrderAsync(Unpause, new { id }, cancellationToken);

    /// <summary>
    /// Ends a backfill: no more runs are started, and those that wait for their start are cancelled. Those that run go on unless they are
    /// to be stopped, too.
    /// </summary>
    /// <returns>False when there is none, or when it has ended.</returns>
    /// <remarks>
    /// The order is recorded with the runs that it is for; a scheduler carries it out, and a kill leaves it to the next turn.
    /// </remarks>
    public Task<bool> CancelAsync(long id, bool stopRunning, CancellationToken cancellationToken) =>
        OrderAsync(Cancel, new { id, stopRunning }, cancellationToken);

    private async Task<bool> OrderAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var command = new CommandDefinition(sql, parameters, cancellationToken: cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(command).ConfigureAwait(false);
    }

    private sealed record SubjectRow(
        bool IsActive, string? Message, string? Schedule, DateTime? StartDate, DateTime? EndDate, bool Catchup, string? Graph,
        DateTime Now);
}
