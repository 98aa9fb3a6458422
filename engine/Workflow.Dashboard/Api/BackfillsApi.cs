using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Runs;
using Workflow.Timetables;

namespace Workflow.Dashboard.Api;

/// <summary>Backfills.</summary>
internal static class BackfillsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var backfills = api.MapGroup("/backfills").WithTags("Backfills");
        backfills.MapGet("", ListAsync).WithSummary("Backfills, newest first.").Refuses(401, 422);
        backfills.MapPost("", CreateAsync)
            .WithSummary("Creates a backfill. A DAG has one at a time.").Refuses(401, 403, 404, 409, 422);
        backfills.MapPost("/dry_run", DryRunAsync)
            .WithSummary("Says what a backfill would do to which dates, and does nothing.").Refuses(401, 403, 404, 409, 422);
        backfills.MapGet("/{backfill_id}", GetAsync).WithSummary("One backfill.").Refuses(401, 404, 422);
        backfills.MapGet("/{backfill_id}/dates", DatesAsync)
            .WithSummary("Dates of a backfill in the order in which their turn comes, with their runs.").Refuses(401, 404, 422);
        backfills.MapPut("/{backfill_id}/pause", PauseAsync)
            .WithSummary("Keeps a backfill from starting more runs; those that run go on.").Refuses(401, 403, 404, 409, 422);
        backfills.MapPut("/{backfill_id}/unpause", UnpauseAsync)
            .WithSummary("Lets a paused backfill go on.").Refuses(401, 403, 404, 409, 422);
        backfills.MapPut("/{backfill_id}/cancel", CancelAsync)
            .WithSummary("Ends a backfill: no more runs are started; those that run go on unless stop_running is true.")
            .Refuses(401, 403, 404, 409, 422);
    }

    private static async Task<BackfillCollection> ListAsync(
        [FromQuery(Name = "dag_id")] string? dagId, [AsParameters] PageQuery page, BackfillReads reads, CancellationToken cancellationToken)
    {
        var found = await reads.ListAsync(dagId is "" ? null : dagId, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        var open = found.Items.Where(row => row.FinishedAt is null).Select(row => row.BackfillId).ToList();
        var counts =
            (open.Count == 0 ? [] : await reads.CountsAsync(open, cancellationToken).ConfigureAwait(false)).ToLookup(row => row.BackfillId);
        return new BackfillCollection(
            [.. found.Items.Select(row => BackfillOf(row, row.FinishedAt is null ? counts[row.BackfillId] : null))], found.Total);
    }

    private static async Task<Backfill> GetAsync(
        [FromRoute(Name = "backfill_id")] long id, BackfillReads reads, CancellationToken cancellationToken)
    {
        var row = await FindAsync(id, reads, cancellationToken).ConfigureAwait(false);
        return BackfillOf(row, await reads.CountsAsync([id], cancellationToken).ConfigureAwait(false));
    }

    private static async Task<BackfillDateCollection> DatesAsync(
        [FromRoute(Name = "backfill_id")] long id, [AsParameters] PageQuery page, BackfillReads reads, CancellationToken cancellationToken)
    {
        await FindAsync(id, reads, cancellationToken).ConfigureAwait(false);
        var found = await reads.DatesAsync(id, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new BackfillDateCollection(
            [.. found.Items.Select(row => new BackfillDate(
                row.LogicalDate, row.IntervalStart, row.IntervalStart is null ? null : row.LogicalDate,
                StateNames.Parse<BackfillOutcome>(row.Outcome), row.RunKey,
                row.RunState is null ? null : StateNames.Parse<RunState>(row.RunState), row.StartedAt, row.FinishedAt))],
            found.Total);
    }

    private static async Task<Backfill> CreateAsync(
        BackfillRequest request, BackfillStore store, BackfillReads reads, DagReads dags, CancellationToken cancellationToken)
    {
        var (backfill, dates) = await PlanAsync(request, store, dags, cancellationToken).ConfigureAwait(false);
        var planned = dates.Select(date => new Postgres.Backfills.BackfillDate(date.Fire, date.Previous)).ToList();
        if (await store.CreateAsync(backfill, planned, cancellationToken).ConfigureAwait(false) is { } id)
            return await GetAsync(id, reads, cancellationToken).ConfigureAwait(false);
        var active = await reads.ActiveAsync(request.DagId, cancellationToken).ConfigureAwait(false);
        throw ApiException.Conflict($"DAG '{request.DagId}' has an active backfill already, {active}. Wait for its end or cancel it.");
    }

    private static async Task<BackfillDateCollection> DryRunAsync(
        BackfillRequest request, [AsParameters] PageQuery page, BackfillStore store, DagReads dags, CancellationToken cancellationToken)
    {
        var (backfill, dates) = await PlanAsync(request, store, dags, cancellationToken).ConfigureAwait(false);
        var shown = dates.Skip(page.Skip).Take(page.Take).ToList();
        var existing =
            (await store.ExistingAsync(request.DagId, [.. shown.Select(date => date.Fire)], cancellationToken).ConfigureAwait(false))
            .ToDictionary(run => run.LogicalDate);
        return new BackfillDateCollection([.. shown.Select(Show)], dates.Count);

        BackfillDate Show(DueRun date)
        {
            var run = existing.GetValueOrDefault(date.Fire.UtcDateTime);
            RunState? state = run is null ? null : StateNames.Parse<RunState>(run.State);
            return new BackfillDate(
                date.Fire.UtcDateTime, date.Previous?.UtcDateTime, date.Previous is null ? null : date.Fire.UtcDateTime,
                BackfillPolicy.Decide(backfill.Reprocess, state), run?.RunKey, state, null, null);
        }
    }

    private static Task<Backfill> PauseAsync(
        [FromRoute(Name = "backfill_id")] long id, BackfillStore store, BackfillReads reads, CancellationToken cancellationToken) =>
        OrderedAsync(id, store.PauseAsync(id, cancellationToken), reads, cancellationToken);

    private static Task<Backfill> UnpauseAsync(
        [FromRoute(Name = "backfill_id")] long id, BackfillStore store, BackfillReads reads, CancellationToken cancellationToken) =>
        OrderedAsync(id, store.UnpauseAsync(id, cancellationToken), reads, cancellationToken);

    private static Task<Backfill> CancelAsync(
        [FromRoute(Name = "backfill_id")] long id, [FromQuery(Name = "stop_running")] bool? stopRunning, BackfillStore store,
        BackfillReads reads, CancellationToken cancellationToken) =>
        OrderedAsync(id, store.CancelAsync(id, stopRunning ?? false, cancellationToken), reads, cancellationToken);

    private static async Task<Backfill> OrderedAsync(long id, Task<bool> order, BackfillReads reads, CancellationToken cancellationToken)
    {
        var isTaken = await order.ConfigureAwait(false);
        var row = await FindAsync(id, reads, cancellationToken).ConfigureAwait(false);
        return isTaken
            ? BackfillOf(row, await reads.CountsAsync([id], cancellationToken).ConfigureAwait(false))
            : throw ApiException.Conflict($"Backfill {id} of DAG '{row.DagId}' has ended already: {row.State}.");
    }

    /// <summary>What is asked for as a whole; refused here and not when the first run is created.</summary>
    private static async Task<(NewBackfill Backfill, IReadOnlyList<DueRun> Dates)> PlanAsync(
        BackfillRequest request, BackfillStore store, DagReads dags, CancellationToken cancellationToken)
    {
        var conf = TriggerApi.ConfOf(request.DagRunConf, "dag_run_conf");
        if (request.MaxActiveRuns < 1)
            throw ApiException.Invalid("max_active_runs", $"must be 1 or more, got {request.MaxActiveRuns}");
        try
        {
            var subject = await store.SubjectAsync(request.DagId, cancellationToken).ConfigureAwait(false);
            var schedule = subject.Settings.Schedule;
            var range = new BackfillRange(
                BackfillPlan.From(request.FromDate, schedule), BackfillPlan.To(request.ToDate, schedule), request.ReprocessBehavior,
                request.RunBackwards);
            var dates = BackfillPlan.Dates(range, subject.Settings, subject.DependsOnPast, subject.Now);
            await store.ValidateAsync(request.DagId, conf, cancellationToken).ConfigureAwait(false);
            var backfill = new NewBackfill(
                request.DagId, range.From, range.To, range.Reprocess, request.MaxActiveRuns, range.RunBackwards, conf, SignInApi.UserName);
            return (backfill, dates);
        }
        catch (BackfillRefusedException refused)
        {
            throw new ApiException(
                StatusCodes.Status422UnprocessableEntity, refused.Message, [new ParamError(refused.Field, refused.Message)]);
        }
        catch (JsonException)
        {
            throw ApiException.Conflict($"The schedule of DAG '{request.DagId}' was written by a newer engine: ask that one.");
        }
        catch (Exception refused) when (refused is ParameterException or DagNotRunnableException)
        {
            throw await TriggerApi.RefusalAsync(request.DagId, refused, dags, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<BackfillRow> FindAsync(long id, BackfillReads reads, CancellationToken cancellationToken) =>
        await reads.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw ApiException.NotFound($"There is no backfill {id}.");

    private static Backfill BackfillOf(BackfillRow row, IEnumerable<BackfillCountRow>? counts) => new(
        row.BackfillId, row.DagId, row.FromDate, row.ToDate, ApiJson.Object(row.Conf), StateNames.Parse<ReprocessBehavior>(row.Reprocess),
        row.MaxActiveRuns, row.RunBackwards, StateNames.Parse<BackfillState>(row.State), row.State == BackfillState.Paused.Name(),
        row.Message,
        row.CreatedBy, row.CreatedAt, row.UpdatedAt, row.StartedAt, row.FinishedAt, counts is null ? null : ProgressOf([.. counts]));

    private static BackfillProgress ProgressOf(IReadOnlyList<BackfillCountRow> counts)
    {
        string[] own = [BackfillOutcome.Created.Name(), BackfillOutcome.Cleared.Name()];
        return new BackfillProgress(
            counts.Sum(row => row.Count),
            counts.GroupBy(row => row.Outcome).ToDictionary(rows => rows.Key, rows => rows.Sum(row => row.Count)),
            counts.Where(row => row.RunState is not null && own.Contains(row.Outcome))
                .GroupBy(row => row.RunState!).ToDictionary(rows => rows.Key, rows => rows.Sum(row => row.Count)));
    }
}
