using Microsoft.Extensions.Logging;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Runs;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Moves backfills on: creates or clears their runs and starts them, as many at once as each of them may have. Woken whenever a run was
/// created or ended. Any number of schedulers may do so at once, and a kill at any point leaves its work to the next turn: see
/// <see cref="BackfillSteps"/>.
/// </summary>
public sealed class Backfiller(BackfillSteps steps, ILogger<Backfiller> logger) : IntervalService(TimeSpan.FromSeconds(2), logger)
{
    /// <summary>How many dates of one backfill have their turn in a turn at most, so that a long one does not hold up the others.</summary>
    public const int Batch = 50;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var moved = await steps.StopCancelledAsync(cancellationToken).ConfigureAwait(false);
        foreach (var id in await steps.OpenAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                moved += await MoveAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (DagNotRunnableException gone)
            {
                // Its file went at this very moment; until it is back, its backfill waits.
                logger.BackfillFailed(id, gone.Message);
            }
        }

        return moved;
    }

    private async Task<int> MoveAsync(long id, CancellationToken cancellationToken)
    {
        for (var moved = 0; moved < Batch; moved++)
        {
            switch (await steps.MoveAsync(id, cancellationToken).ConfigureAwait(false))
            {
                case BackfillStep.Waits:
                    return moved;
                case BackfillStep.Moved:
                    break;
                case BackfillStep.Completed:
                    logger.BackfillCompleted(id);
                    return moved + 1;
                case BackfillStep.Refused:
                    logger.BackfillRefused(id);
                    return moved;
            }
        }

        Wake();
        return Batch;
    }
}
