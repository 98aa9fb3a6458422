using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Postgres.Backfills;

/// <summary>What a step on a backfill came to.</summary>
public enum BackfillStep
{
    /// <summary>There is nothing to do until a run ends or a person says so; or another scheduler is at it.</summary>
    Waits,

    /// <summary>One of its dates had its turn.</summary>
    Moved,

    /// <summary>It is done.</summary>
    Completed,

    /// <summary>Its parameters no longer fit its DAG: it was paused, and says why.</summary>
    Refused,
}

/// <summary>
/// Moves backfills on, one date in one transaction. Any number of schedulers may do so at once: whoever holds a backfill's row moves it,
/// the others pass it by.
/// </summary>
/// <remarks>
/// <para>
/// A date's run is created, or cleared, and started in the transaction that records what came of the date: a kill before its commit leaves
/// the date pending and no trace, one after it leaves nothing to repair. So its limit holds whoever moves it, and no run waits for a start
/// but one that a person made to run again; those come first.
/// </para>
/// <para>Locks are taken in the order backfill, DAG, run; and no more than one run in a transaction, as steps take several in order.</para>
/// </remarks>
public sealed partial class BackfillSteps(NpgsqlDataSource dataSource, GraphCache graphs)
{
    private const string CancelledMessage = "The backfill of the run was cancelled.";

    private readonly RunEditor editor = new(dataSource, graphs);

    /// <summary>The backfills that may have something to do.</summary>
    public Task<IReadOnlyList<long>> OpenAsync(CancellationToken cancellationToken) =>
        dataSource.ListAsync<long>(Open, null, cancellationToken);

    /// <summary>Gives one date its turn, if the backfill may have one more run running.</summary>
    /// <exception cref="DagNotRunnableException">The DAG's file is gone.</exception>
    public async Task<BackfillStep> MoveAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (await connection.QuerySingleOrDefaultAsync<BackfillRow>(Lock, new { id }, transaction)
            .ConfigureAwait(false) is not { } backfill)
            return BackfillStep.Waits;
        var next = await connection.QuerySingleAsync<NextRow>(Next, new { id }, transaction).ConfigureAwait(false);
        if (next.Running >= backfill.MaxActiveRuns)
            return BackfillStep.Waits;
        var step = BackfillStep.Moved;
        if (next.QueuedRunId is { } queued)
        {
            await connection.ExecuteAsync(RunStore.LockDag, new { backfill.DagId }, transaction).ConfigureAwait(false);
            await RunStore.StartAsync(queued, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
        }
        else if (!backfill.IsActive || (next.Number is null && next.Running > 0))
        {
            return BackfillStep.Waits;
        }
        else if (next.Number is null)
        {
            await connection.ExecuteAsync(Complete, new { id }, transaction).ConfigureAwait(false);
            step = BackfillStep.Completed;
        }
        else
        {
            step = await TurnAsync(backfill, next, connection, transaction, cancellationToken).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(Notify, transaction: transaction).ConfigureAwait(false);
        // Killed before this, the date is pending as before; after it, all is done and only the wake-up may be lost, which a poll makes up
        // for.
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return step;
    }

    /// <summary>Stops the runs of cancelled backfills for which that was ordered.</summary>
    /// <returns>How many were stopped.</returns>
    /// <remarks>A kill between a stop and its record makes the next turn stop the run again, which changes nothing.</remarks>
    public async Task<int> StopCancelledAsync(CancellationToken cancellationToken)
    {
        var stopped = 0;
        foreach (var (id, number, runId) in
            await dataSource.ListAsync<(long Id, int Number, long? RunId)>(ToStop, null, cancellationToken).ConfigureAwait(false))
        {
            if (runId is { } run && await editor.StopAsync(run, new RunStop(RunState.Cancelled, CancelledMessage), cancellationToken)
                .ConfigureAwait(false))
                stopped++;
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(new CommandDefinition(Stopped, new { id, number }, cancellationToken: cancellationToken))
                .ConfigureAwait(false);
        }

        return stopped;
    }

    private async Task<BackfillStep> TurnAsync(
        BackfillRow backfill, NextRow next, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var (number, date) = (next.Number!.Value, next.LogicalDate!.Value.Utc());
        var key = RunKeys.Backfill(date);
        await connection.ExecuteAsync(RunStore.LockDag, new { backfill.DagId }, transaction).ConfigureAwait(false);
        var existing = await connection.QuerySingleOrDefaultAsync<ExistingRow>(Existing, new { backfill.DagId, date, key }, transaction)
            .ConfigureAwait(false);
        var outcome = BackfillPolicy.Decide(
            StateNames.Parse<ReprocessBehavior>(backfill.Reprocess), existing is null ? null : StateNames.Parse<RunState>(existing.State));
        var runId = existing?.RunId;
        if (outcome == BackfillOutcome.Created)
        {
            var run = new NewRun(
                backfill.DagId, key, RunType.Backfill, (JsonObject)JsonNode.Parse(backfill.Conf)!, backfill.CreatedBy, date,
                next.IntervalStart.Utc(), BackfillId: backfill.Id, IgnoresPast: number == 0);
            try
            {
                runId = await RunStore.CreateAsync(run, graphs, connection, transaction, cancellationToken).ConfigureAwait(false)
                    ?? throw new InvalidOperationException($"Run '{key}' of DAG '{backfill.DagId}' appeared under the lock of its DAG.");
            }
            catch (ParameterException wrong)
            {
                await connection.ExecuteAsync(Refuse, new { backfill.Id, message = StoredText.Message(wrong.Message) }, transaction)
                    .ConfigureAwait(false);
                return BackfillStep.Refused;
            }

            await RunStore.StartAsync(runId.Value, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
        }
        else if (outcome == BackfillOutcome.Cleared)
        {
            await ClearAsync(backfill, existing!, isFirst: number == 0, connection, transaction, cancellationToken).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(Record, new { backfill.Id, number, outcome = outcome.Name(), runId }, transaction)
            .ConfigureAwait(false);
        return BackfillStep.Moved;
    }

    /// <summary>
    /// Makes a run that has ended run again as one of the backfill's; it keeps its type and the version that it is pinned to.
    /// </summary>
    private async Task ClearAsync(
        BackfillRow backfill, ExistingRow run, bool isFirst, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var lane = RunStore.LaneOf(run.DagLane, isBackfill: true);
        var adopt = new { run.RunId, backfill.Id, lane, backfill.Conf, isFirst };
        if (run.HasTasks)
        {
            await editor.EditWithinAsync(run.RunId, Clear, connection, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(Adopt, adopt, transaction).ConfigureAwait(false);
            return;
        }

        // It was cancelled while it waited for its start.
        await connection.ExecuteAsync(Adopt, adopt, transaction).ConfigureAwait(false);
        await connection.ExecuteAsync(Requeue, new { run.RunId }, transaction).ConfigureAwait(false);
        await RunStore.StartAsync(run.RunId, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);

        void Clear(RunModel model)
        {
            model.WaitForPast(!isFirst);
            model.Clear(model.Graph.Tasks.Select(task => (task.Index, TaskKey.Whole)));
        }
    }

    private sealed record BackfillRow(
        long Id, string DagId, bool IsActive, string Reprocess, int MaxActiveRuns, string Conf, string CreatedBy);

    private sealed record NextRow(int Running, long? QueuedRunId, int? Number, DateTime? LogicalDate, DateTime? IntervalStart);

    private sealed record ExistingRow(long RunId, string State, int DagLane, bool HasTasks);
}
