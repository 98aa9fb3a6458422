using Workflow.Postgres.Steps;

namespace Workflow.Worker.Execution;

/// <summary>An attempt that runs in this process, with the one switch that stops it. The first reason to stop wins.</summary>
public sealed class RunningAttempt(ClaimedTask task, long workerId) : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int reason;

    /// <summary>What was claimed.</summary>
    public ClaimedTask Task => task;

    /// <summary>The worker id that it was claimed under: its fence.</summary>
    public long WorkerId => workerId;

    /// <summary>Whether it takes something down: it goes on when its run is stopped. Null until it begins.</summary>
    public bool? IsTeardown { get; set; }

    /// <summary>Ends when the attempt shall stop.</summary>
    public CancellationToken Cancellation => source.Token;

    /// <summary>Completes when it is told to stop, whatever authors' code makes of that.</summary>
    public System.Threading.Tasks.Task Stopped => stopped.Task;

    /// <summary>Why it was told to stop.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref reason);

    /// <summary>Tells it to stop.</summary>
    public void Stop(StopReason why)
    {
        if (Interlocked.CompareExchange(ref reason, (int)why, (int)StopReason.None) != (int)StopReason.None)
            return;
        stopped.TrySetResult();
        try
        {
            // Authors' code continues on the thread that cancels, and may block it or throw into it: never on the heartbeat's or a timer's.
            _ = ObserveAsync(source.CancelAsync());
        }
        catch (ObjectDisposedException)
        {
            // It ended in this very moment: nothing is left to stop.
        }
    }

    private static async System.Threading.Tasks.Task ObserveAsync(System.Threading.Tasks.Task cancelling) =>
        await cancelling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <inheritdoc />
    public void Dispose() => source.Dispose();
}
