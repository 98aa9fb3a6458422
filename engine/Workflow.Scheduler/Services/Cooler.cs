using Microsoft.Extensions.Logging;
using Workflow.Data;
using Workflow.Postgres.Retention;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Moves content that datasets let grow cold to the cold store: first the copy, then the record. A kill between the two leaves a copy that
/// no record refers to, and the next turn finds it there. What lies in front goes later, with all that nothing needs there. Schedulers that
/// do so at once copy the same content to the same name.
/// </summary>
public sealed class Cooler(RetentionStore records, TieredArtifactStore artifacts, ILogger<Cooler> logger)
    : IntervalService(TimeSpan.FromHours(1), logger)
{
    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var cooled = 0;
        var batch = await records.ColdCandidatesAsync(after: 0, cancellationToken).ConfigureAwait(false);
        while (batch.Count > 0)
        {
            foreach (var sha256 in batch.Select(version => version.Sha256).Distinct())
                cooled += await CoolAsync(sha256, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            batch = await records.ColdCandidatesAsync(batch[^1].VersionId, cancellationToken).ConfigureAwait(false);
        }

        if (cooled > 0)
            logger.Cooled(cooled);
        return cooled;
    }

    private async Task<bool> CoolAsync(string sha256, CancellationToken cancellationToken)
    {
        try
        {
            await artifacts.CoolAsync(sha256, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception refusal) when (refusal is WorkflowException or FileNotFoundException)
        {
            // One that is damaged or lost must not keep the others warm; it stays where its readers will be told of it.
            logger.CoolingFailed(sha256, refusal.Message);
            return false;
        }

        return await records.MarkColdAsync(sha256, cancellationToken).ConfigureAwait(false) > 0;
    }
}
