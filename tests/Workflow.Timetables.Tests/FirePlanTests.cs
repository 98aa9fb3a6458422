using static Workflow.Timetables.Tests.Times;

namespace Workflow.Timetables.Tests;

public sealed class FirePlanTests
{
    private static readonly ScheduleSettings Daily = new(Cron.Of("0 2 * * *"));
    private static readonly DateTimeOffset Now = At("2026-01-10T12:00Z");

    [Theory]
    // Without catchup from now or the start date on, whatever was missed.
    [InlineData(null, null, null, false, "01-11 02:00")]
    [InlineData("2026-01-05T00:00Z", null, null, false, "01-11 02:00")]
    [InlineData("2026-01-20T02:00Z", null, null, false, "01-20 02:00")]
    [InlineData(null, null, "2026-01-07T02:00Z", false, "01-11 02:00")]
    // With it from the start date or the last fire time on.
    [InlineData(null, null, null, true, "01-11 02:00")]
    [InlineData("2026-01-05T02:00Z", null, null, true, "01-05 02:00")]
    [InlineData("2026-01-05T02:00Z", null, "2026-01-07T02:00Z", true, "01-08 02:00")]
    [InlineData("2026-01-05T02:00Z", null, "2025-01-07T02:00Z", true, "01-05 02:00")]
    [InlineData("2026-01-20T03:00Z", null, "2026-01-07T02:00Z", true, "01-21 02:00")]
    [InlineData(null, null, "2026-01-07T02:00Z", true, "01-08 02:00")]
    // The end date is the last instant that may fire.
    [InlineData(null, "2026-01-11T02:00Z", null, false, "01-11 02:00")]
    [InlineData(null, "2026-01-11T01:59Z", null, false, "")]
    public void First_Table(string? start, string? end, string? last, bool catchup, string expected)
    {
        var settings = Daily with { StartDate = Maybe(start), EndDate = Maybe(end), Catchup = catchup };

        Text(Listed(FirePlan.First(settings, Maybe(last), Now))).ShouldBe(expected);
    }

    [Theory]
    [InlineData(false, false, null, "01-10 02:00", "01-11 02:00")]
    [InlineData(false, true, null, "", "01-11 02:00")]
    [InlineData(true, false, null, "01-07 02:00, 01-08 02:00, 01-09 02:00", "01-10 02:00")]
    [InlineData(true, false, "2026-01-08T12:00Z", "01-07 02:00, 01-08 02:00", "")]
    [InlineData(false, false, "2026-01-08T12:00Z", "01-08 02:00", "")]
    public void Due_ThreeFireTimesMissed_Table(bool catchup, bool paused, string? end, string runs, string next)
    {
        var settings = Daily with { EndDate = Maybe(end), Catchup = catchup };

        var plan = FirePlan.Due(settings, At("2026-01-07T02:00Z"), At("2026-01-06T02:00Z"), Now, paused, limit: 3);

        Text(plan.Runs.Select(run => run.Fire)).ShouldBe(runs);
        Text(Listed(plan.Next)).ShouldBe(next);
        plan.Runs.ShouldAllBe(run => run.Previous == run.Fire.AddDays(-1));
        plan.Last.ShouldBe(plan.Runs.Count > 0 ? plan.Runs[^1].Fire : At("2026-01-10T02:00Z"));
    }

    [Theory]
    [InlineData(false, "01-10 00:00", "01-08 00:00")]
    [InlineData(true, "01-06 00:00, 01-08 00:00, 01-10 00:00", "01-05 02:00, 01-06 00:00, 01-08 00:00")]
    public void Due_OwnTimetable_WalksItForward(bool catchup, string runs, string previous)
    {
        var plan = FirePlan.Due(
            new ScheduleSettings(new Custom("Two"), Catchup: catchup), At("2026-01-06T00:00Z"), At("2026-01-05T02:00Z"), Now,
            isPaused: false, 9, new Two());

        Text(plan.Runs.Select(run => run.Fire)).ShouldBe(runs);
        Text(plan.Runs.Select(run => run.Previous!.Value)).ShouldBe(previous);
        plan.Next.ShouldBe(At("2026-01-12T00:00Z"));
    }

    [Fact]
    public void First_OwnTimetableBetweenMicroseconds_RoundsUp() =>
        FirePlan.First(new ScheduleSettings(new Custom("Odd")), null, Now, new Odd()).ShouldBe(Now.AddHours(1).AddTicks(10));

    [Fact]
    public void First_OwnTimetableThatGoesBack_IsRefused() => Should.Throw<WorkflowException>(
        () => FirePlan.First(new ScheduleSettings(new Custom("Back")), null, Now,
            new Back())).Message.ShouldContain("does not lie after that");

    private static IEnumerable<DateTimeOffset> Listed(DateTimeOffset? time) => time is { } one ? [one] : [];

    private static DateTimeOffset? Maybe(string? text) => text is null ? null : At(text);

    /// <summary>Every second day of the month.</summary>
    private sealed class Two : ITimetable
    {
        public DateTimeOffset? Next(DateTimeOffset after)
        {
            var day = new DateTimeOffset(after.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
            return day.Day % 2 == 0 ? day : day.AddDays(1);
        }
    }

    private sealed class Odd : ITimetable
    {
        public DateTimeOffset? Next(DateTimeOffset after) => after.AddHours(1).AddTicks(1);
    }

    private sealed class Back : ITimetable
    {
        public DateTimeOffset? Next(DateTimeOffset after) => after;
    }
}
