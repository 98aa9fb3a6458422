using Workflow.Contracts;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>Datasets.</summary>
internal static class DatasetsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var datasets = api.MapGroup("/datasets").WithTags("Data");
        datasets.MapGet("", ListAsync).WithSummary("Lists datasets.").Refuses(401, 422);
        DatasetVersionsApi.Map(datasets);
        ProfilesApi.Map(datasets);
        DriftApi.Map(datasets);
        datasets.MapGet("/{name}", GetAsync).WithSummary("A dataset with a page of its versions, newest first.").Refuses(401, 404, 422);
    }

    private static async Task<DatasetCollection> ListAsync(
        string? tag, string? owner, [AsParameters] PageQuery page, DatasetReads reads, CancellationToken cancellationToken)
    {
        var found = await reads.ListAsync(tag, owner, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new DatasetCollection(
            [.. found.Items.Select(row => new Dataset(
                row.Name, row.Versions, row.LatestVersion, row.LatestRows, row.LatestCreatedAt, row.Description, row.Owner,
                ApiJson.Read<string[]>(row.Tags)))],
            found.Total);
    }

    internal static async Task<DatasetRow> RequireAsync(string name, DatasetReads reads, CancellationToken cancellationToken) =>
        await reads.FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw ApiException.NotFound($"There is no dataset '{name}'.");

    private static async Task<DatasetDetails> GetAsync(
        string name, [AsParameters] PageQuery page, DatasetReads reads, ContractStore contracts, CancellationToken cancellationToken)
    {
        var dataset = await RequireAsync(name, reads, cancellationToken).ConfigureAwait(false);
        var masked = await contracts.MaskedAsync(name, cancellationToken).ConfigureAwait(false);
        var versions = await reads.VersionsAsync(name, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        var parents = (await reads.ParentsAsync([.. versions.Select(row => row.VersionId)], cancellationToken).ConfigureAwait(false))
            .ToLookup(row => row.VersionId, ParentOf);
        return new DatasetDetails(
            name, dataset.Description, dataset.Owner, ApiJson.Read<string[]>(dataset.Tags), dataset.DeclaredBy, dataset.ContractVersion,
            new DatasetRetention(dataset.KeepVersions, dataset.KeepFor?.TotalDays, dataset.ColdAfter?.TotalDays),
            [.. versions.Select(row => VersionOf(row, masked, [.. parents[row.VersionId]]))], dataset.Versions);
    }

    /// <summary>Profiles without values of the columns that tell of people.</summary>
    internal static IEnumerable<Workflow.ColumnProfile> Shown(IEnumerable<Workflow.ColumnProfile> profiles, IReadOnlySet<string> masked) =>
        profiles.Select(profile => masked.Contains(profile.Column) ? Mask.Of(profile) : profile);

    internal static Parent ParentOf(ParentRow row) => new(row.Dataset, row.Version, row.Sha256);

    private static DatasetVersion VersionOf(DatasetVersionRow row, IReadOnlySet<string> masked, IReadOnlyList<Parent> parents) => new(
        row.Version, row.Sha256, row.Rows, row.Bytes, ApiJson.Read<Dictionary<string, string>>(row.Partition), row.PublishedAt, row.DagId,
        row.RunKey, row.TaskId, [.. ApiJson.Read<Column[]>(row.Columns).Select(column => new DatasetColumn(column.Name, column.Type))],
        [.. Shown(ApiJson.Read<Workflow.ColumnProfile[]>(row.Profile), masked).Select(ProfileOf)], parents, row.ContractVersion);

    private static ColumnProfile ProfileOf(Workflow.ColumnProfile of) => new(
        of.Column, of.Type, of.Count, of.Nulls, of.Distinct, of.Min, of.Max, ApiJson.Finite(of.Mean), ApiJson.Finite(of.Deviation));
}
