using Microsoft.Extensions.Logging;
using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Postgres.Retention;
using Workflow.Scheduler.Retention;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Deletes artifacts that no version refers to, published or staged, and files that were never committed; in the cold store too, if there
/// is one.
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
        var pruned = await PruneAsync(
            artifacts, old => records.UnreferencedAsync(old, RetentionOptions.Grace, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (artifacts is not TieredArtifactStore tiered)
            return pruned;
        return pruned + await PruneAsync(
            tiered.Cold, old => records.UnreferencedColdAsync(old, RetentionOptions.Grace, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<int> PruneAsync(
        IArtifactStore store, Func<IReadOnlyList<string>, Task<IReadOnlyList<string>>> unreferenced, CancellationToken cancellationToken)
    {
        // The store's clock may be another machine's: a grace of a day makes up for that.
        var limit = time.GetUtcNow() - RetentionOptions.Grace;
        var (deleted, bytes) = (0, 0L);
        await foreach (var old in store.ListAsync(limit, cancellationToken).Chunk(RetentionStore.BatchSize).ConfigureAwait(false))
        {
            var sizes = old.ToDictionary(artifact => artifact.Sha256, artifact => artifact.Bytes);
            foreach (var sha256 in await unreferenced([.. sizes.Keys]).ConfigureAwait(false))
            {
                if (!await store.DeleteAsync(sha256, limit, cancellationToken).ConfigureAwait(false))
                    continue;
                deleted++;
                bytes += sizes[sha256];
            }
        }

        var swept = await store.SweepStagedAsync(limit, cancellationToken).ConfigureAwait(false);
        if (deleted + swept > 0)
            logger.ArtifactsPruned(deleted, bytes, swept);
        return deleted + swept;
    }
}
