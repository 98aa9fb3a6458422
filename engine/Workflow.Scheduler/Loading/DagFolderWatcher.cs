namespace Workflow.Scheduler.Loading;

/// <summary>How the DAG folder is watched.</summary>
public sealed record DagFolderWatcherOptions
{
    /// <summary>
    /// How long the folder must be quiet before a change is taken in, so that a save that is several writes counts once. 150 ms.
    /// </summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>A change is taken in after this even if the folder is never quiet. 600 ms, so that a save shows within a second.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How often the folder is looked at when no change was announced: network folders announce none. 2 s.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Says when something in the DAG folder changed. Announcements of the file system wake it, a slow look at names, sizes and times
/// guarantees.
/// </summary>
/// <remarks>
/// The folder may be absent, deleted and made again at any time. A watch on a folder that was replaced hears nothing and says nothing of
/// it: therefore a change that only the poll saw makes a new watch.
/// </remarks>
/// <param name="folder">The folder.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="options">The waits.</param>
public sealed class DagFolderWatcher(string folder, TimeProvider time, DagFolderWatcherOptions? options = null)
{
    private readonly DagFolderWatcherOptions options = options ?? new DagFolderWatcherOptions();

    /// <summary>Calls back once at the start and then after every change, one call at a time, until cancelled.</summary>
    /// <param name="changed">Takes the folder in. A change during the call leads to another call.</param>
    /// <param name="cancellationToken">Ends the watch; the method then returns.</param>
    /// <remarks>An exception of the callback ends the watch: what to do about it is the caller's to know.</remarks>
    public async Task RunAsync(Func<CancellationToken, Task> changed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
        using var bell = new ChangeBell(folder);
        try
        {
            // Listening begins before the first look: a change between the two is heard, and at worst taken in twice.
            bell.Listen();
            var seen = DagFolder.Fingerprint(folder);
            await changed(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                var rang = await RingsAsync(bell, options.Poll, cancellationToken).ConfigureAwait(false);
                if (rang)
                    await QuietAsync(bell, cancellationToken).ConfigureAwait(false);
                var now = DagFolder.Fingerprint(folder);
                if (!rang)
                    bell.Listen(renew: now != seen);
                if (!rang && now == seen)
                    continue;
                seen = now;
                await changed(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    private async Task QuietAsync(ChangeBell bell, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < options.Patience
            && await RingsAsync(bell, options.Quiet, cancellationToken).ConfigureAwait(false))
        {
            // Each further change starts the wait again.
        }
    }

    /// <summary>Whether a change is announced within a time.</summary>
    private async Task<bool> RingsAsync(ChangeBell bell, TimeSpan within, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), waiting, within, Timeout.InfiniteTimeSpan);
        try
        {
            await bell.RungAsync(waiting.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
