using Microsoft.Extensions.Logging;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Runs;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Takes the attempts of dead workers back. They go through the same fenced step as a worker's own completions, so that a worker which
/// hands in at the same moment and the rescuer never both win.
/// </summary>
public sealed class Rescuer(WorkerStore workers, TaskQueue queue, CallbackStore callbacks, ILogger<Rescuer> logger)
    : IntervalService(TimeSpan.FromSeconds(2), logger)
{
    private const int BatchSize = 200;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var rescued = 0;
        foreach (var (workerId, name) in await workers.BuryAsync(cancellationToken).ConfigureAwait(false))
        {
            var held = await queue.HeldByAsync([workerId], cancellationToken).ConfigureAwait(false);
            var lost =
                held.Select(item => new FinishedAttempt(item.Task, workerId, new TaskOutcome.Lost($"Worker {name} died while it ran.")));
            foreach (var batch in lost.Chunk(BatchSize))
            {
                var result = await queue.StepAsync(batch, claim: null, cancellationToken).ConfigureAwait(false);
                rescued += batch.Length - result.Refused.Count;
            }

            logger.Rescued(workerId, held.Count);
        }

        return rescued + await callbacks.RescueAsync(cancellationToken).ConfigureAwait(false);
    }
}
