using Dapper;
using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Postgres.Runs;

/// <content>Starts runs: makes their task instances.</content>
public sealed partial class RunStore
{
    /// <summary>
    /// Starts the queued runs that are due, as far as each DAG may have them running. Runs of backfills are left to those.
    /// </summary>
    /// <returns>How many were started.</returns>
    /// <remarks>A kill between two DAGs leaves the rest queued for the next turn, of this scheduler or another.</remarks>
    public async Task<int> StartQueuedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var started = 0;
        foreach (var dagId in await connection.QueryAsync<string>(DagsWithQueued).ConfigureAwait(false))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(LockDag, new { dagId }, transaction).ConfigureAwait(false);
            var parameters = new { dagId, defaultLimit = DagSettings.DefaultMaxActiveRuns };
            var next = (await connection.QueryAsync<long>(NextQueued, parameters, transaction).ConfigureAwait(false)).AsList();
            foreach (var runId in next)
                await StartAsync(runId, graphs, connection, transaction, cancellationToken).ConfigureAwait(false);
            if (next.Count > 0)
                await connection.ExecuteAsync(NotifyCreated, transaction: transaction).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            started += next.Count;
        }

        return started;
    }

    /// <summary>Starts a queued run, whatever the limits. The caller holds the lock of its DAG.</summary>
    internal static async Task StartAsync(
        long runId, GraphCache graphs, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (await connection.QuerySingleOrDefaultAsync<QueuedRow>(QueuedRun, new { runId }, transaction)
            .ConfigureAwait(false) is not { } run)
            return;
        var (graph, settings) = await graphs.GetVersionAsync(run.DagVersionId, connection, cancellationToken).ConfigureAwait(false);
        var waiting = await WaitingForPastAsync(runId, run, graph, connection, transaction).ConfigureAwait(false);
        var model = RunModel.Start(graph, task => [.. task.MapSources.Select(_ => (int?)null)], waiting);
        var rows = model.Instances.ToList();
        var limited = graph.Tasks.Select(task => IsLimited(task, settings, run.IsDefaultPoolLimited)).ToArray();
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            Batches.Add(
                batch, StartRun, Batches.Value(runId), new NpgsqlParameter<double?> { TypedValue = settings.RunTimeout?.TotalSeconds },
                Batches.Value(model.Unfinished));
            Batches.Add(
                batch, InsertTasks, Batches.Value(runId), Batches.Array(graph.Tasks.Select(task => task.Index)),
                Batches.Array(graph.Tasks.Select(task => task.Id)), Batches.Array(graph.Tasks.Select(task => task.Queue)),
                Batches.Array(rows.Select(row => row.State.Name())), Batches.Array(graph.Tasks.Select(task => (short)-task.Priority)),
                Batches.Array(graph.Tasks.Select(task => task.Pool)), Batches.Array(graph.Tasks.Select(task => task.PoolSlots)),
                Batches.Array(limited), Batches.Value(run.Lane), Batches.Array(rows.Select(row => row.WaitsForPast)));
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        if (limited.Contains(true))
            await connection.ExecuteAsync(NotifySlots, transaction: transaction).ConfigureAwait(false);
        if (settings.Deadlines.Count > 0)
            await AddDeadlinesAsync(runId, run, settings, connection, transaction).ConfigureAwait(false);
    }

    private static bool IsLimited(TaskDefinition task, DagSettings settings, bool isDefaultPoolLimited) =>
        task.Pool != TaskDefinition.DefaultPool || isDefaultPoolLimited || task.MaxActive is not null || task.MaxActivePerRun is not null
        || settings.MaxActiveTasks is not null || settings.MaxActiveTasksPerRun is not null;

    /// <summary>
    /// The tasks whose counterparts in the run before have not succeeded or been skipped; one that is new there does not wait.
    /// </summary>
    private static async Task<HashSet<int>> WaitingForPastAsync(
        long runId, QueuedRow run, DagGraph graph, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var dependent = graph.Tasks.Where(task => task.DependsOnPast).ToList();
        if (dependent.Count == 0 || run.IgnoresPast)
            return [];
        var past = (await connection.QueryAsync<(string? TaskId, string? State)>(
            PastStates, new { run.DagId, inTime = run.InTime, runId }, transaction).ConfigureAwait(false)).AsList();

        // A run before that has no tasks yet is one that waits for its start.
        var isQueued = past is [(null, _)];
        var states = past.Where(row => row.TaskId is not null).ToDictionary(row => row.TaskId!, row => row.State);
        return [.. dependent
            .Where(task => isQueued || (states.TryGetValue(task.Id, out var state)
                && state != TaskState.Success.Name() && state != TaskState.Skipped.Name()))
            .Select(task => task.Index)];
    }

    private static async Task AddDeadlinesAsync(
        long runId, QueuedRow run, DagSettings settings, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var count = settings.Deadlines.Max(deadline => deadline.Runs);
        var durations = (await connection.QueryAsync<double>(Durations, new { run.DagId, count }, transaction).ConfigureAwait(false))
            .Select(TimeSpan.FromSeconds).ToList();
        var due = settings.Deadlines
            .Select((deadline, number) =>
                (Number: number,
                    At: deadline.Of(Utc(run.CreatedAt), Utc(run.Now), run.LogicalDate is { } date ? Utc(date) : null, durations)))
            .Where(deadline => deadline.At is not null).ToList();
        await connection.ExecuteAsync(
            InsertDeadlines,
            new
            {
                runId,
                numbers = due.Select(deadline => deadline.Number).ToArray(),
                dueAt = due.Select(deadline => deadline.At!.Value.UtcDateTime).ToArray(),
            },
            transaction).ConfigureAwait(false);
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private sealed record QueuedRow(
        string DagId, long DagVersionId, int Lane, bool IgnoresPast, DateTime CreatedAt, DateTime? LogicalDate,
        DateTime Now, DateTime InTime, bool IsDefaultPoolLimited);
}
