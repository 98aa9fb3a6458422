using System.Threading.Channels;

namespace Workflow.Scheduler.Loading;

/// <summary>
/// Rings when the file system announces a change in the folder. Any number of announcements before somebody listens are one ring.
/// </summary>
internal sealed class ChangeBell(string folder) : IDisposable
{
    private readonly Channel<bool> rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private FileSystemWatcher? watcher;
    private volatile bool broken;

    /// <summary>
    /// Watches the folder if it is there and not watched yet; makes a new watch when the old one is no longer to be trusted.
    /// </summary>
    internal void Listen(bool renew = false)
    {
        if (watcher is not null && (renew || broken || !Directory.Exists(folder)))
        {
            watcher.Dispose();
            watcher = null;
        }

        if (watcher is null && Directory.Exists(folder))
            watcher = Watch();
    }

    /// <summary>Completes at the next ring, or at once when it rang since the last call.</summary>
    internal async Task RungAsync(CancellationToken cancellationToken) =>
        await rings.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    public void Dispose() => watcher?.Dispose();

    private FileSystemWatcher? Watch()
    {
        broken = false;
        FileSystemWatcher? made = null;
        try
        {
            made = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            made.Changed += (_, change) => Ring(change.FullPath);
            made.Created += (_, change) => Ring(change.FullPath);
            made.Deleted += (_, change) => Ring(change.FullPath);
            made.Renamed += (_, change) =>
            {
                Ring(change.OldFullPath);
                Ring(change.FullPath);
            };

            // Too many changes at once, or the folder is gone: some were missed, so look now and listen anew at the next poll.
            made.Error += (_, _) =>
            {
                broken = true;
                rings.Writer.TryWrite(true);
            };
            made.EnableRaisingEvents = true;
            return made;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // No watches left (a limit of the system), or the folder has just gone: the poll does it alone and tries again.
            made?.Dispose();
            return null;
        }
    }

    private void Ring(string path)
    {
        if (DagFolder.Matters(folder, path))
            rings.Writer.TryWrite(true);
    }
}
