using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Runs.</summary>
internal static class RunsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/dags/{dag_id}/dagRuns").WithTags("Runs");
        runs.MapGet("", ListAsync).WithSummary("Runs of a DAG, or of all with ~.").Refuses(401, 404, 422);
        runs.MapPost("", TriggerApi.TriggerAsync).WithSummary("Starts a run.").Refuses(401, 403, 404, 409, 422);
        runs.MapGet("/{dag_run_id}", GetAsync).WithSummary("One run.").Refuses(401, 404, 409);
        runs.MapPatch("/{dag_run_id}", PatchAsync).WithSummary("Ends a run by hand, or writes a note on it.")
            .Refuses(401, 403, 404, 409, 422);
        runs.MapDelete("/{dag_run_id}", DeleteAsync)
            .WithSummary("Deletes a run that is not running; what it published stays.").Produces(204).Refuses(401, 403, 404, 409);
        runs.MapPost("/{dag_run_id}/cancel", CancelAsync)
            .WithSummary("Cancels a run; its running tasks are stopped.").Refuses(401, 403, 404, 409);
        runs.MapGet("/{dag_run_id}/graph", GraphAsync)
            .WithSummary("Graph of the version that the run is pinned to.").Refuses(401, 404, 409);
    }

    private static async Task<DagRunCollection> ListAsync(
        [FromRoute(Name = "dag_id")] string dagId, [FromQuery(Name = "state")] string? state,
        [FromQuery(Name = "order_by")] string? orderBy, [AsParameters] PageQuery page, RunReads reads, DagReads dags,
        CancellationToken cancellationToken)
    {
        if (dagId != RunReads.AnyDag)
            await DagsApi.RowAsync(dagId, dags, cancellationToken).ConfigureAwait(false);
        if (state is "")
            state = null;
        var states = Enum.GetValues<RunState>().Select(known => known.Name()).ToList();
        if (state is not null && !states.Contains(state))
            throw ApiException.Invalid("state", $"must be one of {string.Join(", ", states)}");
        var found = await reads.ListAsync(dagId, state, IsNewestFirst(orderBy), page.Take, page.Skip, cancellationToken)
            .ConfigureAwait(false);

        // What needs the task instances is read for the runs where a person waits for it, and within bounds: a page of a thousand runs
        // stays quick.
        var running = found.Items.Where(run => run.State == RunState.Running.Name()).Select(run => run.RunId).ToList();
        var failed = found.Items.Where(run => run.State != RunState.Success.Name()).Select(run => run.RunId).ToList();
        var counts = await CountsAsync(running, reads, cancellationToken).ConfigureAwait(false);
        var failures = await FailuresAsync(failed, RunReads.FailureReach, reads, cancellationToken).ConfigureAwait(false);
        var waiting = await WaitingAsync(found.Items, reads, cancellationToken).ConfigureAwait(false);
        return new DagRunCollection(
            [.. found.Items.Select(run => RunOf(run, counts[run.RunId], failures.GetValueOrDefault(run.RunId), waiting))], found.Total);
    }

    private static async Task<DagRun> GetAsync([AsParameters] RunPath path, RunReads reads, CancellationToken cancellationToken)
    {
        var run = await FindAsync(path, reads, cancellationToken).ConfigureAwait(false);
        return await DetailedAsync(run, reads, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<DagRun> CancelAsync(
        [AsParameters] RunPath path, RunReads reads, RunStore store, CancellationToken cancellationToken)
    {
        var run = await FindAsync(path, reads, cancellationToken).ConfigureAwait(false);
        if (!await store.CancelAsync(run.DagId, run.RunKey, cancellationToken).ConfigureAwait(false))
        {
            run = await FindAsync(new RunPath(run.DagId, run.RunKey), reads, cancellationToken).ConfigureAwait(false);
            throw ApiException.Conflict($"Run '{run.RunKey}' of DAG '{run.DagId}' has ended already: {run.State}.");
        }

        return await GetAsync(new RunPath(run.DagId, run.RunKey), reads, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Graph> GraphAsync(
        [AsParameters] RunPath path, RunReads reads, GraphCache graphs, CancellationToken cancellationToken)
    {
        var run = await FindAsync(path, reads, cancellationToken).ConfigureAwait(false);
        return GraphView.Of(await graphs.GetAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The run of a path; <c>~</c> finds it in whichever DAG has it.</summary>
    internal static async Task<RunRow> FindAsync(RunPath path, RunReads reads, CancellationToken cancellationToken)
    {
        var found = await reads.FindAsync(path.DagId, path.DagRunId, cancellationToken).ConfigureAwait(false);
        return found.Count switch
        {
            0 when path.DagId == RunReads.AnyDag => throw ApiException.NotFound($"No DAG has a run '{path.DagRunId}'."),
            0 => throw ApiException.NotFound($"DAG '{path.DagId}' has no run '{path.DagRunId}'."),
            1 => found[0],
            _ => throw ApiException.Conflict(
                $"Several DAGs have a run '{path.DagRunId}': {string.Join(", ", found.Select(run => run.DagId))}. Name one instead of ~."),
        };
    }

    internal static async Task<DagRun> DetailedAsync(RunRow run, RunReads reads, CancellationToken cancellationToken)
    {
        var counts = await CountsAsync([run.RunId], reads, cancellationToken).ConfigureAwait(false);
        var failures = await FailuresAsync([run.RunId], int.MaxValue, reads, cancellationToken).ConfigureAwait(false);
        var waiting = await WaitingAsync([run], reads, cancellationToken).ConfigureAwait(false);
        return RunOf(run, counts[run.RunId], failures.GetValueOrDefault(run.RunId), waiting);
    }

    /// <summary>Why a run waits for its start, or was stopped; null for nothing to say.</summary>
    internal static async Task<string?> MessageAsync(RunRow run, RunReads reads, CancellationToken cancellationToken) =>
        (await WaitingAsync([run], reads, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(run.RunId) ?? run.Message;

    internal static void CheckNote(string? note)
    {
        if (note?.Length > TriggerApi.LongestNote)
            throw ApiException.Invalid("note", $"must have at most {TriggerApi.LongestNote} characters, got {note.Length}");
    }

    private static async Task<DagRun> PatchAsync(
        [AsParameters] RunPath path, DagRunPatch patch, RunReads reads, RunActs store, CancellationToken cancellationToken)
    {
        if (patch.State is not (null or RunState.Success or RunState.Failed))
            throw ApiException.Invalid("state", $"must be success or failed, got '{patch.State.Value.Name()}'; to run it again, clear it");
        CheckNote(patch.Note);
        var run = await FindAsync(path, reads, cancellationToken).ConfigureAwait(false);
        try
        {
            if (patch.State is { } state)
                await store.MarkRunAsync(run.RunId, state, SignInApi.UserName, cancellationToken).ConfigureAwait(false);
        }
        catch (RunActException refused)
        {
            throw ApiException.Conflict(refused.Message);
        }

        if (patch.Note is { } note)
            await store.NoteAsync(run.RunId, note.Length == 0 ? null : note, cancellationToken).ConfigureAwait(false);
        return await GetAsync(new RunPath(run.DagId, run.RunKey), reads, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> DeleteAsync(
        [AsParameters] RunPath path, RunReads reads, RunActs store, CancellationToken cancellationToken)
    {
        var run = await FindAsync(path, reads, cancellationToken).ConfigureAwait(false);
        try
        {
            await store.DeleteAsync(run.RunId, cancellationToken).ConfigureAwait(false);
            return TypedResults.NoContent();
        }
        catch (RunActException refused)
        {
            throw ApiException.Conflict(refused.Message);
        }
    }

    private static async Task<Dictionary<long,
        string>> WaitingAsync(IReadOnlyList<RunRow> runs, RunReads reads, CancellationToken cancellationToken)
    {
        var queued = runs.Where(run => run.State == RunState.Queued.Name()).Select(run => run.RunId).ToList();
        var rows = queued.Count == 0 ? [] : await reads.QueuedAsync(queued, cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => row.RunId, row => Reasons.Why(new QueuedRunSituation(
            row.Now, row.RunAfter, row.IsPaused, row.IsBackfill, row.Running, row.MaxActiveRuns, row.Ahead)));
    }

    /// <summary>Runs become due in the order in which they are created, so one order serves all these names.</summary>
    private static bool IsNewestFirst(string? orderBy) => orderBy switch
    {
        null or "" or "-run_after" or "-start_date" or "-queued_at" => true,
        "run_after" or "start_date" or "queued_at" => false,
        _ => throw ApiException.Invalid("order_by", "must be run_after, start_date or queued_at, with - in front for newest first"),
    };

    private static async Task<ILookup<long, TaskCountRow>> CountsAsync(
        IReadOnlyList<long> runIds, RunReads reads, CancellationToken cancellationToken) =>
        (runIds.Count == 0 ? [] : await reads.TaskCountsAsync(runIds, cancellationToken).ConfigureAwait(false)).ToLookup(row => row.RunId);

    private static async Task<Dictionary<long, FailureRow>> FailuresAsync(
        IReadOnlyList<long> runIds, int reach, RunReads reads, CancellationToken cancellationToken) =>
        (runIds.Count == 0 ? [] : await reads.FailuresAsync(runIds, reach, cancellationToken).ConfigureAwait(false))
            .ToDictionary(row => row.RunId);

    private static DagRun RunOf(RunRow run, IEnumerable<TaskCountRow> counts, FailureRow? failure, Dictionary<long, string> waiting) => new(
        run.RunKey, run.DagId, StateNames.Parse<RunType>(run.RunType), StateNames.Parse<RunState>(run.State), run.LogicalDate,
        run.IntervalStart, run.IntervalEnd, run.RunAfter, run.CreatedAt, run.StartedAt, run.FinishedAt,
        (run.FinishedAt - run.StartedAt)?.TotalSeconds, ApiJson.Object(run.Conf), run.VersionNumber, run.TriggeredBy, run.Note,
        failure is null || run.State == RunState.Success.Name() ? null : new RunFailure(failure.TaskId, failure.Message ?? ""),
        counts.ToDictionary(row => row.State, row => row.Count), waiting.GetValueOrDefault(run.RunId) ?? run.Message);
}
