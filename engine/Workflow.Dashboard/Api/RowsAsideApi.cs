using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>A dataset of rows that did not go on, with its newest version.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="IsRejects">Whether a source or a transform could not read them; otherwise a gate's checks refuse them.</param>
/// <param name="From">The dataset that they are not in; null when it is not known.</param>
/// <param name="Version">The newest version.</param>
/// <param name="Rows">How many rows that version has.</param>
public sealed record RowsAside(
    string Dataset, bool IsRejects, string? From, int Version, long Rows, DateTime CreatedAt, string DagId, string RunId, string TaskId);

/// <summary>A page of datasets of rows that did not go on.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record RowsAsideCollection(IReadOnlyList<RowsAside> RowsAside, int TotalEntries);

/// <summary>Single rows that did not go on.</summary>
internal static class RowsAsideApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("").WithTags("Data").MapGet("/rows_aside", ListAsync)
        .WithSummary("Datasets of rows that sources could not read or gates refused, by name.").Refuses(401, 422);

    private static async Task<RowsAsideCollection> ListAsync(
        [AsParameters] PageQuery page, DatasetReads reads, CancellationToken cancellationToken)
    {
        var found = await reads.AsideAsync(page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new RowsAsideCollection(
            [.. found.Items.Select(row => new RowsAside(
                row.Dataset, row.IsRejects, row.From, row.Version, row.Rows, row.PublishedAt, row.DagId, row.RunKey, row.TaskId))],
            found.Total);
    }
}
