using Workflow.Postgres.Steps;

namespace Workflow.Worker.Execution;

/// <summary>An attempt that runs in this process, with the one switch that stops it. The first reason to stop wins.</summary>
public sealed class RunningAttempt(ClaimedTask task, long workerId) : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private int reason;

    /// <summary>What was claimed.</summary>
    public ClaimedTask Task => task;

    /// <summary>The worker id that it was claimed under: its fence.</summary>
    public long WorkerId => workerId;

    /// <summary>Ends when the attempt shall stop.</summary>
    public CancellationToken Cancellation => source.Token;

    /// <summary>Why it was told to stop.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref reason);

    /// <summary>Tells it to stop.</summary>
    public void Stop(StopReason why)
    {
        if (Interlocked.CompareExchange(ref reason, (int)why, (int)StopReason.None) != (int)StopReason.None)
            return;
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in this very moment: nothing is left to stop.
        }
    }

    /// <inheritdoc />
    public void Dispose() => source.Dispose();
}
