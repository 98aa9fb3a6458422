using static Workflow.Timetables.Tests.Times;

namespace Workflow.Timetables.Tests;

public sealed class ScheduleKindTests
{
    private static readonly DayOfWeek[] Weekend = [DayOfWeek.Saturday, DayOfWeek.Sunday];
    private static readonly DateOnly[] Christmas = [new(2026, 12, 25), new(2026, 12, 26)];

    [Theory]
    [InlineData("@hourly", "01-01 00:00, 01-01 01:00, 01-01 02:00")]
    [InlineData("@daily", "01-01 00:00, 01-02 00:00, 01-03 00:00")]
    [InlineData("@midnight", "01-01 00:00, 01-02 00:00, 01-03 00:00")]
    [InlineData("@weekly", "01-04 00:00, 01-11 00:00, 01-18 00:00")]
    [InlineData("@monthly", "01-01 00:00, 02-01 00:00, 03-01 00:00")]
    [InlineData("@quarterly", "01-01 00:00, 04-01 00:00, 07-01 00:00")]
    [InlineData("@yearly", "01-01 00:00, 01-01 00:00, 01-01 00:00")]
    [InlineData("@annually", "01-01 00:00, 01-01 00:00, 01-01 00:00")]
    public void Fires_NamedCron_Table(string name, string expected) => First(Cron.Of(name), "2026-01-01T00:00Z", 3).ShouldBe(expected);

    // Berlin springs from 02:00 to 03:00 on 29 March 2026 (01:00Z).
    [Theory]
    [InlineData("30 2 * * *", null, "03-28 01:30, 03-29 01:00, 03-30 00:30")]
    [InlineData("30 2 * * *", Gap.FireAfter, "03-28 01:30, 03-29 01:00, 03-30 00:30")]
    [InlineData("30 2 * * *", Gap.Skip, "03-28 01:30, 03-30 00:30, 03-31 00:30")]
    [InlineData("0,30 2,3 * * *", Gap.FireAfter,
        "03-28 01:00, 03-28 01:30, 03-28 02:00, 03-28 02:30, 03-29 01:00, 03-29 01:30, 03-30 00:00")]
    [InlineData("*/30 2 * * *", null, "03-28 01:00, 03-28 01:30, 03-30 00:00")]
    [InlineData("*/30 2 * * *", Gap.FireAfter, "03-28 01:00, 03-28 01:30, 03-29 01:00, 03-30 00:00")]
    public void Fires_OverAGap_FollowTheNamedPolicy(string cron, Gap? gap, string expected) =>
        First(Cron.Of(cron, "Europe/Berlin") with { OnGap = gap }, "2026-03-28T00:00Z", expected.Split(',').Length).ShouldBe(expected);

    // Berlin falls back from 03:00 to 02:00 on 25 October 2026 (01:00Z).
    [Theory]
    [InlineData("30 2 * * *", null, "10-24 00:30, 10-25 00:30, 10-26 01:30")]
    [InlineData("30 2 * * *", Fold.First, "10-24 00:30, 10-25 00:30, 10-26 01:30")]
    [InlineData("30 2 * * *", Fold.Second, "10-24 00:30, 10-25 01:30, 10-26 01:30")]
    [InlineData("30 2 * * *", Fold.Both, "10-24 00:30, 10-25 00:30, 10-25 01:30, 10-26 01:30")]
    [InlineData("*/30 2 * * *", null, "10-24 00:00, 10-24 00:30, 10-25 00:00, 10-25 00:30, 10-25 01:00, 10-25 01:30, 10-26 01:00")]
    [InlineData("*/30 2 * * *", Fold.First, "10-24 00:00, 10-24 00:30, 10-25 00:00, 10-25 00:30, 10-26 01:00")]
    public void Fires_OverAFold_FollowTheNamedPolicy(string cron, Fold? fold, string expected) =>
        First(Cron.Of(cron, "Europe/Berlin") with { OnFold = fold }, "2026-10-24T00:00Z", expected.Split(',').Length).ShouldBe(expected);

