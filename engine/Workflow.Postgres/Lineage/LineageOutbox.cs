using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using static Workflow.Postgres.Batches;

namespace Workflow.Postgres.Lineage;

/// <summary>
/// Which attempts are told of: those that used data, however they ended, and those that did not live to use it although their task is there
/// for that. Each is told of by one start and one end, in the transaction that ends it. One that waits for something, or that was given
/// back, is told of by the attempt that follows it.
/// </summary>
internal static partial class LineageOutbox
{
    /// <summary>Whether an attempt may be owed its events; most are not, and cost nothing.</summary>
    public static bool MayOwe(FinishedAttempt attempt) =>
        attempt.Outcome is not (TaskOutcome.Deferred or TaskOutcome.Returned)
        && (attempt.HasEffects || attempt.Outcome is not (TaskOutcome.Succeeded or TaskOutcome.Skipped));

    /// <summary>Adds the events to the batch that ends the attempt, if they are owed.</summary>
    public static void Add(NpgsqlBatch batch, FinishedAttempt attempt, TaskDefinition task)
    {
        var isKnown = attempt.HasEffects || task.UsesData == true;
        if (!isKnown && attempt.Outcome is not TaskOutcome.Lost)
            return;
        var key = attempt.Task.Key;
        Batches.Add(
            batch, Record, Value(key.RunId), Value(key.TaskIndex), Value(key.MapIndex), Value(attempt.Task.Attempt.Number), Value(isKnown));
    }
}
