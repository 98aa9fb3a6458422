using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <summary>A run to create.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="RunKey">The run's name, unique within the DAG.</param>
/// <param name="Type">Why it exists.</param>
/// <param name="Conf">The parameters that it was given.</param>
/// <param name="TriggeredBy">Who or what asked for it.</param>
/// <param name="LogicalDate">The fire time that it stands for, if any.</param>
/// <param name="IntervalStart">The start of its data interval, if any.</param>
/// <param name="RunAfter">When it may start; null for now.</param>
/// <param name="Note">A remark.</param>
/// <param name="BackfillId">The backfill that it belongs to, which starts it; null for none.</param>
/// <param name="IgnoresPast">Whether tasks that depend on the past do not wait for it, as in the first run of a backfill.</param>
public sealed record NewRun(
    string DagId, string RunKey, RunType Type, JsonObject Conf, string TriggeredBy, DateTimeOffset? LogicalDate = null,
    DateTimeOffset? IntervalStart = null, DateTimeOffset? RunAfter = null, string? Note = null, long? BackfillId = null,
    bool IgnoresPast = false);

/// <summary>Creates, starts and cancels runs.</summary>
public sealed partial class RunStore(NpgsqlDataSource dataSource, GraphCache graphs)
{
    private readonly RunEditor editor = new(dataSource, graphs);

    /// <summary>
    /// Creates a run of a DAG's current version, and starts it if it is due and the DAG may have one more running; otherwise it waits its
    /// turn. One transaction: a kill leaves the whole run or nothing.
    /// </summary>
    /// <returns>The run's key in the database; null when it exists already.</returns>
    /// <exception cref="DagNotRunnableException">No such DAG, or its file is gone.</exception>
    /// <exception cref="ParameterException">The parameters do not fit what the DAG declares.</exception>
    public async Task<long?> CreateAsync(NewRun run, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var runId = await CreateAsync(run, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return runId;
    }

    /// <summary>Creates a run within somebody's transaction.</summary>
    /// <inheritdoc cref="CreateAsync(NewRun, CancellationToken)"/>
    internal static async Task<long?> CreateAsync(
        NewRun run, GraphCache graphs, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var version = await LockCurrentVersionAsync(run.DagId, connection, transaction, cancellationToken).ConfigureAwait(false)
            ?? throw new DagNotRunnableException($"There is no DAG '{run.DagId}'.");
        if (!version.IsActive)
            throw new DagNotRunnableException($"DAG '{run.DagId}' cannot run: {version.Message}");
        Validate(run.DagId, run.Conf, version.Params);

        var created = await connection.QuerySingleOrDefaultAsync<(long RunId, bool IsDue)?>(
            InsertRun,
            new
            {
                run.DagId,
                run.RunKey,
                version.DagVersionId,
                RunType = run.Type.Name(),
                Lane = LaneOf(version.Lane, run.BackfillId is not null),
                run.LogicalDate,
                run.IntervalStart,
                IntervalEnd = run.IntervalStart is null ? null : run.LogicalDate,
                run.RunAfter,
                Conf = run.Conf.ToJsonString(),
                run.Note,
                run.TriggeredBy,
                run.BackfillId,
                run.IgnoresPast,
            },
            transaction).ConfigureAwait(false);
        if (created is not { } inserted)
            return null;

        // Whoever came first starts first: what waits already is not overtaken.
        var mayStart = inserted.IsDue && run.BackfillId is null && !version.HasQueued
            && version.Running < (version.MaxActiveRuns ?? DagSettings.DefaultMaxActiveRuns);
        if (mayStart)
            await StartAsync(inserted.RunId, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
        return inserted.RunId;
    }

    /// <summary>
    /// Locks a DAG and reads what it is then: two statements, for the second must see what the first waited for, in one round trip.
    /// </summary>
    private static async Task<VersionRow?> LockCurrentVersionAsync(
        string dagId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        Batches.Add(batch, LockDag, new NpgsqlParameter<string>("dagId", dagId));
        Batches.Add(batch, CurrentVersion, new NpgsqlParameter<string>("dagId", dagId));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new VersionRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetBoolean(2), reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6), reader.GetBoolean(7))
            : null;
    }

    /// <summary>
    /// Cancels a run: what has not started is cancelled at once; running tasks are told to stop, and the run ends with the last of them.
    /// </summary>
    /// <returns>False when no such run is running or waits for its start.</returns>
    public async Task<bool> CancelAsync(string dagId, string runKey, CancellationToken cancellationToken) =>
        await IdAsync(dagId, runKey, cancellationToken).ConfigureAwait(false) is { } runId
        && await editor.StopAsync(runId, new RunStop(RunState.Cancelled, RunStop.CancelledMessage), cancellationToken)
        .ConfigureAwait(false);

    /// <summary>The runs of that key; <c>~</c> stands for any DAG, as in Airflow's API.</summary>
    public async Task<IReadOnlyList<(string DagId, string RunKey, string State)>> FindAsync(
        string dagId, string runKey, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return [.. await connection.QueryAsync<(string, string, string)>(Find, new { dagId, runKey }).ConfigureAwait(false)];
    }

    /// <summary>A run's key in the database; null when there is no such run.</summary>
    public async Task<long?> IdAsync(string dagId, string runKey, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long?>(FindId, new { dagId, runKey }).ConfigureAwait(false);
    }

    /// <summary>Backfills have lanes of their own, so that neither they nor a DAG's other runs starve.</summary>
    internal static int LaneOf(int dagLane, bool isBackfill) => (2 * dagLane) + (isBackfill ? 1 : 0);

    /// <summary>Holds a run's parameters against what its DAG declares.</summary>
    /// <exception cref="ParameterException">They do not fit.</exception>
    internal static void Validate(string dagId, JsonObject conf, string parameters)
    {
        var declared = JsonSerializer.Deserialize<ParamDefinition[]>(parameters)!;
        var problems = declared
            .Select(param => (param.Name, Complaint: param.Complaint(conf[param.Name])))
            .Where(problem => problem.Complaint is not null)
            .Select(problem => new ParameterProblem(problem.Name, problem.Complaint!))
            .ToList();
        var names = declared.Select(param => param.Name).ToHashSet();
        problems.AddRange(conf.Select(given => given.Key).Where(name => !names.Contains(name)).Select(name => new ParameterProblem(
            name, names.Count == 0 ? "is not known: this DAG has no parameters" : $"is not known; there are {string.Join(", ", names)}")));
        if (problems.Count > 0)
            throw new ParameterException(dagId, problems);
    }

    private sealed record VersionRow(
        long DagVersionId, string Params, bool IsActive, string? Message, int? MaxActiveRuns, int Lane, int Running, bool HasQueued);
}
