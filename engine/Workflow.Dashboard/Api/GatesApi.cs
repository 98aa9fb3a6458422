using Microsoft.AspNetCore.Mvc;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Verdicts of gates.</summary>
internal static class GatesApi
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGroup("").WithTags("Data").MapGet("/gates", ListAsync).WithSummary("Verdicts of gates, newest first.").Refuses(401, 422);

    private static async Task<GateCollection> ListAsync(
        [FromQuery(Name = "dag_id")] string? dagId, [FromQuery(Name = "run_id")] string? runId, [AsParameters] PageQuery page,
        ModelReads reads, CancellationToken cancellationToken)
    {
        var dag = dagId is "" or RunReads.AnyDag ? null : dagId;
        var found = await reads.GatesAsync(dag, runId is "" ? null : runId, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new GateCollection([.. found.Items.Select(GateOf)], found.Total);
    }

    private static Gate GateOf(GateRow row) => new(
        row.RunKey, row.DagId, row.TaskId, row.Attempt, StateNames.Parse<Verdict>(row.Verdict), row.Subject, row.PublishedAt,
        ChecksOf(row.Checks), ApiJson.Read<long[]>(row.LearntChecks));

    internal static IReadOnlyList<GateCheck> ChecksOf(string json) => [.. ApiJson.Read<CheckResult[]>(json).Select(check => new GateCheck(
        check.Check, check.Column, check.Verdict, check.Severity, ApiJson.Finite(check.Observed), check.Threshold, check.Rows, check.FailingRows,
        [.. (check.SampleRows ?? []).Select(ApiJson.Row)], check.Message, check.Slice, check.Owner, check.Meaning))];
}
