using Microsoft.Extensions.Logging;
using Workflow.Postgres.Runs;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Does to runs what follows from time and from other runs: stops those that take too long, settles deadlines, releases what depends on the
/// past. Any number of schedulers may do so at once: a run is edited under its lock, a deadline settled by whoever locks it.
/// </summary>
public sealed class RunKeeper(RunKeeping keeping, ILogger<RunKeeper> logger) : IntervalService(TimeSpan.FromSeconds(2), logger)
{
    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken) =>
        await keeping.ReleasePastAsync(cancellationToken).ConfigureAwait(false)
        + await keeping.StopTimedOutAsync(cancellationToken).ConfigureAwait(false)
        + await keeping.SettleDeadlinesAsync(cancellationToken).ConfigureAwait(false);
}
