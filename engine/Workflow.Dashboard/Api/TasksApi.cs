using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Task instances, and why they are where they are.</summary>
internal static class TasksApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances").WithTags("Tasks");
        tasks.MapGet("", ListAsync).WithSummary("Task instances of a run.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{task_id}", GetAsync).WithSummary("A task instance; of a mapped task the whole.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{task_id}/listMapped", ElementsAsync).WithSummary("Elements of a mapped task.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{task_id}/dependencies", DependenciesAsync).WithSummary("Why a task does not run.").Refuses(401, 404, 409, 422);
        tasks.MapGet("/{task_id}/{map_index:int}", (
                [AsParameters] ElementPath path, RunReads runs, TaskReads reads, GraphCache graphs, Explainer explainer,
                CancellationToken token) =>
                GetAsync(path.Task, path.MapIndex, runs, reads, graphs, explainer, token))
            .WithSummary("An element of a mapped task.").Refuses(401, 404, 409);
        tasks.MapGet("/{task_id}/{map_index:int}/dependencies", (
                [AsParameters] ElementPath path, RunReads runs, TaskReads reads, GraphCache graphs, Explainer explainer,
                CancellationToken token) =>
                DependenciesAsync(path.Task, path.MapIndex, runs, reads, graphs, explainer, token))
            .WithSummary("Why an element does not run.").Refuses(401, 404, 409);
    }

    internal static async Task<(RunRow Run, TaskDefinition Task, DagGraph Graph)> FindAsync(
        TaskPath path, RunReads runs, GraphCache graphs, CancellationToken cancellationToken)
    {
        var run = await RunsApi.FindAsync(path.Run, runs, cancellationToken).ConfigureAwait(false);
        var graph = await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var task = graph.Tasks.FirstOrDefault(task => task.Id == path.TaskId)
            ?? throw ApiException.NotFound($"Run '{run.RunKey}' of DAG '{run.DagId}' has no task '{path.TaskId}'.");
        return (run, task, graph);
    }

    internal static double? Seconds(DateTime? start, DateTime? end) => (end - start)?.TotalSeconds;

    private static async Task<TaskInstanceCollection> ListAsync(
        [AsParameters] RunPath path, [FromQuery(Name = "map_index")] int? mapIndex, [AsParameters] PageQuery page, RunReads runs,
        TaskReads reads, GraphCache graphs, Explainer explainer, CancellationToken cancellationToken)
    {
        var run = await RunsApi.FindAsync(path, runs, cancellationToken).ConfigureAwait(false);
        var graph = await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var found = await reads.ListAsync(run.RunId, mapIndex, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return await PageAsync(run, graph, found, reads, explainer, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TaskInstanceCollection> ElementsAsync(
        [AsParameters] TaskPath path, [FromQuery(Name = "state")] string? state, [AsParameters] PageQuery page, RunReads runs,
        TaskReads reads, GraphCache graphs, Explainer explainer, CancellationToken cancellationToken)
    {
        var states = Enum.GetValues<TaskState>().Select(known => known.Name()).ToList();
        if (state is not (null or "") && !states.Contains(state))
            throw ApiException.Invalid("state", $"must be one of {string.Join(", ", states)}, got '{state}'");
        var (run, task, graph) = await FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var found = await reads.ElementsAsync(
            run.RunId, task.Index, state is "" ? null : state, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return await PageAsync(run, graph, found, reads, explainer, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TaskInstance> GetAsync(
        [AsParameters] TaskPath path, [FromQuery(Name = "map_index")] int? mapIndex, RunReads runs, TaskReads reads, GraphCache graphs,
        Explainer explainer, CancellationToken cancellationToken)
    {
        var (run, task, graph) = await FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        var row = await RowAsync(run, task, mapIndex ?? TaskKey.Whole, reads, cancellationToken).ConfigureAwait(false);
        return (await PageAsync(
            run, graph, new PageOf<TaskRow>([row], 1), reads, explainer, cancellationToken).ConfigureAwait(false)).TaskInstances[0];
    }

    private static async Task<TaskDependencies> DependenciesAsync(
        [AsParameters] TaskPath path, [FromQuery(Name = "map_index")] int? mapIndex, RunReads runs, TaskReads reads, GraphCache graphs,
        Explainer explainer, CancellationToken cancellationToken)
    {
        var (run, task, graph) = await FindAsync(path, runs, graphs, cancellationToken).ConfigureAwait(false);
        if (run.State == RunState.Queued.Name())
        {
            var waits = $"Its run has not started. {await RunsApi.MessageAsync(run, runs, cancellationToken).ConfigureAwait(false)}";
            return new TaskDependencies(task.Id, TaskKey.Whole, null, waits, [new TaskDependency("dag_run", waits)], []);
        }

        var row = await RowAsync(run, task, mapIndex ?? TaskKey.Whole, reads, cancellationToken).ConfigureAwait(false);
        var reason = (await explainer.ReasonsAsync(run, [row], cancellationToken).ConfigureAwait(false))[0];
        var awaited = new List<AwaitedTask>();
        foreach (var (other, map) in Explainer.Awaited(graph, row))
        {
            if (await reads.FindAsync(run.RunId, other, map, cancellationToken).ConfigureAwait(false) is { } found)
                awaited.Add(new AwaitedTask(found.TaskId, map, Kinds(task, other), StateNames.Parse<TaskState>(found.State)));
        }

        return new TaskDependencies(
            task.Id, row.MapIndex, StateNames.Parse<TaskState>(row.State), reason,
            reason is null ? [] : [new TaskDependency(row.State, reason)], awaited);
    }

    private static async Task<TaskRow> RowAsync(
        RunRow run, TaskDefinition task, int mapIndex, TaskReads reads, CancellationToken cancellationToken) =>
        await reads.FindAsync(run.RunId, task.Index, mapIndex, cancellationToken).ConfigureAwait(false)
        ?? throw ApiException.NotFound(mapIndex == TaskKey.Whole
            ? $"Run '{run.RunKey}' of DAG '{run.DagId}' has no task instances yet: it is {run.State}."
            : $"Task '{task.Id}' of run '{run.RunKey}' has no element {mapIndex}.");

    private static IReadOnlyList<string> Kinds(TaskDefinition task, int other) =>
        [.. new[] { (task.Upstreams, "upstream"), (task.Setups, "setup"), (task.Deciders, "decider") }
            .Where(kind => kind.Item1.Contains(other)).Select(kind => kind.Item2)];

    private static async Task<TaskInstanceCollection> PageAsync(
        RunRow run, DagGraph graph, PageOf<TaskRow> found, TaskReads reads, Explainer explainer, CancellationToken cancellationToken)
    {
        var mapped = found.Items.Where(row => row.Mapped is not null).Select(row => row.TaskIndex).ToList();
        var counts = (mapped.Count == 0 ? [] : await reads.ElementCountsAsync(run.RunId, mapped, cancellationToken).ConfigureAwait(false))
            .ToLookup(row => row.TaskIndex);
        var reasons = await explainer.ReasonsAsync(run, found.Items, cancellationToken).ConfigureAwait(false);
        return new TaskInstanceCollection(
            [.. found.Items.Zip(reasons, (row, reason) => InstanceOf(row, graph.Tasks[row.TaskIndex], reason, counts[row.TaskIndex]))],
            found.Total);
    }

    /// <remarks>After a clear a task has all of its tries again, beyond those that it has had.</remarks>
    private static TaskInstance InstanceOf(
        TaskRow row, TaskDefinition task, string? message, IEnumerable<ElementCountRow> elements) => new(
        row.TaskId, row.MapIndex, StateNames.Parse<TaskState>(row.State), row.Attempt, row.Uncounted + task.Retries
        + 1, row.Queue, row.StartedAt,
        row.FinishedAt, Seconds(row.StartedAt, row.FinishedAt), row.Worker, row.State == TaskState.UpForRetry.Name() ? row.ReadyAt : null,
        message, GraphView.KindOf(task), row.Mapped,
        row.Mapped is null ? null : elements.ToDictionary(count => count.State, count => count.Count));
}
