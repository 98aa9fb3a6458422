using Microsoft.Extensions.Logging;
using Workflow.Postgres.Schedulers;

namespace Workflow.Scheduler.Services;

/// <summary>Says that the scheduler lives, and keeps the partitions for the runs to come in place.</summary>
public sealed class Caretaker(SchedulerStore store, SchedulerOptions options, ILogger<Caretaker> logger)
    : IntervalService(TimeSpan.FromSeconds(5), logger)
{
    private long? id;

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        id ??= await store.RegisterAsync(options.Name, options.DagsFolder, cancellationToken).ConfigureAwait(false);
        await store.HeartbeatAsync(id.Value, cancellationToken).ConfigureAwait(false);
        return await store.EnsurePartitionsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (id is { } registered)
            await store.StopAsync(registered, cancellationToken).ConfigureAwait(false);
    }
}
