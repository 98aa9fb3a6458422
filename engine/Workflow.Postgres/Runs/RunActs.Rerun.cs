using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <content>Moves a run to another version of its DAG.</content>
public sealed partial class RunActs
{
    /// <summary>
    /// Runs a whole run again on the newest version of its DAG: its tasks are made anew, and the attempts that it has had keep their logs,
    /// outputs and times.
    /// </summary>
    /// <remarks>One transaction: a kill leaves the run as it was.</remarks>
    /// <param name="dagId">Its DAG.</param>
    /// <param name="runId">The run.</param>
    /// <param name="isDryRun">Whether to say only that it could be done.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The ids of the tasks that it has then.</returns>
    /// <exception cref="RunActException">It is running, or the newest version has no place for attempts that it has had.</exception>
    /// <exception cref="DagNotRunnableException">The DAG's file is gone.</exception>
    /// <exception cref="ParameterException">The run's parameters do not fit the newest version.</exception>
    public async Task<IReadOnlyList<string>> RerunOnNewestAsync(
        string dagId, long runId, bool isDryRun, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

        // As in the creation of runs: the DAG first, then the run.
        await connection.ExecuteAsync(LockDag, new { dagId }, transaction).ConfigureAwait(false);
        var newest = await connection.QuerySingleOrDefaultAsync<NewestRow>(NewestVersion, new { dagId }, transaction).ConfigureAwait(false)
            ?? throw new DagNotRunnableException($"DAG '{dagId}' has no version to run.");
        if (!newest.IsActive)
            throw new DagNotRunnableException($"DAG '{dagId}' cannot run: {newest.Message}");
        var run = await connection.QuerySingleAsync<PinnedRow>(LockRun, new { runId }, transaction).ConfigureAwait(false);
        if (run.State == RunState.Running.Name())
        {
            throw new RunActException(
                "The run is running on the version that it is pinned to. Cancel it first, and run it again when its tasks have stopped.");
        }

        RunStore.Validate(dagId, (JsonObject)JsonNode.Parse(run.Conf)!, newest.Params);

        var graph = await graphs.GetAsync(newest.DagVersionId, cancellationToken).ConfigureAwait(false);
        var former = await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var withHistory = (await connection.QueryAsync<int>(TasksWithHistory, new { runId }, transaction).ConfigureAwait(false)).AsList();
        if (Displaced(former, graph, withHistory) is { } displaced)
        {
            throw new RunActException(
                $"The run cannot go on with version {newest.Number}: task '{displaced}' has had attempts, and that version has another task or none "
                + "in its place, so that they could not be kept. Trigger a new run, or clear this one on the version that it is pinned to.");
        }

        if (!isDryRun)
        {
            await MoveAsync(runId, run, newest.DagVersionId, former, graph, connection, transaction, cancellationToken)
                .ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return [.. graph.Tasks.Select(task => task.Id)];
    }

    private async Task MoveAsync(
        long runId, PinnedRow run, long dagVersionId, DagGraph former, DagGraph graph, NpgsqlConnection connection,
        NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // One that waits for its start has no tasks to make anew.
        if (run.State == RunState.Queued.Name())
        {
            await connection.ExecuteAsync(PinQueuedRun, new { runId, dagVersionId }, transaction).ConfigureAwait(false);
            return;
        }

        var gone = former.Tasks.Where(task => !HasPlace(former, graph, task.Index)).Select(task => task.Index).ToArray();
        await connection.ExecuteAsync(TakeApart, new { runId, dagVersionId, gone }, transaction).ConfigureAwait(false);
        await RunStore.StartAsync(runId, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(CountOn, new { runId }, transaction).ConfigureAwait(false);
    }

    private static string? Displaced(DagGraph former, DagGraph graph, IEnumerable<int> withHistory) =>
        withHistory.Where(task => !HasPlace(former, graph, task)).Select(task => former.Tasks[task].Id).FirstOrDefault();

    private static bool HasPlace(DagGraph former, DagGraph graph, int task) =>
        task < graph.Tasks.Count && graph.Tasks[task].Id == former.Tasks[task].Id;

    private sealed record NewestRow(long DagVersionId, int Number, string Params, bool IsActive, string? Message);

    private sealed record PinnedRow(string State, long DagVersionId, string Conf);
}
