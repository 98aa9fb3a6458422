using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A dataset with its newest version, and what its DAG says of it.</summary>
public sealed record DatasetRow(
    string Name, int Versions, int? LatestVersion, long? LatestRows, DateTime? LatestCreatedAt, string Description, string Owner,
    string Tags, string? DeclaredBy, int? KeepVersions, TimeSpan? KeepFor, TimeSpan? ColdAfter, int? ContractVersion);

/// <summary>How a published version is kept.</summary>
/// <param name="ExpiredAt">Since when its content may be gone.</param>
/// <param name="ColdAt">Since when it lies in the cold store.</param>
/// <param name="HoldReason">Why it is on hold; null when it is not.</param>
/// <param name="IsWithheld">Whether a gate holds it, or a person discarded or repaired it.</param>
/// <param name="IsNewestOfSlice">Whether it is what those get who read the newest of its slice: it is not withheld, and not
/// replaced.</param>
public sealed record DatasetVersionState(
    long VersionId, int Version, string Sha256, long Rows, long Bytes, string Partition, DateTime PublishedAt, string DagId, string RunKey,
    string TaskId, int? ContractVersion, DateTime? ExpiredAt, DateTime? ColdAt, string? HoldReason, string? HeldBy, DateTime? HeldAt,
    bool IsWithheld, bool IsNewestOfSlice);

/// <summary>A published version of a dataset.</summary>
public sealed record DatasetVersionRow(
    long VersionId, int Version, string Sha256, long Rows, long Bytes, string Partition, DateTime PublishedAt, string DagId, string RunKey,
    string TaskId, int? ContractVersion, string Columns, string Profile);

/// <summary>A dataset of rows that were set aside, with its newest version.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="IsRejects">Whether a source or a transform could not read them; otherwise a gate's checks refuse them.</param>
/// <param name="From">The dataset that they are not in; null when it is not known.</param>
public sealed record RowsAsideRow(
    string Dataset, bool IsRejects, string? From, int Version, long Rows, DateTime PublishedAt, string DagId, string RunKey, string TaskId);

/// <summary>A dataset version from which another version was made.</summary>
public sealed record ParentRow(long VersionId, string Dataset, int Version, string Sha256);

/// <summary>What pages show of datasets. Rows that are staged have no version number and are never seen.</summary>
public sealed partial class DatasetReads(NpgsqlDataSource dataSource)
{
    /// <summary>The datasets that have a version, by name.</summary>
    /// <param name="tag">Only those with the tag; null for all.</param>
    /// <param name="owner">Only those of the owner; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<PageOf<DatasetRow>> ListAsync(string? tag, string? owner, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<DatasetRow>(List, Count, new { tag, owner, dataset = (string?)null, limit, offset }, cancellationToken);

    /// <summary>A dataset that has a version; null when there is none.</summary>
    public async Task<DatasetRow?> FindAsync(string dataset, CancellationToken cancellationToken) =>
        (await dataSource.ListAsync<DatasetRow>(
            List, new { tag = (string?)null, owner = (string?)null, dataset, limit = 1, offset = 0 }, cancellationToken)
            .ConfigureAwait(false)).FirstOrDefault();

    /// <summary>How versions of a dataset are kept, newest first.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="partition">Only those of slices with these keys, as a JSON object; null for all.</param>
    /// <param name="version">Only the one with the number; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<PageOf<DatasetVersionState>> StatesAsync(
        string dataset, string? partition, int? version, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<DatasetVersionState>(
            States, CountStates, new { dataset, partition, version, limit, offset }, cancellationToken);

    /// <summary>Those of some versions whose content may be gone.</summary>
    public async Task<IReadOnlySet<long>> ExpiredAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        (await dataSource.ListAsync<long>(Expired, new { versionIds = versionIds.ToArray() }, cancellationToken).ConfigureAwait(false))
        .ToHashSet();

    /// <summary>The datasets of rows that were set aside, by name.</summary>
    public Task<PageOf<RowsAsideRow>> AsideAsync(int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<RowsAsideRow>(Aside, CountAside, new { limit, offset }, cancellationToken);

    /// <summary>The versions of a dataset, newest first.</summary>
    public Task<IReadOnlyList<DatasetVersionRow>> VersionsAsync(
        string dataset, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.ListAsync<DatasetVersionRow>(Versions, new { dataset, limit, offset }, cancellationToken);

    /// <summary>What dataset versions were made from.</summary>
    public Task<IReadOnlyList<ParentRow>> ParentsAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ParentRow>(Parents, new { versionIds = versionIds.ToArray() }, cancellationToken);
}
