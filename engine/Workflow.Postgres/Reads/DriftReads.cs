using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>What a drift gate found.</summary>
/// <param name="Verdict">The gate's verdict.</param>
/// <param name="Found">What was found in this window, whatever the verdict makes of it.</param>
/// <param name="VersionId">The version judged.</param>
/// <param name="ReferenceIds">The versions compared with, as a JSON array.</param>
public sealed record DriftRow(
    int Attempt, int MapIndex, string Verdict, string Found, string Subject, DateTime PublishedAt, long VersionId, string ReferenceIds,
    string Report);

/// <summary>A version on a side of a comparison.</summary>
/// <param name="Version">Its number; null when it was never published.</param>
public sealed record DriftSideRow(long VersionId, string Dataset, int? Version, string Partition, string Sha256, long Rows);

/// <summary>The reports of drift gates.</summary>
public sealed partial class DriftReads(NpgsqlDataSource dataSource)
{
    /// <summary>The newest report of a gate's task in a run; null when there is none.</summary>
    /// <param name="dagId">The DAG.</param>
    /// <param name="runKey">The run's id.</param>
    /// <param name="taskId">The gate's task.</param>
    /// <param name="mapIndex">Which of the mapped tasks; null for any.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<DriftRow?> NewestAsync(
        string dagId, string runKey, string taskId, int? mapIndex, CancellationToken cancellationToken) =>
        (await dataSource.ListAsync<DriftRow>(Newest, new { dagId, runKey, taskId, mapIndex }, cancellationToken)
            .ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The versions that a report compares.</summary>
    public Task<IReadOnlyList<DriftSideRow>> SidesAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<DriftSideRow>(Sides, new { versionIds = versionIds.ToArray() }, cancellationToken);
}
