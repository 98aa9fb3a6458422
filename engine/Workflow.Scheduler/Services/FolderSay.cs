using Microsoft.Extensions.Logging;
using Workflow.Postgres.Schedulers;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Whether this scheduler's DAG folder is the one that counts. Several schedulers may have different folders, by mistake or during an
/// upgrade; only the files of one of them are stored, so that versions do not go back and forth.
/// </summary>
public sealed class FolderSay(SchedulerStore store, SchedulerOptions options, ILogger<FolderSay> logger)
{
    private readonly SemaphoreSlim gate = new(1);
    private FolderHolder? last;
    private long? id;

    /// <summary>Registers the scheduler if it is not yet, says that it lives, and takes the say if nobody who lives has it.</summary>
    /// <returns>The term of its holding; null when another scheduler has it.</returns>
    public async Task<int?> RenewAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            id ??= await store.RegisterAsync(options.Name, options.DagsFolder, cancellationToken).ConfigureAwait(false);
            await store.HeartbeatAsync(id.Value, cancellationToken).ConfigureAwait(false);
            var holder = await store.HoldFolderAsync(id.Value, options.DagsFolder, cancellationToken).ConfigureAwait(false);
            if (holder != last && holder.SchedulerId != id)
                logger.FolderIgnored(options.DagsFolder, holder.Name, holder.Folder);
            last = holder;
            return holder.SchedulerId == id ? holder.Term : null;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Says that the scheduler has stopped.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (id is { } registered)
            await store.StopAsync(registered, cancellationToken).ConfigureAwait(false);
    }
}
