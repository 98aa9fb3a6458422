using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>What a person does to tasks of runs: clear and mark.</summary>
internal static class ActsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var acts = api.MapGroup("/dags/{dag_id}").WithTags("Tasks");
        acts.MapPost("/clearTaskInstances", ClearAsync).WithSummary("Makes tasks run again.").Refuses(401, 403, 404, 409, 422);
        acts.MapPost("/dagRuns/{dag_run_id}/clear", ClearRunAsync).WithSummary("Makes a run go through its tasks again.")
            .Refuses(401, 403, 404, 409, 422);

        var tasks = acts.MapGroup("/dagRuns/{dag_run_id}/taskInstances/{task_id}");
        Patch("",
            ([AsParameters] TaskPath path, TaskInstancePatch patch, RunReads runs, RunActs store, CancellationToken cancellationToken) =>
            MarkAsync(path, null, patch, false, runs, store, cancellationToken), "Gives a task an end by hand.");
        Patch("/dry_run",
            ([AsParameters] TaskPath path, TaskInstancePatch patch, RunReads runs, RunActs store, CancellationToken cancellationToken) =>
            MarkAsync(path, null, patch, true, runs, store, cancellationToken), "Says what giving a task an end by hand would concern.");
        Patch("/{map_index:int}",
            ([AsParameters] ElementPath path, TaskInstancePatch patch, RunReads runs, RunActs store, CancellationToken token) =>
            MarkAsync(path.Task, path.MapIndex, patch, false, runs, store, token), "Gives an element an end by hand.");
        Patch("/{map_index:int}/dry_run", (
                [AsParameters] ElementPath path, TaskInstancePatch patch, RunReads runs, RunActs store, CancellationToken token) =>
            MarkAsync(path.Task, path.MapIndex, patch, true, runs, store, token),
            "Says what giving an element an end by hand would concern.");

        void Patch(string path, Delegate handler, string summary) =>
            tasks.MapPatch(path, handler).WithSummary(summary).Refuses(401, 403, 404, 409, 422);
    }

    private static async Task<AffectedTaskInstances> ClearAsync(
        [FromRoute(Name = "dag_id")] string dagId, ClearTaskInstances body, RunReads runs, RunActs store,
        CancellationToken cancellationToken)
    {
        var run = await RunsApi.FindAsync(new RunPath(dagId, body.DagRunId), runs, cancellationToken).ConfigureAwait(false);
        var isWhole = body is { TaskIds: null, OnlyFailed: false, IncludeFuture: false, IncludePast: false };
        if (body.RunOnLatestVersion && !isWhole)
            throw ApiException.Invalid("run_on_latest_version",
                "works on a whole run only: without task_ids, past and future, and with only_failed false");
        var request = new ClearRequest(
            new TaskSelection(body.TaskIds?.Select(NameOf).ToList(), body.IncludeUpstream, body.IncludeDownstream), body.OnlyFailed,
            body.IncludePast, body.IncludeFuture, SparesEnded: !body.ResetDagRuns);
        return await ClearWithNoteAsync(run, request, body.RunOnLatestVersion, body.DryRun, body.Note, store, cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task<AffectedTaskInstances> ClearRunAsync(
        [AsParameters] RunPath path, DagRunClear body, RunReads runs, RunActs store, CancellationToken cancellationToken)
    {
        var run = await RunsApi.FindAsync(path, runs, cancellationToken).ConfigureAwait(false);
        if (body is { RunOnLatestVersion: true, OnlyFailed: true })
            throw ApiException.Invalid("run_on_latest_version", "works on a whole run only: not together with only_failed");
        var request = new ClearRequest(new TaskSelection(Downstream: body.OnlyFailed), body.OnlyFailed);
        return await ClearWithNoteAsync(run, request, body.RunOnLatestVersion, body.DryRun, body.Note, store, cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task<AffectedTaskInstances> ClearWithNoteAsync(
        RunRow run, ClearRequest request, bool onNewest, bool isDryRun, string? note, RunActs store, CancellationToken cancellationToken)
    {
        RunsApi.CheckNote(note);
        var affected = await ActAsync(
            isDryRun,
            async () => onNewest
                ? [.. (await store.RerunOnNewestAsync(run.DagId, run.RunId, isDryRun, cancellationToken).ConfigureAwait(false))
                    .Select(task => new AffectedTaskInstance(run.DagId, run.RunKey, task, TaskKey.Whole, null))]
                : (await store.ClearAsync(run.RunId, request, isDryRun, cancellationToken).ConfigureAwait(false)).Select(Of))
                .ConfigureAwait(false);
        if (note is not null && !isDryRun)
            await store.NoteAsync(run.RunId, note.Length == 0 ? null : note, cancellationToken).ConfigureAwait(false);
        return affected;
    }

    private static async Task<AffectedTaskInstances> MarkAsync(
        TaskPath path, int? mapIndex, TaskInstancePatch patch, bool isDryRun, RunReads runs, RunActs store,
        CancellationToken cancellationToken)
    {
        if (patch.NewState is not (TaskState.Success or TaskState.Failed or TaskState.Skipped))
            throw ApiException.Invalid("new_state", $"must be success, failed or skipped, got '{patch.NewState.Name()}'");
        var run = await RunsApi.FindAsync(path.Run, runs, cancellationToken).ConfigureAwait(false);
        var tasks = new TaskSelection(
            [new TaskName(path.TaskId, mapIndex is >= 0 ? mapIndex : null)], patch.IncludeUpstream, patch.IncludeDownstream);
        var request = new MarkRequest(tasks, patch.NewState, SignInApi.UserName, patch.IncludePast, patch.IncludeFuture);
        return await ActAsync(
            isDryRun,
            async () => (await store.MarkAsync(run.RunId, request, isDryRun, cancellationToken).ConfigureAwait(false)).Select(Of))
            .ConfigureAwait(false);
    }

    private static async Task<AffectedTaskInstances> ActAsync(bool isDryRun, Func<Task<IEnumerable<AffectedTaskInstance>>> act)
    {
        try
        {
            var affected = (await act().ConfigureAwait(false)).ToList();
            return new AffectedTaskInstances(isDryRun, affected, affected.Count);
        }
        catch (RunActException refused)
        {
            throw refused.IsUnknownTask ? ApiException.NotFound(refused.Message) : ApiException.Conflict(refused.Message);
        }
        catch (Exception refused) when (refused is DagNotRunnableException or ParameterException)
        {
            throw ApiException.Conflict(refused.Message);
        }
    }

    private static AffectedTaskInstance Of(AffectedTask task) => new(task.DagId, task.RunKey, task.TaskId, task.MapIndex, task.State);

    private static TaskName NameOf(JsonElement given) => given switch
    {
        { ValueKind: JsonValueKind.String } => new TaskName(given.GetString()!),
        { ValueKind: JsonValueKind.Array } when given.GetArrayLength() == 2 && given[0].ValueKind == JsonValueKind.String
            && given[1].ValueKind == JsonValueKind.Number && given[1].TryGetInt32(out var at) =>
            new TaskName(given[0].GetString()!, at >= 0 ? at : null),
        _ => throw ApiException.Invalid(
            "task_ids", $"must hold ids, or pairs of an id and a map index such as [\"load\", 3], got {given.GetRawText()}"),
    };
}
