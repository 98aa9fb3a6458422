using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Lineage;
using Workflow.Postgres.Runs;
using Workflow.Runs;
using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Steps;

/// <summary>
/// The heart: hands in finished attempts, decides what follows, and claims the next tasks, in one transaction.
/// </summary>
/// <remarks>
/// <para>
/// A step takes two round trips and one commit: (1) lock the runs, end the tasks, count them at all that wait for them, read what changed;
/// (2) write what <see cref="RunMachine"/> makes of it, claim, commit. Only when a failure or skip spreads does each further level cost a
/// round trip, and an expansion costs two. Nothing is found by scanning: the cost follows the tasks that change, not the size of the run.
/// </para>
/// <para>
/// Most steps hold successes after which others become ready or go on waiting. All of that is foreseen, and such a step is one round trip:
/// see <see cref="StepPlan.IsForeseeable"/>. Where it comes out otherwise PostgreSQL refuses it, and it is done again the long way.
/// </para>
/// <para>
/// A kill between the round trips leaves an open transaction that PostgreSQL rolls back: the attempts are still running under their
/// worker's lease, and the rescuer takes them when it ends. A kill after the commit, before the worker heard of it, leaves claimed tasks
/// that nobody executes: a worker that lives asks <see cref="HeldByAsync"/>, one that died is rescued.
/// </para>
/// </remarks>
public sealed partial class TaskQueue(NpgsqlDataSource dataSource, GraphCache graphs)
{
    private const int ClaimColumns = 14;

    private static readonly DagGraph Unread = new([]);

    private readonly RunEditor editor = new(dataSource, graphs);

    /// <summary>Hands in finished attempts and claims tasks.</summary>
    /// <param name="finished">Attempts that ended; those that lost their lease change nothing and are returned as refused.</param>
    /// <param name="claim">What to claim; null to claim nothing.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<StepResult> StepAsync(
        IReadOnlyList<FinishedAttempt> finished, ClaimRequest? claim, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (finished.Count == 0)
        {
            return claim is null
                ? new StepResult([], [], [])
                : new StepResult(await ClaimOnlyAsync(connection, claim, cancellationToken).ConfigureAwait(false), [], []);
        }

        // A worker that was declared dead may hand in an attempt together with the one that followed it: only the last can be current.
        var last = finished.GroupBy(attempt => attempt.Task.Key).Select(attempts => attempts.MaxBy(attempt => attempt.Task.Attempt.Number)!)
            .ToList();
        var ending = new List<EndingTask>(last.Count);
        foreach (var attempt in last)
            ending.Add(await EndingAsync(attempt, cancellationToken).ConfigureAwait(false));

        var edges = StepPlan.Edges(ending).ToList();
        if (!last.Exists(attempt => attempt.HasEffects) && StepPlan.IsForeseeable(ending, edges)
            && await ForeseenAsync(connection, last, ending, edges, claim, cancellationToken).ConfigureAwait(false) is { } foreseen)
        {
            return foreseen with { Refused = [.. finished.Except(last, ReferenceEqualityComparer.Instance).Cast<FinishedAttempt>()] };
        }

        var plan = new StepPlan();
        await EndAsync(connection, plan, ending, edges, claim, isFirst: true, cancellationToken).ConfigureAwait(false);
        var keys = plan.Ended.Select(task => task.Key).ToHashSet();
        var ended = last.Where(attempt => keys.Contains(attempt.Task.Key)).ToList();
        var hasNew = await FollowAsync(connection, plan, ended, cancellationToken).ConfigureAwait(false);

        await using var batch = new NpgsqlBatch(connection);
        Write(batch, plan, ended, hasNew, claim);
        if (claim is { Slots: > 0 } && TakesOver(edges, claim) == 0)
            AddClaim(batch, claim);
        Add(batch, "COMMIT");
        var claimed = await ReadClaimsAsync(batch, cancellationToken).ConfigureAwait(false);

