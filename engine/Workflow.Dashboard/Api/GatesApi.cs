using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Workflow.Contracts;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Verdicts of gates.</summary>
internal static class GatesApi
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGroup("").WithTags("Data").MapGet("/gates", ListAsync).WithSummary("Verdicts of gates, newest first.").Refuses(401, 422);

    private static async Task<GateCollection> ListAsync(
        [FromQuery(Name = "dag_id")] string? dagId, [FromQuery(Name = "run_id")] string? runId,
        [FromQuery(Name = "task_id")] string? taskId, [FromQuery(Name = "map_index")] int? mapIndex, [AsParameters] PageQuery page,
        ModelReads reads, ContractStore contracts, CancellationToken cancellationToken)
    {
        var dag = dagId is "" or RunReads.AnyDag ? null : dagId;
        var task = taskId is "" ? null : taskId;
        if (runId is null or "" && (task is not null || mapIndex is not null))
            throw ApiException.Invalid("run_id", "is required where a task or an element is asked for");
        var found = runId is null or ""
            ? await reads.GatesAsync(dag, page.Take, page.Skip, cancellationToken).ConfigureAwait(false)
            : await reads.GatesOfRunAsync(runId, dag, task, mapIndex, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        var masked = await MaskedAsync(found.Items.Select(row => row.Dataset), contracts, cancellationToken).ConfigureAwait(false);
        return new GateCollection([.. found.Items.Select(row => GateOf(row, masked[row.Dataset ?? ""]))], found.Total);
    }

    private static Gate GateOf(GateRow row, IReadOnlySet<string> masked) => new(
        row.RunKey, row.DagId, row.TaskId, row.MapIndex, row.Attempt, StateNames.Parse<Verdict>(row.Verdict), row.Subject, row.PublishedAt,
        ChecksOf(row.Checks, masked), ApiJson.Read<long[]>(row.LearntChecks));

    /// <summary>The columns of which no values are shown, of each of some datasets; none where there is no dataset.</summary>
    internal static async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> MaskedAsync(
        IEnumerable<string?> datasets, ContractStore contracts, CancellationToken cancellationToken)
    {
        var masked = new Dictionary<string, IReadOnlySet<string>> { [""] = new HashSet<string>() };
        foreach (var dataset in datasets.OfType<string>().Distinct())
            masked[dataset] = await contracts.MaskedAsync(dataset, cancellationToken).ConfigureAwait(false);
        return masked;
    }

    /// <summary>Checks as they are shown.</summary>
    /// <param name="json">The checks as they are stored, with the values that the contract of their time left to show.</param>
    /// <param name="masked">The columns of which the newest contract shows none.</param>
    internal static IReadOnlyList<GateCheck> ChecksOf(string json, IReadOnlySet<string> masked) =>
    [
        .. Found(json, masked).Select(check => new GateCheck(
            check.Check, check.Column, check.Verdict, check.Severity, ApiJson.Finite(check.Observed), check.Threshold, check.Rows,
            check.FailingRows, Samples(check, masked), check.Message, check.Slice, check.Owner, check.Meaning)),
    ];

    /// <summary>Checks as they are stored, without the values of columns that are personal by now.</summary>
    internal static IEnumerable<CheckResult> Found(string json, IReadOnlySet<string> masked) =>
        ApiJson.Read<CheckResult[]>(json).Select((check, at) => Mask.Of(check, masked, at + 1));

    private static List<Dictionary<string, JsonElement>> Samples(CheckResult check, IReadOnlySet<string> masked)
    {
        // A query calls what it shows as it likes.
        var hidesAll = check.Check == CheckKind.UnexpectedRows.Name() && Mask.IsNew(check, masked);
        return [.. (check.SampleRows ?? []).Select(row => ApiJson.Row(row).ToDictionary(
            cell => cell.Key,
            cell => (hidesAll || masked.Contains(cell.Key)) && cell.Value.ValueKind != JsonValueKind.Null
                ? JsonSerializer.SerializeToElement(Mask.Text)
                : cell.Value))];
    }
}
