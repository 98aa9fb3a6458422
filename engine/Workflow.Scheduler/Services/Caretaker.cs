using Microsoft.Extensions.Logging;
using Workflow.Postgres.Schedulers;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Says that the scheduler lives, sees to it that some scheduler's DAG folder counts, and keeps the partitions for the runs to come in
/// place.
/// </summary>
public sealed class Caretaker(SchedulerStore store, DagLoader loader, FolderSay say, SchedulerOptions options, ILogger<Caretaker> logger)
    : IntervalService(TimeSpan.FromSeconds(5), logger)
{
    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await loader.KeepAsync(cancellationToken).ConfigureAwait(false);
        return await store.EnsurePartitionsAsync(options.Retention.Period, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await say.StopAsync(cancellationToken).ConfigureAwait(false);
    }
}
