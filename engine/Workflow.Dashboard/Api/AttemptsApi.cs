using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>The attempts of task instances: their logs, what went in and what came out.</summary>
internal static class AttemptsApi
{
    /// <summary>How many lines a page of a log has at most.</summary>
    public const int LogLines = 1000;

    private const int MostInputs = 100;

    public static void Map(RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}").WithTags("Tasks");
        tasks.MapGet("/tries", TriesAsync).WithSummary("Attempts of a task instance, oldest first.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/tries/{try_number}", TryAsync).WithSummary("An attempt with its inputs and its output.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/logs/{try_number}", LogAsync).WithSummary("Log of an attempt from a line on.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/xcomEntries", OutputsAsync).WithSummary("Values that a task handed on.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{map_index:int}/tries",
            ([AsParameters] ElementPath path, RunReads runs, TaskReads reads, GraphCache graphs, CancellationToken token) =>
                TriesAsync(path.Task, path.MapIndex, runs, reads, graphs, token))
            .WithSummary("Attempts of an element, oldest first.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{map_index:int}/tries/{try_number}", (
                [AsParameters] ElementPath path, [FromRoute(Name = "try_number")] int tryNumber, RunReads runs, TaskReads reads,
                GraphCache graphs,
                CancellationToken token) => TryAsync(path.Task, tryNumber, path.MapIndex, runs, reads, graphs, token))
            .WithSummary("An attempt of an element with its inputs and its output.").Refuses(401, 404, 409, 422);
    }

    private static async Task<TaskTryCollection> TriesAsync(
        [AsParameters] TaskPath path, [FromQuery(Name = "map_index")] int? mapIndex, RunReads runs, TaskReads reads, GraphCache graphs,
        CancellationToken cancellationToken)
    {
        var (run, task, _) = await TasksApi.FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var tries = await reads.TriesAsync(run.RunId, task.Index, mapIndex ?? TaskKey.Whole, cancellationToken).ConfigureAwait(false);
        return new TaskTryCollection(
            [.. tries.Select(row => new TaskTry(
                row.Attempt, StateNames.Parse<TryState>(row.State), row.StartedAt, row.FinishedAt,
                TasksApi.Seconds(row.StartedAt, row.FinishedAt),
                row.Worker, row.Message))],
            tries.Count);
    }

    private static async Task<TaskTryDetails> TryAsync(
        [AsParameters] TaskPath path, [FromRoute(Name = "try_number")] int tryNumber, [FromQuery(Name = "map_index")] int? mapIndex,
        RunReads runs, TaskReads reads, GraphCache graphs, CancellationToken cancellationToken)
    {
        var (run, task, graph) = await TasksApi.FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var key = new TaskKey(run.RunId, task.Index, mapIndex ?? TaskKey.Whole);
        var row = await FindAsync(key, task, tryNumber, reads, cancellationToken).ConfigureAwait(false);
        var inputs = await reads.InputsAsync(key, tryNumber, Upstreams(graph, task, key.MapIndex), MostInputs, cancellationToken)
            .ConfigureAwait(false);
        var output = await reads.OutputAsync(run.RunId, task.Index, key.MapIndex, tryNumber, cancellationToken).ConfigureAwait(false);
        return new TaskTryDetails(
            row.Attempt, StateNames.Parse<TryState>(row.State), row.StartedAt, row.FinishedAt,
            TasksApi.Seconds(row.StartedAt, row.FinishedAt),
            row.Worker, row.Message,
            [.. inputs.Select(input =>
                new TaskInput(graph.Tasks[input.TaskIndex].Id, input.MapIndex, input.Attempt, ApiJson.Any(input.Value)))],
            output is null ? null : ApiJson.Any(output));
    }

    private static async Task<LogPage> LogAsync(
        [AsParameters] TaskPath path, [FromRoute(Name = "try_number")] int tryNumber, [FromQuery(Name = "after")] long? after,
        [FromQuery(Name = "map_index")] int? mapIndex, RunReads runs, TaskReads reads, GraphCache graphs,
        CancellationToken cancellationToken)
    {
        var (run, task, _) = await TasksApi.FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var key = new TaskKey(run.RunId, task.Index, mapIndex ?? TaskKey.Whole);

        // Whether it has ended is read before the lines: what it wrote until then is among them.
        var attempt = await FindAsync(key, task, tryNumber, reads, cancellationToken).ConfigureAwait(false);
        var from = Math.Max(after ?? 0, 0);
        var lines = await reads.LogAsync(run.RunId, task.Index, key.MapIndex, tryNumber, from, LogLines, cancellationToken)
            .ConfigureAwait(false);
        return new LogPage(
            [.. lines.Select(row => new LogLine(row.Seq, row.LoggedAt, StateNames.Parse<TaskLogLevel>(row.Level), row.Line))],
            lines.Count > 0 ? lines[^1].Seq : from, attempt.FinishedAt is not null && lines.Count < LogLines);
    }

    private static async Task<XComCollection> OutputsAsync(
        [AsParameters] TaskPath path, [FromQuery(Name = "map_index")] int? mapIndex, RunReads runs, TaskReads reads, GraphCache graphs,
        CancellationToken cancellationToken)
    {
        var (run, task, _) = await TasksApi.FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var output = await reads.OutputAsync(run.RunId, task.Index, mapIndex ?? TaskKey.Whole, cancellationToken).ConfigureAwait(false);
        return output is null ? new XComCollection([], 0) : new XComCollection([new XComEntry("return_value", ApiJson.Any(output))], 1);
    }

    private static async Task<TryRow> FindAsync(
        TaskKey key, TaskDefinition task, int tryNumber, TaskReads reads, CancellationToken cancellationToken)
    {
        var tries = await reads.TriesAsync(key.RunId, key.TaskIndex, key.MapIndex, cancellationToken).ConfigureAwait(false);
        var name = key.MapIndex == TaskKey.Whole ? $"Task '{task.Id}'" : $"Element {key.MapIndex} of task '{task.Id}'";
        return tries.FirstOrDefault(row => row.Attempt == tryNumber)
            ?? throw ApiException.NotFound($"{name} has no attempt {tryNumber}; it has had {tries.Count}.");
    }

    /// <summary>
    /// What an instance may take: of its own map what belongs to its index, of a mapped task all elements, of any other its output.
    /// </summary>
    private static List<(int Task, int MapIndex)> Upstreams(DagGraph graph, TaskDefinition task, int mapIndex)
    {
        var sources = task.MapRoot is { } root ? graph.Tasks[root].MapSources.Concat(graph.Tasks[root].Upstreams) : [];
        return [.. task.Upstreams.Concat(sources).Distinct().Select(other =>
            (other, graph.AreInOneMap(task.Index,
                other) ? mapIndex : graph.Tasks[other].IsMapped ? TaskReads.AllElements : TaskKey.Whole))];
    }
}
