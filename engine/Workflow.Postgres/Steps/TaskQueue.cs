using Npgsql;
using NpgsqlTypes;
using Workflow.Runs;

namespace Workflow.Postgres.Steps;

/// <summary>
/// The heart: hands in finished attempts, decides what follows, and claims the next tasks, in one transaction.
/// </summary>
/// <remarks>
/// <para>
/// A step takes two round trips and one commit: (1) lock the runs, end the tasks, count them at their downstreams, read what changed; (2) write
/// what <see cref="RunMachine"/> makes of it, claim, commit. Only when a failure or skip spreads does each further level cost a round trip.
/// Nothing is found by scanning: the cost follows the tasks that change, not the size of the run.
/// </para>
/// <para>
/// A kill between the round trips leaves an open transaction that PostgreSQL rolls back: the attempts are still running under their worker's
/// lease, and the rescuer takes them when it ends. A kill after the commit, before the worker heard of it, leaves claimed tasks that nobody
/// executes: a worker that lives asks <see cref="HeldByAsync"/>, one that died is rescued.
/// </para>
/// </remarks>
public sealed partial class TaskQueue(NpgsqlDataSource dataSource, GraphCache graphs)
{
    /// <summary>Hands in finished attempts and claims tasks.</summary>
    /// <param name="finished">Attempts that ended; those that lost their lease change nothing and are returned as refused.</param>
    /// <param name="claim">What to claim; null to claim nothing.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StepResult> StepAsync(IReadOnlyList<FinishedAttempt> finished, ClaimRequest? claim, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (finished.Count == 0)
        {
            return claim is null
                ? new StepResult([], [], [])
                : new StepResult(await ClaimOnlyAsync(connection, claim, cancellationToken).ConfigureAwait(false), [], []);
        }

        var plan = new StepPlan();
        var ending = new List<EndingTask>(finished.Count);

        // A worker that was declared dead may hand in an attempt together with the one that followed it: only the last can be current.
        var last = finished.GroupBy(attempt => attempt.Key).Select(attempts => attempts.MaxBy(attempt => attempt.Attempt)!).ToList();
        foreach (var attempt in last)
            ending.Add(await EndingAsync(attempt, cancellationToken).ConfigureAwait(false));

        await EndAsync(connection, plan, ending, isFirst: true, cancellationToken).ConfigureAwait(false);
        for (var following = plan.TakeFollowing(); following.Count > 0; following = plan.TakeFollowing())
            await EndAsync(connection, plan, following, isFirst: false, cancellationToken).ConfigureAwait(false);

        var finishedRuns = plan.FinishedRuns();
        await using var batch = new NpgsqlBatch(connection);
        if (plan.ToQueue.Count > 0)
            Add(batch, QueueTasks, [.. Keys(plan.ToQueue)]);
        var ended = last.Where(attempt => plan.Ended.Contains(attempt.Key)).ToHashSet(ReferenceEqualityComparer.Instance);
        AddEffects(batch, finished.Where(ended.Contains));
        if (finishedRuns.Count > 0)
        {
            Add(batch, FinishRuns, Array(finishedRuns.Select(run => run.RunId)), Array(finishedRuns.Select(run => run.State.Name())));
            Add(batch, Notify, Text(Channels.Runs), Text(""));
        }

