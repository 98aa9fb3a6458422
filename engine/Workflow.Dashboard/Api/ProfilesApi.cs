using System.Globalization;
using Workflow.Dashboard.Http;
using Workflow.Data.Profiles;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Datasets;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>
/// What versions of datasets hold: one slice, or a dataset as a whole from the sketches of its slices, without reading a file.
/// </summary>
internal static class ProfilesApi
{
    public static void Map(RouteGroupBuilder datasets) => datasets.MapGet("/{name}/profile", GetAsync)
        .WithSummary("What the columns of a version hold: of its slice, or of the dataset as a whole.").Refuses(401, 404, 409, 422);

    /// <param name="version">A number, or a slice such as <c>month=2019-06</c> for its newest version; the newest version unless
    /// given.</param>
    /// <param name="whole">Whether to take all slices of the dataset at the version.</param>
    private static async Task<DatasetProfile> GetAsync(
        string name, string? version, bool? whole, DatasetReads datasets, SnapshotReads snapshots, ProfileReads profiles,
        ContractStore contracts, CancellationToken cancellationToken)
    {
        await DatasetsApi.RequireAsync(name, datasets, cancellationToken).ConfigureAwait(false);
        var masked = await contracts.MaskedAsync(name, cancellationToken).ConfigureAwait(false);
        var number = int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
        if (number < 1)
            throw ApiException.Invalid("version", $"must be 1 or more, got {version}");
        var slice = version is { Length: > 0 } && number is null ? DatasetVersionsApi.Slice("version", version) : null;
        if (whole == true)
        {
            if (slice is not null)
                throw ApiException.Invalid("whole", $"takes the dataset at a version's number; '{version}' is one slice");
            return await WholeAsync(name, number, masked, snapshots, profiles, cancellationToken).ConfigureAwait(false);
        }

        var found = await snapshots.FindOneAsync(name, number, slice, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound(
                $"Dataset '{name}' has no version '{version}'. See them with: workflow datasets versions {name}");
        var row = (await profiles.OfAsync([found.Version.VersionId], cancellationToken).ConfigureAwait(false))[0];
        return new DatasetProfile(
            name, found.Number, IsWhole: false, found.Version.Partition, 1, row.Rows,
            [.. DatasetsApi.Shown(ApiJson.Read<Workflow.ColumnProfile[]>(row.Profile), masked).Select(Of)]);
    }

    private static async Task<DatasetProfile> WholeAsync(
        string name, int? number, IReadOnlySet<string> masked, SnapshotReads snapshots, ProfileReads profiles,
        CancellationToken cancellationToken)
    {
        var at = number is { } asked ? AsOf.Version(asked) : AsOf.Newest;
        var snapshot = await snapshots.FindAsync(name, at, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound($"Dataset '{name}' has no version {number}. See them with: workflow datasets versions {name}");
        var rows = await profiles.OfAsync([.. snapshot.Slices.Select(slice => slice.VersionId)], cancellationToken).ConfigureAwait(false);
        if (rows.FirstOrDefault(row => row.Sketch is null) is { } old)
        {
            throw ApiException.Conflict(
                $"Version {old.Version} of {name} was written before profiles could be added up. "
                + $"Make its slice {old.Partition} anew, or ask for one slice.");
        }

        var merged = DatasetSketch.Merge(rows.Select(row => DatasetSketch.Of(row.Sketch!)));
        return new DatasetProfile(
            name, snapshot.Version, IsWhole: true, new Dictionary<string, string>(), rows.Count, merged.Rows,
            [.. DatasetsApi.Shown(merged.Profile(), masked).Select(Of)]);
    }

    private static FullColumnProfile Of(Workflow.ColumnProfile of) => new(
        of.Column, of.Type, of.Count, of.Nulls, of.Nans, of.Infinities, of.Distinct, of.IsDistinctExact, of.Min, of.Max,
        ApiJson.Finite(of.Mean), ApiJson.Finite(of.Deviation), of.Quantiles, of.Histogram, of.TopValues);
}
