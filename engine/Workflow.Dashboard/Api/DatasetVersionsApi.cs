using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Data;
using Workflow.Postgres.Datasets;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>Versions of datasets: how they are kept, and whether their content is sound.</summary>
internal static class DatasetVersionsApi
{
    private const int LongestReason = 2000;
    private const int LongestName = 200;

    public static void Map(RouteGroupBuilder datasets)
    {
        datasets.MapGet("/{name}/versions", ListAsync).WithSummary("How the versions of a dataset are kept, newest first.")
            .Refuses(401, 404, 422);
        datasets.MapGet("/{name}/whole", WholeAsync).WithSummary("A dataset as a whole, at a version or as of a time.")
            .Refuses(401, 404, 422);
        datasets.MapGet("/{name}/diff", DiffAsync).WithSummary("How two versions differ, row by row.").Refuses(401, 404, 409, 422);
        datasets.MapPost("/{name}/verify", VerifyAsync)
            .WithSummary("Reads all files of a dataset at a version, and compares their hashes.").Refuses(401, 403, 404, 409, 422);
        datasets.MapPost("/{name}/versions/{version}/hold", HoldAsync)
            .WithSummary("Keeps the content of a version, whatever the retention says.").Produces(204).Refuses(401, 403, 404, 409, 422);
        datasets.MapDelete("/{name}/versions/{version}/hold", LiftAsync)
            .WithSummary("Lifts a hold.").Produces(204).Refuses(401, 403, 404, 409, 422);
        datasets.MapPost("/{name}/versions/{version}/recall", RecallAsync)
            .WithSummary("Brings a version back from the cold store.").Produces(204).Refuses(401, 403, 404, 409);
    }