        // More became ready than this worker takes: others may be idle.
        if (plan.ToQueue.Count > (claim?.Slots ?? 0))
            Add(batch, Notify, Text(Channels.Tasks), Text(""));
        if (claim is { Slots: > 0 })
            AddClaim(batch, claim);
        Add(batch, "COMMIT");
        var claimed = await ReadClaimsAsync(batch, cancellationToken).ConfigureAwait(false);
        return new StepResult(claimed, [.. finished.Where(attempt => !ended.Contains(attempt))], finishedRuns);
    }

    /// <summary>The tasks that are running under the lease of any of these workers, whether those know of it or not.</summary>
    public async Task<IReadOnlyList<(ClaimedTask Task, long WorkerId)>> HeldByAsync(
        IReadOnlyList<long> workerIds, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(HeldBy);
        command.Parameters.Add(Array(workerIds));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var held = new List<(ClaimedTask, long)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            held.Add((ReadClaim(reader), reader.GetInt64(11)));
        return held;
    }

    /// <summary>Which of a worker's running attempts it may go on with.</summary>
    /// <returns>For each attempt whether the worker still holds it, and whether its run is being cancelled.</returns>
    public async Task<IReadOnlyList<(TaskKey Key, bool Held, bool Cancelled)>> LeasesAsync(
        long workerId, IReadOnlyList<(TaskKey Key, int Attempt)> running, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(LeaseState);
        foreach (var parameter in Keys(running.Select(item => item.Key)))
            command.Parameters.Add(parameter);
        command.Parameters.Add(Array(running.Select(item => item.Attempt)));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = workerId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var leases = new List<(TaskKey, bool, bool)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            leases.Add((new TaskKey(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2)), reader.GetBoolean(3), reader.GetBoolean(4)));
        return leases;
    }

    /// <summary>The outputs of upstream tasks as JSON, by task index; a task that ended without one is absent.</summary>
    public async Task<IReadOnlyDictionary<int, string>> LoadInputsAsync(
        long runId, IReadOnlyList<int> upstreams, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(LoadInputs);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = runId });
        command.Parameters.Add(Array(upstreams));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var inputs = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            inputs[reader.GetInt32(0)] = reader.GetString(1);
        return inputs;
    }

    private async ValueTask<EndingTask> EndingAsync(FinishedAttempt attempt, CancellationToken cancellationToken)
    {
        var graph = await graphs.GetAsync(attempt.DagVersionId, cancellationToken).ConfigureAwait(false);
        var key = attempt.Key;
        var end = RunMachine.End(
            graph.Tasks[key.TaskIndex], attempt.Attempt, attempt.Lost, attempt.Outcome, $"{key.RunId}#{key.TaskIndex}#{key.MapIndex}");
        return new EndingTask(
            key, attempt.DagVersionId, graph, TaskState.Running, end, attempt.Attempt, attempt.WorkerId, attempt.Outcome is TaskOutcome.Lost);
    }

    private static async Task EndAsync(
        NpgsqlConnection connection, StepPlan plan, IReadOnlyList<EndingTask> ending, bool isFirst, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (isFirst)
        {
            Add(batch, "BEGIN");
            Add(batch, LockRuns, Array(ending.Select(task => task.Key.RunId).Distinct().Order()));
        }

        var edges = StepPlan.Edges(ending).ToList();
        Add(
            batch, EndTasks,
            [
                .. Keys(ending.Select(task => task.Key)), Array(ending.Select(task => task.From.Name())), Array(ending.Select(task => task.Attempt)),
                Array(ending.Select(task => task.WorkerId)), Array(ending.Select(task => task.End.State.Name())),
                Array(ending.Select(task => StoredText.Message(task.End.Message))), Array(ending.Select(task => task.End.Wait?.TotalSeconds)),
                Array(ending.Select(task => task.IsLost)),
                Array(ending.Select(task => RunMachine.FailsRun(task.Graph, task.Key.TaskIndex, task.End.State))),
                Array(edges.Select(edge => edge.RunId)), Array(edges.Select(edge => edge.Upstream)), Array(edges.Select(edge => edge.Downstream)),
            ]);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (isFirst)
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                plan.SawRun(reader.GetInt64(0), reader.GetBoolean(1));
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        var byKey = ending.ToDictionary(task => task.Key);
        var byRun = ending.GroupBy(task => task.Key.RunId).ToDictionary(group => group.Key, group => group.First());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var runId = reader.GetInt64(1);
            switch (reader.GetString(0))
            {
                case "e":
                    plan.SawEnd(byKey[new TaskKey(runId, reader.GetInt32(2), reader.GetInt32(3))]);
                    break;
                case "c":
                    plan.SawCounters(
                        new TaskKey(runId, reader.GetInt32(2), reader.GetInt32(3)), byRun[runId].DagVersionId, byRun[runId].Graph,
                        new UpstreamCounters(reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7)));
                    break;
                default:
                    plan.SawTotals(runId, reader.GetInt32(2), reader.GetInt32(3));
                    break;
            }
        }
    }

    private static void AddEffects(NpgsqlBatch batch, IEnumerable<FinishedAttempt> ended)
    {
        var outputs = new List<(TaskKey Key, string Json)>();
        foreach (var attempt in ended)
        {
            if (attempt.Outcome is TaskOutcome.Succeeded { OutputJson: { } json })
                outputs.Add((attempt.Key, json));
            if (attempt.HasEffects && attempt.Outcome is not TaskOutcome.Lost)
            {
                var key = attempt.Key;
                Add(batch, Publish, Value(key.RunId), Value(key.TaskIndex), Value(key.MapIndex), Value(attempt.Attempt));
            }
        }

        if (outputs.Count > 0)
            Add(batch, StoreOutputs, [.. Keys(outputs.Select(output => output.Key)), JsonArray(outputs.Select(output => output.Json))]);
    }

    private static async Task<IReadOnlyList<ClaimedTask>> ClaimOnlyAsync(
        NpgsqlConnection connection, ClaimRequest claim, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddClaim(batch, claim);
        return await ReadClaimsAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    private static void AddClaim(NpgsqlBatch batch, ClaimRequest claim) =>
        Add(batch, Claim, Value(claim.WorkerId), Array(claim.Queues), Value(claim.Slots));

    /// <summary>Runs a batch of which only the claim returns rows of eleven columns.</summary>
    private static async Task<IReadOnlyList<ClaimedTask>> ReadClaimsAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedTask>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        do
        {
            while (reader.FieldCount == 11 && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                claimed.Add(ReadClaim(reader));
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return claimed;
    }

    private static ClaimedTask ReadClaim(NpgsqlDataReader reader) => new(
        new TaskKey(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2)),
        reader.GetInt64(3),
        reader.GetInt32(4),
        reader.GetInt32(5),
        ClaimedTask.RunOf(
            reader.GetString(6), reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
            reader.GetFieldValue<DateTimeOffset>(9), reader.GetString(10)));

    private static void Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter[] Keys(IEnumerable<TaskKey> keys)
    {
        var list = keys as IReadOnlyCollection<TaskKey> ?? [.. keys];
        return [Array(list.Select(key => key.RunId)), Array(list.Select(key => key.TaskIndex)), Array(list.Select(key => key.MapIndex))];
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<string> Text(string value) => Value(value);

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = [.. values] };

    private static NpgsqlParameter JsonArray(IEnumerable<string> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json };
}
