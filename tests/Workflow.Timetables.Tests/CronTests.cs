using System.Globalization;

namespace Workflow.Timetables.Tests;

public sealed class CronTests
{
    [Theory]
    // Plain.
    [InlineData("0 2 * * *", "UTC", "2026-01-31T02:00Z", "2026-02-01T02:00Z")]
    [InlineData("0 2 * * *", "UTC", "2026-01-31T01:59:59.999Z", "2026-01-31T02:00Z")]
    [InlineData("*/15 * * * *", "UTC", "2026-01-31T02:00:01Z", "2026-01-31T02:15Z")]
    [InlineData("0 0 29 2 *", "UTC", "2026-01-01T00:00Z", "2028-02-29T00:00Z")]
    [InlineData("30 6 * * MON-FRI", "Europe/Berlin", "2026-07-03T12:00Z", "2026-07-06T04:30Z")]
    // 7 and 0 are Sunday; both day fields restricted means either: the 13th is a Friday only in some months.
    [InlineData("0 0 * * 7", "UTC", "2026-01-01T00:00Z", "2026-01-04T00:00Z")]
    [InlineData("0 0 * * 0", "UTC", "2026-01-01T00:00Z", "2026-01-04T00:00Z")]
    [InlineData("0 0 13 * 5", "UTC", "2026-01-03T00:00Z", "2026-01-09T00:00Z")]
    [InlineData("0 0 13 * 5", "UTC", "2026-01-09T00:00Z", "2026-01-13T00:00Z")]
    // New York springs from 02:00 to 03:00 on 8 March 2026 (07:00Z): 02:30 fires once, at 03:00.
    [InlineData("30 2 * * *", "America/New_York", "2026-03-07T12:00Z", "2026-03-08T07:00Z")]
    [InlineData("30 2 * * *", "America/New_York", "2026-03-08T07:00Z", "2026-03-09T06:30Z")]
    // An interval does not know the missing hour: 01:30 is followed by 03:00.
    [InlineData("*/30 * * * *", "America/New_York", "2026-03-08T06:30Z", "2026-03-08T07:00Z")]
    [InlineData("*/30 * * * *", "America/New_York", "2026-03-08T07:00Z", "2026-03-08T07:30Z")]
    // New York falls back from 02:00 to 01:00 on 1 November 2026 (06:00Z): 01:30 fires at its first occurrence only.
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-01T05:30Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-11-01T05:30Z", "2026-11-02T06:30Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-11-01T06:10Z", "2026-11-02T06:30Z")]
    // An interval fires in both.
    [InlineData("*/30 * * * *", "America/New_York", "2026-11-01T05:30Z", "2026-11-01T06:00Z")]
    [InlineData("*/30 * * * *", "America/New_York", "2026-11-01T06:00Z", "2026-11-01T06:30Z")]
    [InlineData("0 * * * *", "America/New_York", "2026-11-01T05:00Z", "2026-11-01T06:00Z")]
    // Berlin springs from 02:00 to 03:00 on 29 March 2026 (01:00Z) and falls back from 03:00 to 02:00 on 25 October (01:00Z).
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("0 0 * * *", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z")]
    public void NextFire_Table(string cron, string zone, string after, string expected) =>
        Timetable.NextFire(new Cron(cron, zone), At(after)).ShouldBe(At(expected));

    [Theory]
    [InlineData("0 2 * * *", "UTC", "2026-02-01T02:00Z", "2026-01-31T02:00Z")]
    [InlineData("0 2 * * *", "UTC", "2026-02-01T02:00:01Z", "2026-02-01T02:00Z")]
    [InlineData("30 2 * * *", "America/New_York", "2026-03-09T06:30Z", "2026-03-08T07:00Z")]
    [InlineData("30 2 * * *", "America/New_York", "2026-03-08T07:00Z", "2026-03-07T07:30Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-11-02T06:30Z", "2026-11-01T05:30Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-11-01T06:40Z", "2026-11-01T05:30Z")]
    [InlineData("*/30 * * * *", "America/New_York", "2026-11-01T06:30Z", "2026-11-01T06:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-30T00:30Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-26T01:30Z", "2026-10-25T00:30Z")]
    public void PreviousFire_Table(string cron, string zone, string before, string expected) =>
        Timetable.PreviousFire(new Cron(cron, zone), At(before)).ShouldBe(At(expected));

    [Theory]
    [InlineData("30 2 * * *")]
    [InlineData("*/20 * * * *")]
    [InlineData("15 1-3 * * *")]
    [InlineData("0 */5 * * 1")]
    public void NextAndPreviousFire_ThroughAYearOfClockChanges_AreEachOthersInverse(string cron)
    {
        foreach (var zone in new[] { "America/New_York", "Europe/Berlin", "Australia/Lord_Howe" })
        {
            var schedule = new Cron(cron, zone);
            var at = Timetable.NextFire(schedule, At("2026-01-01T00:00Z"))!.Value;
            while (at < At("2027-01-01T00:00Z"))
            {
                var next = Timetable.NextFire(schedule, at)!.Value;
                next.ShouldBeGreaterThan(at, schedule.ToString());
                Timetable.PreviousFire(schedule, next).ShouldBe(at, schedule.ToString());
                at = next;
            }
        }
    }

    [Theory]
    [InlineData("30 1 * * *")]
    [InlineData("*/20 * * * *")]
    [InlineData("15,45 0-3 * * *")]
    [InlineData("0 */2 * * *")]
    public void NextFire_AskedFromAnyMinuteAroundAClockChange_NamesTheSameFireTimes(string cron)
    {
        foreach (var (zone, day) in new[] { ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"),
            ("Europe/Berlin", "2026-10-25") })
        {
            var schedule = new Cron(cron, zone);
            var end = At($"{day}T12:00Z");
            var fires = new List<DateTimeOffset>();
            for (var at = At($"{day}T00:00Z").AddDays(-2); at <= end.AddDays(2); at = fires[^1])
                fires.Add(Timetable.NextFire(schedule, at)!.Value);
            for (var at = At($"{day}T00:00Z"); at < end; at = at.AddMinutes(1))
            {
                Timetable.NextFire(schedule, at).ShouldBe(fires.First(fire => fire > at), $"{schedule} after {at:O}");
                Timetable.PreviousFire(schedule, at).ShouldBe(fires.Last(fire => fire < at), $"{schedule} before {at:O}");
            }
        }
    }

    [Theory]
    [InlineData("61 * * * *", "UTC")]
    [InlineData("* * * * FOO", "UTC")]
    [InlineData("0 0 30 2 *", "UTC")]
    [InlineData("0 0 * *", "UTC")]
    [InlineData("0 0 * * *", "Mars/Olympus")]
    public void Complaint_WrongSchedule_SaysSo(string cron, string zone) => Timetable.Complaint(new Cron(cron, zone)).ShouldNotBeNull();

    [Fact]
    public void Complaint_RightSchedule_IsNull() => Timetable.Complaint(Cron.Of("0 2 * * *", "America/New_York")).ShouldBeNull();

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
