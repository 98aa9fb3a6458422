namespace Workflow.DagTesting;

/// <summary>
/// A clock that stands still until the test moves it. <see cref="Advance"/> runs the callbacks of due timers on the caller's thread, in the
/// order of their due times (equal ones in the order of creation), each at its own time.
/// </summary>
public sealed class FakeTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start.ToUniversalTime();

    /// <summary>Starts on 1 January 2026, 00:00 UTC: a Thursday.</summary>
    public FakeTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait to fire, so that a test can tell whether the code under test has begun to wait.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
                return _timers.Count(timer => timer.Due is not null);
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>
    /// Moves the clock forward, firing what becomes due on the way. A callback, or what it sets free, may move it further meanwhile: it
    /// does not go back.
    /// </summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        FireUntil(GetUtcNow() + by);
    }

    /// <summary>
    /// Moves the clock to an instant, firing what becomes due on the way. Backwards nothing fires: that is a clock being corrected.
    /// </summary>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (now < _now)
                _now = now.ToUniversalTime();
        }

        FireUntil(now);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void FireUntil(DateTimeOffset? until)
    {
        while (TakeDue(until) is { } timer)
            timer.Fire();
    }

    // The callback runs outside the lock: it may read the clock, and create, change or dispose timers.
    private Timer? TakeDue(DateTimeOffset? until)
    {
        lock (_lock)
        {
            var limit = until ?? _now;
            var next = _timers.Where(timer => timer.Due <= limit).MinBy(timer => timer.Due);
            if ((next?.Due ?? limit) is var reached && reached > _now)
                _now = reached.ToUniversalTime();
            if (next is null)
                return null;
            next.Due = next.Period > TimeSpan.Zero ? next.Due + next.Period : null;
            return next;
        }
    }

    private sealed class Timer(FakeTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        internal DateTimeOffset? Due { get; set; }

        internal TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_disposed)
                    return false;
                if (!clock._timers.Contains(this))
                    clock._timers.Add(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                Period = period;
            }

            // One that is due at once fires at once, as the system's does within a moment.
            clock.FireUntil(null);
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire() => callback(state);
    }
}