        // A kill here leaves attempts that an order stands for still running: whoever hands them in next carries it out.
        var refused = finished.Except(ended, ReferenceEqualityComparer.Instance).Cast<FinishedAttempt>().ToList();
        var obeyed = refused.Count == 0 ? [] : await ObeyAsync(connection, refused, cancellationToken).ConfigureAwait(false);
        return new StepResult(
            [.. HandedOver(plan, last), .. claimed], [.. refused.Where(attempt => !obeyed.Contains(attempt.Task.Key))], plan.FinishedRuns(),
            !plan.IsIdle || (claim is not null && TakesOver(edges, claim) > 0 && plan.ToQueue.Count > 0));
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
            held.Add((ReadClaim(reader), reader.GetInt64(ClaimColumns)));
        return held;
    }

    /// <summary>Which of a worker's running attempts it may go on with.</summary>
    public async Task<IReadOnlyList<LeaseState>> LeasesAsync(
        long workerId, IReadOnlyList<(TaskKey Key, int Attempt)> running, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(LeaseStates);
        foreach (var parameter in Keys(running.Select(item => item.Key)))
            command.Parameters.Add(parameter);
        command.Parameters.Add(Array(running.Select(item => item.Attempt)));
        command.Parameters.Add(Value(workerId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var leases = new List<LeaseState>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            leases.Add(new LeaseState(ReadKey(reader, 0), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5)));
        return leases;
    }

    private async ValueTask<EndingTask> EndingAsync(FinishedAttempt attempt, CancellationToken cancellationToken)
    {
        // What a newer engine stored may not even be readable here, and what is given back needs none of it.
        var graph = attempt.Outcome is TaskOutcome.Returned
            && !await graphs.CanRunAsync(attempt.Task.DagVersionId, cancellationToken).ConfigureAwait(false)
            ? Unread
            : await graphs.GetAsync(attempt.Task.DagVersionId, cancellationToken).ConfigureAwait(false);
        var key = attempt.Task.Key;
        var end = RunMachine.End(
            graph, key.TaskIndex, attempt.Task.Attempt, attempt.Outcome, $"{key.RunId}#{key.TaskIndex}#{key.MapIndex}");
        return new EndingTask(
            key, attempt.Task.DagVersionId, graph, TaskState.Running, end, attempt.Task.Attempt.Number, attempt.WorkerId,
            attempt.Outcome is TaskOutcome.Lost);
    }

    /// <summary>Goes on with what follows until nothing does.</summary>
    /// <returns>Whether elements were made; the outputs of the step are stored then.</returns>
    private static async Task<bool> FollowAsync(
        NpgsqlConnection connection, StepPlan plan, IReadOnlyList<FinishedAttempt> ended, CancellationToken cancellationToken)
    {
        var hasExpanded = false;
        while (true)
        {
            for (var following = plan.TakeFollowing(); following.Count > 0; following = plan.TakeFollowing())
            {
                await EndAsync(connection, plan, following, [.. StepPlan.Edges(following)], claim: null, isFirst: false, cancellationToken)
                    .ConfigureAwait(false);
            }

            if (!plan.HasExpansions)
                return hasExpanded;
            if (!hasExpanded)
            {
                // The list to map over may be among them.
                await using var outputs = new NpgsqlBatch(connection);
                AddOutputs(outputs, ended);
                if (outputs.BatchCommands.Count > 0)
                    await outputs.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                hasExpanded = true;
            }

            await ExpandAsync(connection, plan, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Everything that the step decided, in the round trip that also claims.</summary>
    private static void Write(NpgsqlBatch batch, StepPlan plan, IReadOnlyList<FinishedAttempt> ended, bool hasExpanded, ClaimRequest? claim)
    {
        if (plan.ToQueue.Count > 0)
            Add(batch, QueueTasks, Keys(plan.ToQueue));
        if (!hasExpanded)
            AddOutputs(batch, ended);

        // A failed attempt shows its gate's verdict; one that was lost or waits shows nothing.
        foreach (var attempt in ended.Where(attempt => attempt.HasEffects
            && attempt.Outcome is not (TaskOutcome.Lost or TaskOutcome.Deferred)))
        {
            var key = attempt.Task.Key;
            Add(batch, Publish, Value(key.RunId), Value(key.TaskIndex), Value(key.MapIndex), Value(attempt.Task.Attempt.Number));
        }

        foreach (var attempt in ended.Where(LineageOutbox.MayOwe))
            LineageOutbox.Add(batch, attempt, plan.Ended.First(task => task.Key == attempt.Task.Key).Definition);

        var callbacks = plan.Callbacks();
        if (callbacks.Count > 0)
        {
            Add(
                batch, AddCallbacks, Array(callbacks.Select(call => call.Task.Key.RunId)),
                Array(callbacks.Select(call => call.Task.DagVersionId)),
                Array(callbacks.Select(call => call.Task.Key.TaskIndex)), Array(callbacks.Select(call => call.Task.Key.MapIndex)),
                Array(callbacks.Select(call => call.Task.Attempt)), Array(callbacks.Select(call => call.Kind.Name())),
                Array(callbacks.Select(call => StoredText.Message(call.Task.End.Message))));
        }

        var finishedRuns = plan.FinishedRuns();
        if (finishedRuns.Count > 0)
        {
            Add(batch, RunEditor.FinishRuns, Array(finishedRuns.Select(run => run.RunId)),
                Array(finishedRuns.Select(run => run.State.Name())));
            Add(batch, Notify, Value(Channels.Runs), Value(""));
        }

        // What was given back and what an expansion makes others may take; the end of a run calls its callbacks and wakes who waits for it.
        var gaveBack = ended.Any(attempt => attempt.Outcome is TaskOutcome.Returned);
        if (gaveBack || hasExpanded || callbacks.Count > 0 || finishedRuns.Count > 0
            || LeavesReady([.. plan.ToQueue, .. plan.Queued], claim))
            Add(batch, Notify, Value(Channels.Tasks), Value(""));
        if (hasExpanded)
            Add(batch, Notify, Value(Channels.Slots), Value(""));
        if (plan.ReleasesFuture)
            Add(batch, Notify, Value(Channels.Past), Value(""));
    }

    /// <summary>
    /// What became ready may be more than this worker takes, or of a queue that it does not serve: others may be idle. A claim of named
    /// tasks takes nothing of it.
    /// </summary>
    private static bool LeavesReady(IReadOnlyCollection<TaskKey> ready, ClaimRequest? claim) =>
        claim is not { Only: null } || (ready.Count > 0 && !(claim.Queues.Count == 0 && ready.Count <= claim.Slots));

    private static void AddOutputs(NpgsqlBatch batch, IEnumerable<FinishedAttempt> ended)
    {
        var outputs = ended.Where(attempt => attempt.Outcome is TaskOutcome.Succeeded { OutputJson: not null }).ToList();
        if (outputs.Count == 0)
            return;
        Add(
            batch, StoreOutputs,
            [
                .. Keys(outputs.Select(attempt => attempt.Task.Key)), Array(outputs.Select(attempt => attempt.Task.Attempt.Number)),
                JsonArray(outputs.Select(attempt => ((TaskOutcome.Succeeded)attempt.Outcome).OutputJson!)),
            ]);
    }

    /// <summary>Carries out the orders that stand for attempts which were handed in.</summary>
    private async Task<HashSet<TaskKey>> ObeyAsync(
        NpgsqlConnection connection, IReadOnlyList<FinishedAttempt> refused, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(
            batch, Ordered,
            [
                .. Keys(refused.Select(attempt => attempt.Task.Key)), Array(refused.Select(attempt => attempt.Task.Attempt.Number)),
                Array(refused.Select(attempt => attempt.WorkerId)),
            ]);
        var found = new HashSet<TaskKey>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add(ReadKey(reader, 0));
        }

        foreach (var attempt in refused.Where(attempt => found.Contains(attempt.Task.Key)))
            await editor.ObeyAsync(attempt, cancellationToken).ConfigureAwait(false);
        return found;
    }

    private static async Task<IReadOnlyList<ClaimedTask>> ClaimOnlyAsync(
        NpgsqlConnection connection, ClaimRequest claim, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddClaim(batch, claim);
        return await ReadClaimsAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    private static void AddClaim(NpgsqlBatch batch, ClaimRequest claim)
    {
        if (claim.Only is { } only)
            Add(batch, ClaimThese, [Value(claim.WorkerId), .. Keys(only)]);
        else
            Add(batch, Claim, Value(claim.WorkerId), Array(claim.Queues), Value(claim.Slots), Value(claim.After), Array(claim.Except));
    }

    /// <summary>Runs a batch of which only the claim returns rows of so many columns.</summary>
    private static async Task<IReadOnlyList<ClaimedTask>> ReadClaimsAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await ReadClaimsAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<ClaimedTask>> ReadClaimsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedTask>();
        do
        {
            while (reader.FieldCount == ClaimColumns && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                claimed.Add(ReadClaim(reader));
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return claimed;
    }

    private static ClaimedTask ReadClaim(NpgsqlDataReader reader) => new(
        ReadKey(reader, 0), reader.GetInt64(3), new AttemptCount(reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6)),
        ClaimedTask.RunOf(
            reader.GetString(7), reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
            reader.GetFieldValue<DateTimeOffset>(10), reader.GetString(11)),
        reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12), reader.GetInt32(13));
}
