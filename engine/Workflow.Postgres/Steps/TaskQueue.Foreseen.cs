using Npgsql;
using Workflow.Runs;
using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Steps;

/// <content>The short way of a step, and the handing over of what it makes ready.</content>
public sealed partial class TaskQueue
{
    /// <summary>What <c>refuse_step</c> raises.</summary>
    private const string NotForeseen = "WF001";

    /// <summary>Hands in, goes on and claims in one round trip.</summary>
    /// <returns>Null when it was refused: nothing has changed.</returns>
    /// <remarks>A kill during it leaves what one during the long way does: all of the step or nothing.</remarks>
    private static async Task<StepResult?> ForeseenAsync(
        NpgsqlConnection connection, IReadOnlyList<FinishedAttempt> finished, IReadOnlyList<EndingTask> ending,
        IReadOnlyList<StepEdge> edges, ClaimRequest? claim, CancellationToken cancellationToken)
    {
        var plan = new StepPlan();
        await using var batch = new NpgsqlBatch(connection);
        AddLocks(batch, ending);
        AddEnds(batch, ending, edges, claim, isForeseen: true);
        AddOutputs(batch, finished);
        if (LeavesReady(Targets(edges), claim))
            Add(batch, Notify, Value(Channels.Tasks), Value(""));
        if (claim is { Slots: > 0 } && TakesOver(edges, claim) == 0)
            AddClaim(batch, claim);
        Add(batch, "COMMIT");
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await ReadLocksAsync(reader, plan, cancellationToken).ConfigureAwait(false);
            await ReadEndsAsync(reader, plan, ending, cancellationToken).ConfigureAwait(false);
            var claimed = await ReadClaimsAsync(reader, cancellationToken).ConfigureAwait(false);
            return new StepResult([.. HandedOver(plan, finished), .. claimed], [], [], !plan.IsIdle);
        }
        catch (PostgresException refusal) when (refusal.SqlState == NotForeseen)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>
    /// How many slots are kept for what the step makes ready: all that it may be, when the worker has room for it and serves its queues;
    /// else 0, and it is queued as everything else.
    /// </summary>
    private static int TakesOver(IReadOnlyList<StepEdge> edges, ClaimRequest claim)
    {
        if (!claim.ExpectsIdle)
            return 0;
        var targets = Targets(edges).Count;
        return targets <= claim.Slots && claim.Queues.Count == 0 ? targets : 0;
    }

    private static HashSet<TaskKey> Targets(IEnumerable<StepEdge> edges) =>
        [.. edges.Where(edge => edge.ReadyAt > 0).Select(edge => edge.To)];

    /// <summary>What the step handed over to the worker. It belongs to the runs of the attempts that ended.</summary>
    private static IEnumerable<ClaimedTask> HandedOver(StepPlan plan, IReadOnlyList<FinishedAttempt> finished)
    {
        var byRun = finished.DistinctBy(attempt => attempt.Task.Key.RunId)
            .ToDictionary(attempt => attempt.Task.Key.RunId, attempt => attempt.Task);
        return plan.HandedOver.Select(item => byRun[item.Key.RunId] with { Key = item.Key, Attempt = item.Attempt, DeferredSince = null });
    }
}