    // Almaty went from +6 to +5 for good on 1 March 2024: no daylight saving, but the hour before midnight came twice.
    [Fact]
    public void Fires_OverAChangeOfStandardTime_AreThoseOfAFold()
    {
        First(Cron.Of("30 23 * * *", "Asia/Almaty"), "2024-02-28T00:00Z", 3).ShouldBe("02-28 17:30, 02-29 17:30, 03-01 18:30");
        First(Cron.Of("30 * * * *", "Asia/Almaty"), "2024-02-29T17:00Z", 3).ShouldBe("02-29 17:30, 02-29 18:30, 02-29 19:30");
    }

    // Apia had no 30 December 2011.
    [Fact]
    public void Fires_OverADayThatIsMissing_FollowThePolicy()
    {
        First(Cron.Of("0 12 * * *", "Pacific/Apia"), "2011-12-29T00:00Z", 3).ShouldBe("12-29 22:00, 12-30 10:00, 12-30 22:00");
        First(Cron.Of("0 12 * * *", "Pacific/Apia") with { OnGap = Gap.Skip }, "2011-12-29T00:00Z", 3)
            .ShouldBe("12-29 22:00, 12-30 22:00, 12-31 22:00");
    }

    [Theory]
    [InlineData("2026-03-28T23:10Z", "03-29 00:00, 03-29 06:00, 03-29 12:00")]
    [InlineData("2026-03-29T00:00Z", "03-29 00:00, 03-29 06:00, 03-29 12:00")]
    public void Fires_Every_CountFromItsAnchorWhateverClocksDo(string from, string expected)
    {
        First(Every.Of(TimeSpan.FromHours(6)), from, 3).ShouldBe(expected);
        First(Every.Of(TimeSpan.FromHours(6), At("2026-12-24T12:00+06:00")), from, 3).ShouldBe(expected);
    }

    [Fact]
    public void Fires_EveryAnchoredInTheFuture_LieBeforeItToo()
    {
        var every = Every.Of(TimeSpan.FromMinutes(7), At("2030-01-01T00:00Z"));

        Timetable.NextFire(every, At("2029-12-31T23:46Z")).ShouldBe(At("2029-12-31T23:53Z"));
        Timetable.PreviousFire(every, At("2029-12-31T23:46Z")).ShouldBe(At("2029-12-31T23:39Z"));
    }

    [Fact]
    public void Fires_At_AreItsTimes()
    {
        var at = Workflow.At.Of(At("2026-05-01T02:00+02:00"), At("2026-01-01T00:00Z"), At("2026-05-01T00:00Z"));

        First(at, "2025-01-01T00:00Z", 5).ShouldBe("01-01 00:00, 05-01 00:00");
        Timetable.NextFire(at, At("2026-05-01T00:00Z")).ShouldBeNull();
        Timetable.PreviousFire(at, At("2026-01-01T00:00Z")).ShouldBeNull();
    }

    // 25 December 2026 is a Friday: with the weekend, business is resumed on Monday the 28th.
    [Theory]
    [InlineData("0 18 * * *", Holiday.Skip, "12-23 17:00, 12-24 17:00, 12-28 17:00, 12-29 17:00")]
    [InlineData("0 18 * * *", Holiday.NextBusinessDay, "12-23 17:00, 12-24 17:00, 12-28 17:00, 12-29 17:00")]
    [InlineData("0 9 * * 6", Holiday.NextBusinessDay, "12-28 08:00, 01-04 08:00")]
    [InlineData("0 9 * * 0", Holiday.NextBusinessDay, "12-28 08:00, 01-04 08:00")]
    [InlineData("0 9 25 * *", Holiday.Skip, "01-25 08:00, 02-25 08:00")]
    [InlineData("0 9 25 * *", Holiday.NextBusinessDay, "12-28 08:00, 01-25 08:00")]
    // Friday's, Saturday's and Sunday's times become Monday's, in the order of the clock.
    [InlineData("0 9,17 * * 5,6", Holiday.NextBusinessDay, "12-28 08:00, 12-28 16:00, 01-01 08:00")]
    public void Fires_BusinessCalendar_FollowTheNamedPolicy(string cron, Holiday policy, string expected) => First(
        BusinessCalendar.Of(Cron.Of(cron, "Europe/Berlin"), Christmas, Weekend, policy), "2026-12-23T00:00Z", expected.Split(',').Length)
        .ShouldBe(expected);

