using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>Versions and sources of DAGs, and the files that did not become one.</summary>
internal static class DagSourcesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var dags = api.MapGroup("").WithTags("DAGs");
        dags.MapGet("/dags/{dag_id}/dagVersions", VersionsAsync).WithSummary("Versions of a DAG, newest first.").Refuses(401, 404, 422);
        dags.MapGet("/dagSources/{dag_id}", SourceAsync).WithSummary("Source of a version, the current one unless named.").Refuses(401, 404, 422);
        dags.MapGet("/importErrors", ImportErrorsAsync).WithSummary("Files that did not become DAGs.").Refuses(401, 422);
    }

    private static async Task<DagVersionCollection> VersionsAsync(
        [FromRoute(Name = "dag_id")] string dagId, [AsParameters] PageQuery page, DagReads reads, CancellationToken cancellationToken)
    {
        await DagsApi.RowAsync(dagId, reads, cancellationToken).ConfigureAwait(false);
        var found = await reads.VersionsAsync(dagId, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new DagVersionCollection(
            [.. found.Items.Select(row => new DagVersion(row.Number, row.Hash, row.CreatedAt, row.IsCurrent, row.RunCount))], found.Total);
    }

    private static async Task<DagSource> SourceAsync(
        [FromRoute(Name = "dag_id")] string dagId, [FromQuery(Name = "version_number")] int? number, DagReads reads,
        CancellationToken cancellationToken)
    {
        await DagsApi.RowAsync(dagId, reads, cancellationToken).ConfigureAwait(false);
        var source = await reads.SourceAsync(dagId, number, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound(number is null ? $"DAG '{dagId}' has no version yet." : $"DAG '{dagId}' has no version {number}.");
        return new DagSource(
            source.Source, source.Number, source.File,
            [.. ApiJson.Read<Dictionary<string, string>>(source.SharedSources).OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => new SourceFile(pair.Key, pair.Value))]);
    }

    private static async Task<ImportErrorCollection> ImportErrorsAsync(
        [AsParameters] PageQuery page, DagReads reads, CancellationToken cancellationToken)
    {
        var found = await reads.ImportErrorsAsync(page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new ImportErrorCollection([.. found.Items.Select(ErrorOf)], found.Total);
    }

    private static ImportError ErrorOf(ImportErrorRow row)
    {
        var diagnostics = ApiJson.Read<Diagnostic[]>(row.Diagnostics);
        var text = string.Join('\n', diagnostics.Select(item => $"{item.File}({item.Line},{item.Column}): {item.Severity} {item.Code}: {item.Message}"));
        return new ImportError(row.ImportErrorId, row.File, row.DagId, row.SeenAt, text, diagnostics);
    }
}
