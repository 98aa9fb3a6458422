using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Lineage;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Runs;

/// <summary>
/// Changes whole runs by a <see cref="RunModel"/>: what a person orders, what a timeout stops, what the past releases. One transaction
/// under the run's lock, so that steps and edits never interleave; a kill leaves the run as it was.
/// </summary>
/// <remarks>Loads the run: the cost follows its size. Steps never come here, but for attempts that an order stands for.</remarks>
public sealed partial class RunEditor(NpgsqlDataSource dataSource, GraphCache graphs)
{
    /// <summary>Changes a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="edit">What to do to it.</param>
    /// <param name="message">What the run says of why it was stopped; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The run as it is then; null when there is none, or when it has no tasks since it has not started.</returns>
    /// <remarks>An edit that changes nothing writes nothing: a run that has ended does not end once more.</remarks>
    public Task<RunModel?> EditAsync(long runId, Action<RunModel> edit, string? message, CancellationToken cancellationToken) =>
        EditAsync(runId, edit, message, obeyed: null, cancellationToken);

    private async Task<RunModel?> EditAsync(
        long runId, Action<RunModel> edit, string? message, FinishedAttempt? obeyed, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (await LockAsync(connection, runId, cancellationToken).ConfigureAwait(false) is not { State: not RunState.Queued } run)
            return null;
        if (await LoadAsync(connection, runId, run, cancellationToken).ConfigureAwait(false) is not { } model)
            return null;
        edit(model);
        if (model.Ordered == run.Ordered && !model.Instances.Any(instance => instance.IsChanged))
            return model;
        await SaveAsync(connection, runId, model, message, run.Settings, obeyed, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return model;
    }

    /// <summary>A run as it is, to look at; null when there is none, or when it has no tasks since it has not started.</summary>
    public async Task<RunModel?> ReadAsync(long runId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await FindAsync(connection, isLocked: false, runId, cancellationToken)
            .ConfigureAwait(false) is { State: not RunState.Queued } run
            ? await LoadAsync(connection, runId, run, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Stops a run; one that waits for its start ends at once.</summary>
    /// <returns>False when there is none, or when it has ended.</returns>
    public async Task<bool> StopAsync(long runId, RunStop stop, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (await LockAsync(connection, runId, cancellationToken)
            .ConfigureAwait(false) is not { State: RunState.Queued or RunState.Running } run)
            return false;
        if (run.State == RunState.Queued)
        {
            await using var batch = new NpgsqlBatch(connection);
            Add(batch, EndQueuedRun, Value(runId), Value(stop.State.Name()), Value(stop.Message));
            Add(batch, Notify);
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var model = (await LoadAsync(connection, runId, run, cancellationToken).ConfigureAwait(false))!;
            model.Stop(stop);
            await SaveAsync(connection, runId, model, stop.Message, run.Settings, obeyed: null, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Carries out the order that stands for an attempt which has ended.</summary>
    internal Task ObeyAsync(FinishedAttempt attempt, CancellationToken cancellationToken) => EditAsync(
        attempt.Task.Key.RunId,
        model =>
        {
            // Looked at again under the lock: it may have been carried out meanwhile.
            var instance = model[attempt.Task.Key.TaskIndex, attempt.Task.Key.MapIndex];
            if (instance is { State: TaskState.Running, Ordered: not null } && instance.Attempt == attempt.Task.Attempt.Number)
                model.End(instance, attempt.Outcome, "");
        },
        message: null,
        attempt,
        cancellationToken);

    private static Task<RunRow?> LockAsync(NpgsqlConnection connection, long runId, CancellationToken cancellationToken) =>
        FindAsync(connection, isLocked: true, runId, cancellationToken);

    private static async Task<RunRow?> FindAsync(
        NpgsqlConnection connection, bool isLocked, long runId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (isLocked)
            Add(batch, LockRun, Value(runId));
        Add(batch, FindRun, Value(runId));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (isLocked)
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new RunRow(
                reader.GetInt64(0), StateNames.Parse<RunState>(reader.GetString(1)),
                reader.IsDBNull(2) ? null : StateNames.Parse<RunState>(reader.GetString(2)), DagSettings.FromJson(reader.GetString(3)))
            : null;
    }

    /// <returns>Null for one that ended before it had started.</returns>
    private async Task<RunModel?> LoadAsync(NpgsqlConnection connection, long runId, RunRow run, CancellationToken cancellationToken)
    {
        var graph = await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var sources = graph.Tasks.SelectMany(task => task.MapSources).Distinct();
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, HoldClaimable, Value(runId));
        Add(batch, LoadInstances, Value(runId));
        Add(batch, Lengths, Value(runId), Array(sources));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var instances = new List<TaskInstance>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            instances.Add(Read(reader));
        if (instances.Count == 0)
            return null;
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var given = new Dictionary<(int Task, int MapIndex), int?>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            given[(reader.GetInt32(0), reader.GetInt32(1))] = reader.IsDBNull(2) ? null : reader.GetInt32(2);
        RunModel? model = null;
        model = RunModel.Load(graph, instances, run.Ordered, task => [.. task.MapSources.Select(source => Length(model!, source, given))]);
        return model;
    }

    /// <summary>
    /// How long a list is by the states that the edit has left; that of a mapped task has an item for each element that gave something.
    /// </summary>
    private static int? Length(RunModel model, int source, Dictionary<(int Task, int MapIndex), int?> given)
    {
        var whole = model[source];
        return whole.Mapped is { } elements
            ? model.Elements(source).Take(elements)
            .Count(one => one.State == TaskState.Success && given.ContainsKey((source, one.MapIndex)))
            : whole.State == TaskState.Success ? given.GetValueOrDefault((source, TaskKey.Whole)) : null;
    }

    private static async Task SaveAsync(
        NpgsqlConnection connection, long runId, RunModel model, string? message, DagSettings settings, FinishedAttempt? obeyed,
        CancellationToken cancellationToken)
    {
        var changed = model.Instances.Where(instance => instance.IsChanged).ToList();
        await using var batch = new NpgsqlBatch(connection);
        var known = changed.Where(instance => !instance.IsNew).ToList();
        if (known.Count > 0)
            Add(batch, SaveInstances, [Value(runId), .. Columns(known)]);
        var added = changed.Where(instance => instance.IsNew).ToList();
        if (added.Count > 0)
        {
            Add(
                batch, InsertElements, Value(runId), Array(added.Select(instance => instance.Task)),
                Array(added.Select(instance => instance.MapIndex)),
                Array(added.Select(instance => instance.State.Name())));
        }

        Add(
            batch, SaveRun, Value(runId), Value(model.Unfinished), Value(model.FailedLeaves), Value(model.Ordered?.Name()),
            Value(message), Value(settings.RunTimeout?.TotalSeconds));
        if (obeyed is not null && LineageOutbox.MayOwe(obeyed))
            LineageOutbox.Add(batch, obeyed, model.Graph.Tasks[obeyed.Task.Key.TaskIndex]);
        if (model.State is { } end)
            Add(batch, FinishRuns, Array([runId]), Array([end.Name()]));
        Add(batch, Notify);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlParameter[] Columns(IReadOnlyList<TaskInstance> rows)
    {
        return
        [
            Ints(row => row.Task), Ints(row => row.MapIndex), Array(rows.Select(row => row.State.Name())),
            Array(rows.Select(row => StoredText.Message(row.Message))), Array(rows.Select(row => row.Mapped)),
            Array(rows.Select(row => row.WaitsForPast)),
            Array(rows.Select(row => row.Unchosen.Count == 0 ? null : $"{{{string.Join(',', row.Unchosen)}}}")),
            Array(rows.Select(row => row.Ordered?.Name())), Ints(row => row.Uncounted), Ints(row => row.Lost),
                Ints(row => row.Seen.Success),
            Ints(row => row.Seen.Failed), Ints(row => row.Seen.UpstreamFailed), Ints(row => row.Seen.Skipped),
                Ints(row => row.Seen.Cancelled),
            Ints(row => row.Seen.SetupSuccess), Ints(row => row.Seen.SetupFailed), Ints(row => row.Seen.SetupSkipped),
            Ints(row => row.Seen.Deciders), Ints(row => row.Seen.Unchosen),
        ];

        NpgsqlParameter Ints(Func<TaskInstance, int> value) => Array(rows.Select(value));
    }

    private static TaskInstance Read(NpgsqlDataReader reader)
    {
        var key = ReadKey(reader, 0);
        return TaskInstance.Of(
            key.TaskIndex, key.MapIndex, StateNames.Parse<TaskState>(reader.GetString(3)), ReadCounters(reader, 4),
            reader.IsDBNull(14) ? null : reader.GetInt32(14), reader.GetBoolean(15), reader.IsDBNull(16) ? []
                : reader.GetFieldValue<int[]>(16),
            reader.IsDBNull(17) ? null : StateNames.Parse<TaskState>(reader.GetString(17)),
            new AttemptCount(reader.GetInt32(18), reader.GetInt32(19), reader.GetInt32(20)), reader.IsDBNull(21) ? null
                : reader.GetString(21));
    }

    private sealed record RunRow(long DagVersionId, RunState State, RunState? Ordered, DagSettings Settings);
}