    [Fact]
    public void Fires_BusinessCalendar_DaysAreThoseOfItsZone() => First(
        BusinessCalendar.Of(Cron.Of("0 1 * * *", "Asia/Tokyo"), Christmas), "2026-12-23T00:00Z", 3)
        .ShouldBe("12-23 16:00, 12-26 16:00, 12-27 16:00");

    [Fact]
    public void Fires_AnyOf_AreTheUnionEachOnce() => First(
        AnyOf.Of(Cron.Of("0 6 * * *"), Every.Of(TimeSpan.FromHours(12)), Workflow.At.Of(At("2026-01-01T12:00Z"), At("2026-01-01T13:00Z"))),
        "2026-01-01T00:00Z",
        5).ShouldBe("01-01 00:00, 01-01 06:00, 01-01 12:00, 01-01 13:00, 01-02 00:00");

    [Fact]
    public void NextFire_WithoutAClock_IsNone()
    {
        foreach (var schedule in new Schedule[] { new Continuous(), OnDatasets.Of(Dataset.Named("a")), new Custom("Mine") })
        {
            Timetable.NextFire(schedule, At("2026-01-01T00:00Z")).ShouldBeNull();
            Timetable.PreviousFire(schedule, At("2026-01-01T00:00Z")).ShouldBeNull();
            Timetable.Complaint(schedule).ShouldBeNull();
        }
    }

    [Fact]
    public void Interval_OfAFireTime_StartsAtTheOneBefore()
    {
        Timetable.Interval(Cron.Of("0 2 * * *", "Europe/Berlin"), At("2026-03-30T00:00Z"))
            .ShouldBe(new DataInterval(At("2026-03-29T01:00Z"), At("2026-03-30T00:00Z")));
        Timetable.Interval(Workflow.At.Of(At("2026-01-01T00:00Z")), At("2026-01-01T00:00Z")).ShouldBeNull();
    }

    [Fact]
    public void Complaint_WrongSchedule_SaysWhatToDo()
    {
        var now = At("2026-01-01T00:00Z");
        (Schedule Schedule, string Part)[] wrong =
        [
            (new Cron("61 * * * *", "UTC"), "Cron expression '61 * * * *' is wrong"),
            (new Cron("0 0 30 2 *", "UTC"), "never fires"),
            (new Every(TimeSpan.FromMilliseconds(1), now), "a second at least"),
            (new Every(TimeSpan.FromSeconds(1).Add(TimeSpan.FromTicks(1)), now), "whole milliseconds"),
            (Workflow.At.Of(), "empty"),
            (new At([now, now.AddDays(-1)]), "ascending"),
            (BusinessCalendar.Of(Cron.Of("0 0 * * 6"), [], Weekend), "never fires on a business day"),
            (new BusinessCalendar(Cron.Of("0 0 * * *"), [], Enum.GetValues<DayOfWeek>(), Holiday.Skip), "not off"),
            (BusinessCalendar.Of(new Cron("x", "UTC"), []), "is wrong"),
            (AnyOf.Of(), "empty"),
            (AnyOf.Of(Cron.Of("0 0 * * *"), new Continuous()), "stands alone"),
            (AnyOf.Of(Cron.Of("0 0 * * *"), AnyOf.Of(new Cron("0 0 * * *", "Mars/Olympus"))), "Time zone 'Mars/Olympus' is not known"),
        ];

        foreach (var (schedule, part) in wrong)
            Timetable.Complaint(schedule).ShouldNotBeNull($"{schedule}").ShouldContain(part);
    }

    [Fact]
    public void Complaint_WrongBounds_SaysWhatToDo()
    {
        var settings = new ScheduleSettings(Cron.Of("0 0 * * *"), At("2026-01-02T00:00Z"), At("2026-01-01T00:00Z"));

        Timetable.Complaint(settings).ShouldNotBeNull().ShouldContain("lies before the start date");
        Timetable.Complaint(settings with { EndDate = At("2026-01-02T00:00Z") }).ShouldBeNull();
        Timetable.Complaint(ScheduleSettings.Manual with { Catchup = true }).ShouldNotBeNull().ShouldContain("dag.Schedule");
        Timetable.Complaint(ScheduleSettings.Manual).ShouldBeNull();
    }

    private static string First(Schedule schedule, string from, int count) =>
        Text(Timetable.Fires(schedule, At(from), DateTimeOffset.MaxValue).Take(count));
}