    /// <summary>Parses a slice such as <c>month=2019-06,region=north</c>.</summary>
    internal static IReadOnlyDictionary<string, string> Slice(string field, string text)
    {
        var keys = new Dictionary<string, string>();
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } key, var value] || !keys.TryAdd(key, value))
                throw ApiException.Invalid(field,
                    $"must be keys and values such as month=2019-06,region=north, each key once, got '{text}'");
        }

        return keys;
    }

    private static async Task<DatasetVersionCollection> ListAsync(
        string name, string? partition, [AsParameters] PageQuery page, DatasetReads reads, CancellationToken cancellationToken)
    {
        await DatasetsApi.RequireAsync(name, reads, cancellationToken).ConfigureAwait(false);
        var slice = partition is { Length: > 0 } ? JsonSerializer.Serialize(Slice("partition", partition)) : null;
        var found = await reads.StatesAsync(name, slice, version: null, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new DatasetVersionCollection([.. found.Items.Select(Of)], found.Total);
    }

    private static async Task<DatasetWhole> WholeAsync(
        string name, int? version, [FromQuery(Name = "as_of")] DateTimeOffset? asOf, DatasetReads reads, SnapshotReads snapshots,
        CancellationToken cancellationToken)
    {
        var snapshot = await SnapshotAsync(name, version, asOf, reads, snapshots, cancellationToken).ConfigureAwait(false);
        return new DatasetWhole(
            name, snapshot.Version, snapshot.Sha256, snapshot.Rows,
            [.. snapshot.Slices.Select(slice => new DatasetSlice(slice.Partition, slice.Sha256, slice.Rows))]);
    }

    private static async Task<DatasetDiff> DiffAsync(
        string name, string from, string to, DatasetReads reads, DatasetFiles files, CancellationToken cancellationToken)
    {
        await DatasetsApi.RequireAsync(name, reads, cancellationToken).ConfigureAwait(false);
        var before = await files.OpenAsync(name, "from", from, cancellationToken).ConfigureAwait(false);
        var after = await files.OpenAsync(name, "to", to, cancellationToken).ConfigureAwait(false);
        var found = await Task.Run(
            () => DatasetComparison.Compare([before.Path], [after.Path], DatasetFiles.Share, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return new DatasetDiff(
            name, DiffSide(before), DiffSide(after), before.Version.Sha256 == after.Version.Sha256, found.Added, found.Removed,
            [.. found.Columns.Select(column => new ColumnDiff(column.Name, column.From, column.To))]);
    }

    internal static DatasetDiffSide DiffSide(OpenedVersion opened) =>
        new(opened.Number, opened.Version.Partition, opened.Version.Sha256, opened.Version.Rows);

    private static async Task<DatasetVerification> VerifyAsync(
        string name, int? version, DatasetReads reads, SnapshotReads snapshots, DatasetFiles files, CancellationToken cancellationToken)
    {
        var snapshot = await SnapshotAsync(name, version, null, reads, snapshots, cancellationToken).ConfigureAwait(false);
        var ids = snapshot.Slices.Select(slice => slice.VersionId).ToList();
        var expired = await reads.ExpiredAsync(ids, cancellationToken).ConfigureAwait(false);
        var kept = snapshot.Slices.Where(slice => !expired.Contains(slice.VersionId)).ToList();
        var damages = new List<string>();
        foreach (var slice in kept)
        {
            if (await files.DamageAsync(slice.Sha256, cancellationToken).ConfigureAwait(false) is { } damage)
                damages.Add(damage);
        }

        return new DatasetVerification(
            name, snapshot.Version, kept.Count, kept.Count - damages.Count, snapshot.Slices.Count - kept.Count, damages);
    }

    private static async Task<IResult> HoldAsync(
        string name, int version, HoldRequest body, DatasetReads reads, HoldStore holds, CancellationToken cancellationToken)
    {
        var reason = body.Reason.Trim();
        if (reason.Length is 0 or > LongestReason || reason.Contains('\0'))
            throw ApiException.Invalid("reason", $"must have 1 to {LongestReason} characters, none of them NUL, got {reason.Length}");
        RequireName(body.By);
        var state = await RequireAsync(name, version, reads, cancellationToken).ConfigureAwait(false);
        if (!await holds.PlaceAsync(name, version, reason, body.By ?? SignInApi.UserName, cancellationToken).ConfigureAwait(false))
        {
            throw ApiException.Conflict(state.HoldReason is { } former
                ? $"{name} version {version} is on hold already: {former}"
                : $"The content of {name} version {version} has expired: a hold comes too late.");
        }

        return TypedResults.NoContent();
    }

    private static async Task<IResult> LiftAsync(
        string name, int version, string? by, DatasetReads reads, HoldStore holds, CancellationToken cancellationToken)
    {
        RequireName(by);
        await RequireAsync(name, version, reads, cancellationToken).ConfigureAwait(false);
        return await holds.LiftAsync(name, version, by ?? SignInApi.UserName, cancellationToken).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : throw ApiException.Conflict($"{name} version {version} is not on hold.");
    }

    private static void RequireName(string? by)
    {
        if (by is { Length: 0 or > LongestName } || by?.Contains('\0') == true)
            throw ApiException.Invalid("by", $"must have 1 to {LongestName} characters, none of them NUL, got {by.Length}");
    }

    private static async Task<IResult> RecallAsync(
        string name, int version, DatasetReads reads, HoldStore holds, DatasetFiles files, CancellationToken cancellationToken)
    {
        var state = await RequireAsync(name, version, reads, cancellationToken).ConfigureAwait(false);
        if (state.ExpiredAt is not null)
            throw ApiException.Conflict($"The content of {name} version {version} has expired.");
        if (state.ColdAt is null)
            throw ApiException.Conflict($"{name} version {version} is not in the cold store.");

        // Reading it brings it back; a kill before the record leaves a copy in front that goes again by itself.
        await files.PathAsync(state.Sha256, cancellationToken).ConfigureAwait(false);
        return await holds.RecallAsync(name, version, cancellationToken).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : throw ApiException.Conflict($"{name} version {version} was recalled by somebody else meanwhile, or has expired.");
    }

    private static async Task<DatasetSnapshot> SnapshotAsync(
        string name, int? version, DateTimeOffset? asOf, DatasetReads reads, SnapshotReads snapshots, CancellationToken cancellationToken)
    {
        if (version < 1)
            throw ApiException.Invalid("version", $"must be 1 or more, got {version}");
        if (version is not null && asOf is not null)
            throw ApiException.Invalid("as_of", "cannot be given together with version");
        await DatasetsApi.RequireAsync(name, reads, cancellationToken).ConfigureAwait(false);
        var at = version is { } number ? AsOf.Version(number) : asOf is { } time ? AsOf.At(time) : AsOf.Newest;
        return await snapshots.FindAsync(name, at, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound($"There is no dataset '{name}' {at}.");
    }

    private static async Task<Postgres.Reads.DatasetVersionState> RequireAsync(
        string name, int version, DatasetReads reads, CancellationToken cancellationToken) =>
        (await reads.StatesAsync(name, null, version, limit: 1, offset: 0, cancellationToken).ConfigureAwait(false)).Items.FirstOrDefault()
        ?? throw ApiException.NotFound($"There is no version {version} of a dataset '{name}'.");

    private static DatasetVersionState Of(Postgres.Reads.DatasetVersionState row) => new(
        row.Version, row.Sha256, row.Rows, row.Bytes, ApiJson.Read<Dictionary<string, string>>(row.Partition), row.PublishedAt, row.DagId,
        row.RunKey, row.TaskId, row.IsNewestOfSlice, row.ExpiredAt, row.ColdAt,
        row.HoldReason is null ? null : new DatasetHold(row.HoldReason, row.HeldBy!, row.HeldAt!.Value),
        row.ContractVersion);
}
