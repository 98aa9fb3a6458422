using Microsoft.Extensions.Logging;
using Workflow.Artifacts;
using Workflow.Postgres.Retention;
using Workflow.Scheduler.Retention;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Deletes artifacts that no version refers to, published or staged, and files that were never committed.
/// <para>
/// An artifact is marked by its age: whoever commits content dates it anew, also where the store holds it already, and records it within
/// moments. One that nobody committed for a grace and that no record refers to belongs to nobody, therefore; and the store itself refuses
/// the deletion of what was committed since it was listed. A kill leaves the rest to the next turn.
/// </para>
/// </summary>
public sealed class ArtifactPruner(RetentionStore records, IArtifactStore artifacts, TimeProvider time, ILogger<ArtifactPruner> logger)
    : IntervalService(TimeSpan.FromHours(1), logger)
{
    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        // The store's clock may be another machine's: a grace of a day makes up for that.
        var limit = time.GetUtcNow() - RetentionOptions.Grace;
        var (deleted, bytes) = (0, 0L);
        await foreach (var old in artifacts.ListAsync(limit, cancellationToken).Chunk(RetentionStore.BatchSize).ConfigureAwait(false))
        {
            var sizes = old.ToDictionary(artifact => artifact.Sha256, artifact => artifact.Bytes);
            foreach (var sha256 in await records.UnreferencedAsync([.. sizes.Keys], cancellationToken).ConfigureAwait(false))
            {
                if (!await artifacts.DeleteAsync(sha256, limit, cancellationToken).ConfigureAwait(false))
                    continue;
                deleted++;
                bytes += sizes[sha256];
            }
        }

        var swept = await artifacts.SweepStagedAsync(limit, cancellationToken).ConfigureAwait(false);
        if (deleted + swept > 0)
            logger.ArtifactsPruned(deleted, bytes, swept);
        return deleted + swept;
    }
}
