using Dapper;
using Npgsql;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <summary>What to clear.</summary>
/// <param name="Tasks">The tasks of the run.</param>
/// <param name="OnlyFailed">See <see cref="ClearPlan.Keys"/>.</param>
/// <param name="Past">The same tasks in earlier runs too.</param>
/// <param name="Future">The same tasks in later runs too.</param>
/// <param name="SparesEnded">Whether runs that have ended are left alone.</param>
public sealed record ClearRequest(
    TaskSelection Tasks, bool OnlyFailed = false, bool Past = false, bool Future = false, bool SparesEnded = false);

/// <summary>What to mark.</summary>
/// <param name="Tasks">The tasks of the run.</param>
/// <param name="End">Success, failed or skipped.</param>
/// <param name="By">Who says so.</param>
/// <param name="Past">The same tasks in earlier runs too.</param>
/// <param name="Future">The same tasks in later runs too.</param>
public sealed record MarkRequest(TaskSelection Tasks, TaskState End, string By, bool Past = false, bool Future = false);

/// <summary>A task instance that an act concerns.</summary>
/// <param name="DagId">Its DAG.</param>
/// <param name="RunKey">Its run.</param>
/// <param name="TaskId">Its task.</param>
/// <param name="MapIndex">Which element, or <see cref="TaskKey.Whole"/>: a mapped task with all of its elements.</param>
/// <param name="State">The state that it had.</param>
public sealed record AffectedTask(string DagId, string RunKey, string TaskId, int MapIndex, TaskState State);

/// <summary>What people do to runs: clear, mark, note, delete. Each run is changed in a transaction of its own, under its lock.</summary>
/// <remarks>A kill among several runs leaves the rest as they were; doing the same again does what is left.</remarks>
public sealed partial class RunActs(NpgsqlDataSource dataSource, GraphCache graphs)
{
    private readonly RunEditor editor = new(dataSource, graphs);

    /// <summary>Makes tasks run again; a run that had ended goes on.</summary>
    /// <returns>What was cleared, or would be; null when there is no such run.</returns>
    /// <exception cref="RunActException">The run has no such task, or no tasks yet.</exception>
    public Task<IReadOnlyList<AffectedTask>> ClearAsync(
        long runId, ClearRequest request, bool isDryRun, CancellationToken cancellationToken) => ActAsync(
        runId, request.Tasks, request.Past, request.Future, isDryRun,
        run => request.SparesEnded && run.State is not null ? [] : ClearPlan.Keys(run, request.Tasks, request.OnlyFailed),
        (run, keys, isFirst) =>
        {
            // The same tasks of the run before run again too, and come first.
            if (!isFirst)
                run.WaitForPast(true, keys.Select(key => key.Task).ToHashSet());
            run.Clear(keys);
        },
        cancellationToken);

    /// <summary>Gives tasks an end by hand.</summary>
    /// <returns>What was marked, or would be.</returns>
    /// <exception cref="RunActException">The run has no such task, or no tasks yet.</exception>
    public Task<IReadOnlyList<AffectedTask>> MarkAsync(
        long runId, MarkRequest request, bool isDryRun, CancellationToken cancellationToken) => ActAsync(
        runId, request.Tasks, request.Past, request.Future, isDryRun,
        run => MarkPlan.Keys(run, request.Tasks, request.End),
        (run, keys, _) => MarkPlan.Apply(run, keys, request.End, $"Marked {request.End.Name()} by {request.By}."),
        cancellationToken);

    /// <summary>Ends a run by hand, whether it runs, waits for its start or has ended otherwise.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="end">Success or failed.</param>
    /// <param name="by">Who says so.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="RunActException">It ended before it had started.</exception>
    public async Task MarkRunAsync(long runId, RunState end, string by, CancellationToken cancellationToken)
    {
        var stop = new RunStop(end, $"The run was marked {end.Name()} by {by}.");
        if (!await editor.StopAsync(runId, stop, cancellationToken).ConfigureAwait(false)
            && await editor.EditAsync(runId, run => run.Stop(stop), stop.Message, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new RunActException("The run was cancelled before it had started, so there is nothing to mark. Trigger a new run.");
        }
    }

    /// <summary>Writes a remark on a run; null takes it away.</summary>
    public async Task NoteAsync(long runId, string? note, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(SetNote, new { runId, note }).ConfigureAwait(false);
    }

    /// <summary>Deletes a run with its tasks, attempts, outputs and logs. What it published stays.</summary>
    /// <returns>False when there is no such run.</returns>
    /// <exception cref="RunActException">It is running.</exception>
    public async Task<bool> DeleteAsync(long runId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var state = await connection.ExecuteScalarAsync<string?>(LockForDelete, new { runId }, transaction).ConfigureAwait(false);
        if (state is null)
            return false;
        if (state == RunState.Running.Name())
            throw new RunActException("The run is running. Cancel it and delete it when its tasks have stopped.");
        await connection.ExecuteAsync(Delete, new { runId }, transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Plans in each run, and unless it is a dry run plans once more and acts under the run's lock.</summary>
    private async Task<IReadOnlyList<AffectedTask>> ActAsync(
        long runId, TaskSelection tasks, bool past, bool future, bool isDryRun,
        Func<RunModel, IReadOnlyList<(int Task, int MapIndex)>> plan,
        Action<RunModel, IReadOnlyList<(int Task, int MapIndex)>, bool> act, CancellationToken cancellationToken)
    {
        var asked = await editor.ReadAsync(runId, cancellationToken).ConfigureAwait(false)
            ?? throw new RunActException("The run has not started, so it has no tasks to act on.");
        if (tasks.Complaint(asked) is { } complaint)
            throw new RunActException(complaint, isUnknownTask: true);

        var affected = new List<AffectedTask>();
        var isFirst = true;
        foreach (var run in await NeighboursAsync(runId, past, future, cancellationToken).ConfigureAwait(false))
        {
            var found = new List<AffectedTask>();
            if (isDryRun)
            {
                if (await editor.ReadAsync(run.RunId, cancellationToken).ConfigureAwait(false) is { } model)
                    Note(model, plan(model));
            }
            else
            {
                await editor.EditAsync(run.RunId, Edit, message: null, cancellationToken).ConfigureAwait(false);
            }

            isFirst &= found.Count == 0;
            affected.AddRange(found);

            void Edit(RunModel model)
            {
                var keys = plan(model);
                Note(model, keys);
                if (keys.Count > 0)
                    act(model, keys, isFirst);
            }

            void Note(RunModel model, IReadOnlyList<(int Task, int MapIndex)> keys) => found.AddRange(keys.Select(key => new AffectedTask(
                run.DagId, run.RunKey, model.Graph.Tasks[key.Task].Id, key.MapIndex, model[key.Task, key.MapIndex].State)));
        }

        return affected;
    }

    private async Task<IReadOnlyList<NeighbourRow>> NeighboursAsync(long runId, bool past, bool future, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return (await connection.QueryAsync<NeighbourRow>(Neighbours, new { runId, past, future }).ConfigureAwait(false)).AsList();
    }

    private sealed record NeighbourRow(long RunId, string DagId, string RunKey, string State);
}
