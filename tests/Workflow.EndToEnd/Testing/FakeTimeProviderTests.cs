using Workflow.DagTesting;

namespace Workflow.EndToEnd.Testing;

public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Advance_SeveralTimers_FiresThemInOrderEachAtItsTime()
    {
        var start = _clock.GetUtcNow();
        List<(string Name, double Seconds)> fired = [];
        using var late = Timer("late", fired, due: 3);
        using var every = Timer("every", fired, due: 1, period: 2);
        using var beyond = Timer("beyond", fired, due: 9);

        _clock.Advance(TimeSpan.FromSeconds(5));

        fired.ShouldBe([("every", 1), ("late", 3), ("every", 3), ("every", 5)]);
        (_clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(5));
        _clock.ActiveTimers.ShouldBe(2);
    }

    [Fact]
    public void Advance_CallbackStartsAnotherTimer_FiresThatOnTheWayToo()
    {
        List<(string Name, double Seconds)> fired = [];
        ITimer? second = null;
        using var first = _clock.CreateTimer(
            _ => second = Timer("second", fired, due: 1), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(2));

        fired.ShouldBe([("second", 2)]);
        second!.Dispose();
    }

    [Fact]
    public void Advance_CallbackMovesTheClockFurther_StaysThere()
    {
        var start = _clock.GetUtcNow();
        using var timer = _clock.CreateTimer(
            _ => _clock.Advance(TimeSpan.FromSeconds(2)), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(1));

        (_clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void SetUtcNow_Backwards_FiresNothing()
    {
        List<(string Name, double Seconds)> fired = [];
        using var timer = Timer("later", fired, due: 1);
        var earlier = _clock.GetUtcNow() - TimeSpan.FromHours(1);

        _clock.SetUtcNow(earlier);

        _clock.GetUtcNow().ShouldBe(earlier);
        fired.ShouldBeEmpty();
    }

    [Fact]
    public void Advance_DisposedTimer_DoesNotFire()
    {
        List<(string Name, double Seconds)> fired = [];
        var timer = Timer("gone", fired, due: 1);
        timer.Dispose();
        timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).ShouldBeFalse();

        _clock.Advance(TimeSpan.FromSeconds(5));

        fired.ShouldBeEmpty();
    }

    [Fact]
    public async Task Advance_FrameworksOwnWaits_EndWithTheFakeClock()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _clock);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromHours(2), _clock);
        using var periodic = new PeriodicTimer(TimeSpan.FromHours(1), _clock);
        var tick = periodic.WaitForNextTickAsync();

        _clock.Advance(TimeSpan.FromHours(1));

        await delay;
        (await tick).ShouldBeTrue();
        cancellation.IsCancellationRequested.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromHours(1));
        cancellation.IsCancellationRequested.ShouldBeTrue();
    }

    private ITimer Timer(string name, List<(string Name, double Seconds)> fired, double due, double? period = null)
    {
        var zero = new FakeTimeProvider().GetUtcNow();
        return _clock.CreateTimer(
            _ => fired.Add((name, (_clock.GetUtcNow() - zero).TotalSeconds)),
            null,
            TimeSpan.FromSeconds(due),
            period is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan);
    }
}
