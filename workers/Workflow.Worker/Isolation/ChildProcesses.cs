namespace Workflow.Worker.Isolation;

/// <summary>
/// Gives isolated attempts their processes. Each is used once; one is kept ready beside them, begun when the one before was taken, so that
/// an attempt rarely waits for the start of its own.
/// </summary>
public sealed class ChildProcesses(WorkerOptions options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a ready process is kept when no isolated task comes: it holds some 60 MB of memory.</summary>
    private static readonly TimeSpan KeepLimit = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private ChildProcess? ready;
    private bool disposed;

    /// <summary>A process for an attempt; its taker ends it.</summary>
    /// <param name="memoryLimit">How much memory its managed code may take; such a process is started for the attempt.</param>
    /// <param name="printed">Gets the lines that it prints.</param>
    /// <exception cref="TaskFailureException">It does not start.</exception>
    internal ChildProcess Take(long? memoryLimit, Action<string> printed)
    {
        ChildProcess? taken = null;
        if (memoryLimit is null)
        {
            lock (gate)
                (taken, ready) = (ready, null);
            _ = Task.Run(PrepareAsync);
        }

        // One that died while it waited is found out by whoever takes it: it fails its attempt, as a crash at any later moment would.
        taken ??= ChildProcess.Start(options.IsolationCommand, memoryLimit, time);
        taken.Printed = printed;
        return taken;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        ChildProcess? left;
        lock (gate)
            (left, ready, disposed) = (ready, null, true);
        if (left is not null)
            await left.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PrepareAsync()
    {
        ChildProcess started;
        try
        {
            started = ChildProcess.Start(options.IsolationCommand, memoryLimit: null, time);
        }
        catch (TaskFailureException)
        {
            // The next attempt starts its own, and says why it cannot.
            return;
        }

        var kept = false;
        lock (gate)
        {
            if (ready is null && !disposed)
                (ready, kept) = (started, true);
        }

        if (kept)
            await Task.WhenAny(started.Exited, Task.Delay(KeepLimit, time)).ConfigureAwait(false);
        lock (gate)
        {
            if (kept && ready != started)
                return;
            if (kept)
                ready = null;
        }

        await started.DisposeAsync().ConfigureAwait(false);
    }
}
