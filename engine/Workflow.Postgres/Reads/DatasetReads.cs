using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A dataset with its newest version.</summary>
public sealed record DatasetRow(string Name, int Versions, int? LatestVersion, long? LatestRows, DateTime? LatestCreatedAt);

/// <summary>A published version of a dataset.</summary>
public sealed record DatasetVersionRow(
    long VersionId, int Version, string Sha256, long Rows, long Bytes, string Partition, DateTime PublishedAt, string DagId, string RunKey,
    string TaskId, string Columns, string Profile);

/// <summary>A dataset version from which another version was made.</summary>
public sealed record ParentRow(long VersionId, string Dataset, int Version, string Sha256);

/// <summary>What pages show of datasets. Rows that are staged have no version number and are never seen.</summary>
public sealed partial class DatasetReads(NpgsqlDataSource dataSource)
{
    /// <summary>The datasets that have a version, by name.</summary>
    public Task<PageOf<DatasetRow>> ListAsync(int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<DatasetRow>(List, Count, new { limit, offset }, cancellationToken);

    /// <summary>The versions of a dataset, newest first.</summary>
    public Task<IReadOnlyList<DatasetVersionRow>> VersionsAsync(string dataset, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.ListAsync<DatasetVersionRow>(Versions, new { dataset, limit, offset }, cancellationToken);

    /// <summary>Whether a dataset has a version.</summary>
    public Task<bool> ExistsAsync(string dataset, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<bool>(Exists, new { dataset }, cancellationToken);

    /// <summary>What dataset versions were made from.</summary>
    public Task<IReadOnlyList<ParentRow>> ParentsAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ParentRow>(Parents, new { versionIds = versionIds.ToArray() }, cancellationToken);
}
