using Workflow.DagTesting;

namespace Workflow.EndToEnd.Cli;

/// <summary>A clock for code that waits by itself: whoever waits has waited at once, and the clock says that the time has passed.</summary>
internal sealed class HastyClock : TimeProvider
{
    private readonly FakeTimeProvider clock = new();

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = clock.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
            ThreadPool.QueueUserWorkItem(_ => clock.Advance(dueTime));
        return timer;
    }
}
