using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Task instances, their attempts, logs and outputs.</summary>
internal static class TasksApi
{
    /// <summary>How many lines a page of a log has at most.</summary>
    public const int LogLines = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances").WithTags("Tasks");
        tasks.MapGet("", ListAsync).WithSummary("Task instances of a run.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{task_id}/tries", TriesAsync).WithSummary("Attempts of a task instance, oldest first.").Refuses(401, 404, 409);
        tasks.MapGet("/{task_id}/logs/{try_number}", LogAsync).WithSummary("Log of an attempt from a line on.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{task_id}/xcomEntries", OutputsAsync).WithSummary("Values that a task handed on.").Refuses(401, 404, 409);
    }

    private static async Task<TaskInstanceCollection> ListAsync(
        [AsParameters] RunPath path, [AsParameters] PageQuery page, RunReads runs, TaskReads reads, GraphCache graphs,
        CancellationToken cancellationToken)
    {
        var run = await RunsApi.FindAsync(path, runs, cancellationToken).ConfigureAwait(false);
        var graph = await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var found = await reads.ListAsync(run.RunId, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        var waiting = await Waiting.OfAsync(run.RunId, graph, found.Items, reads, cancellationToken).ConfigureAwait(false);
        return new TaskInstanceCollection(
            [.. found.Items.Select(row => InstanceOf(row, graph.Tasks[row.TaskIndex], waiting.Message(row)))], found.Total);
    }

    private static async Task<TaskTryCollection> TriesAsync(
        [AsParameters] TaskPath path, RunReads runs, TaskReads reads, GraphCache graphs, CancellationToken cancellationToken)
    {
        var (run, task) = await FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var tries = await reads.TriesAsync(run.RunId, task.Index, cancellationToken).ConfigureAwait(false);
        return new TaskTryCollection(
            [.. tries.Select(row => new TaskTry(
                row.Attempt, StateNames.Parse<TryState>(row.State), row.StartedAt, row.FinishedAt, Seconds(row.StartedAt, row.FinishedAt),
                row.Worker, row.Message))],
            tries.Count);
    }

    private static async Task<LogPage> LogAsync(
        [AsParameters] TaskPath path, [FromRoute(Name = "try_number")] int tryNumber, [FromQuery(Name = "after")] long? after, RunReads runs,
        TaskReads reads, GraphCache graphs, CancellationToken cancellationToken)
    {
        var (run, task) = await FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var tries = await reads.TriesAsync(run.RunId, task.Index, cancellationToken).ConfigureAwait(false);
        var attempt = tries.FirstOrDefault(row => row.Attempt == tryNumber)
            ?? throw ApiException.NotFound($"Task '{task.Id}' has no attempt {tryNumber}; it has had {tries.Count}.");

        // Whether it has ended is read before the lines: what it wrote until then is among them.
        var from = Math.Max(after ?? 0, 0);
        var lines = await reads.LogAsync(run.RunId, task.Index, tryNumber, from, LogLines, cancellationToken).ConfigureAwait(false);
        return new LogPage(
            [.. lines.Select(row => new LogLine(row.Seq, row.LoggedAt, StateNames.Parse<TaskLogLevel>(row.Level), row.Line))],
            lines.Count > 0 ? lines[^1].Seq : from, attempt.FinishedAt is not null && lines.Count < LogLines);
    }

    private static async Task<XComCollection> OutputsAsync(
        [AsParameters] TaskPath path, RunReads runs, TaskReads reads, GraphCache graphs, CancellationToken cancellationToken)
    {
        var (run, task) = await FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        return await reads.OutputAsync(run.RunId, task.Index, cancellationToken).ConfigureAwait(false) is { } value
            ? new XComCollection([new XComEntry("return_value", ApiJson.Any(value))], 1)
            : new XComCollection([], 0);
    }

    private static async Task<(RunRow Run, TaskDefinition Task)> FindAsync(
        TaskPath path, RunReads runs, GraphCache graphs, CancellationToken cancellationToken)
    {
        var run = await RunsApi.FindAsync(path.Run, runs, cancellationToken).ConfigureAwait(false);
        var graph = await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var task = graph.Tasks.FirstOrDefault(task => task.Id == path.TaskId)
            ?? throw ApiException.NotFound($"Run '{run.RunKey}' of DAG '{run.DagId}' has no task '{path.TaskId}'.");
        return (run, task);
    }

    private static TaskInstance InstanceOf(TaskRow row, TaskDefinition task, string? message) => new(
        row.TaskId, row.MapIndex, StateNames.Parse<TaskState>(row.State), row.Attempt, task.Retries + 1, row.Queue, row.StartedAt, row.FinishedAt,
        Seconds(row.StartedAt, row.FinishedAt), row.Worker, row.State == TaskState.UpForRetry.Name() ? row.ReadyAt : null, message,
        GraphView.KindOf(task));

    private static double? Seconds(DateTime? start, DateTime? end) => (end - start)?.TotalSeconds;
}
