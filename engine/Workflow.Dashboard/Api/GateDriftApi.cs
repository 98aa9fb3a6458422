using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Data.Drift;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>What a drift gate found, column by column, with both sides in common bins.</summary>
/// <param name="Verdict">The gate's verdict.</param>
/// <param name="Found">What was found in this window: drift that fails the gate only when more windows show it is <c>fail</c> here.</param>
/// <param name="Share">The share of the columns that could be decided which have drifted.</param>
/// <param name="References">The versions compared with, taken together.</param>
public sealed record GateDrift(
    string DagId, string RunId, string TaskId, int MapIndex, int TryNumber, Verdict Verdict, Verdict Found, double Share, string Subject,
    DateTime CreatedAt, GateDriftSide? Current, IReadOnlyList<GateDriftSide> References, IReadOnlyList<ColumnDrift> Columns);

/// <summary>A dataset version on a side of a comparison.</summary>
/// <param name="Version">Its number; null when it was never published.</param>
public sealed record GateDriftSide(string Dataset, int? Version, IReadOnlyDictionary<string, string> Partition, string Sha256, long Rows);

/// <summary>Reports of drift gates.</summary>
internal static class GateDriftApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("").WithTags("Data")
        .MapGet("/gates/{dag_id}/{run_id}/{task_id}/drift", GetAsync).WithSummary("The newest report of a drift gate in a run.")
        .Refuses(401, 404);

    private static async Task<GateDrift> GetAsync(
        [FromRoute(Name = "dag_id")] string dagId, [FromRoute(Name = "run_id")] string runId, [FromRoute(Name = "task_id")] string taskId,
        [FromQuery(Name = "map_index")] int? mapIndex, DriftReads reads, ContractStore contracts, CancellationToken cancellationToken)
    {
        var row = await reads.NewestAsync(dagId, runId, taskId, mapIndex, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound(
                $"Task '{taskId}' of run '{runId}' of DAG '{dagId}' has no drift report: it is no drift gate, or had nothing to compare with.");
        var references = ApiJson.Read<long[]>(row.ReferenceIds);
        var sides = (await reads.SidesAsync([.. references, row.VersionId], cancellationToken).ConfigureAwait(false))
            .ToDictionary(side => side.VersionId, SideOf);
        var current = sides.GetValueOrDefault(row.VersionId);

        // The gate stores what the contract of its time leaves to show; the newest one may leave less.
        var masked = await GatesApi.MaskedAsync(sides.Values.Select(side => side.Dataset), contracts, cancellationToken)
            .ConfigureAwait(false);
        var report = ApiJson.Read<DriftReport>(row.Report).Masked(masked.Values.SelectMany(columns => columns).ToHashSet());
        return new GateDrift(
            dagId, runId, taskId, row.MapIndex, row.Attempt, StateNames.Parse<Verdict>(row.Verdict), StateNames.Parse<Verdict>(row.Found),
            report.Share, row.Subject, row.PublishedAt, current,
            [.. references.Select(id => sides.GetValueOrDefault(id)).OfType<GateDriftSide>()], [.. report.Columns.Select(DriftApi.Of)]);
    }

    private static GateDriftSide SideOf(DriftSideRow row) =>
        new(row.Dataset, row.Version, ApiJson.Read<Dictionary<string, string>>(row.Partition), row.Sha256, row.Rows);
}
