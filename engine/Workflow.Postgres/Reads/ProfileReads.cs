using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>What a version holds, which stays known when its content is gone.</summary>
/// <param name="Sketch">The profile in a form that adds up; null for a version from before there were any.</param>
public sealed record ProfileRow(long VersionId, int Version, long Rows, string Partition, string Profile, byte[]? Sketch);

/// <summary>The profiles of dataset versions.</summary>
public sealed partial class ProfileReads(NpgsqlDataSource dataSource)
{
    /// <summary>The profiles of published versions, in the order of their numbers.</summary>
    public Task<IReadOnlyList<ProfileRow>> OfAsync(IReadOnlyList<long> versionIds, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ProfileRow>(Profiles, new { versionIds = versionIds.ToArray() }, cancellationToken);
}
