using FsCheck;
using FsCheck.Fluent;

namespace Workflow.Timetables.Tests;

/// <summary>What holds of every schedule; a failure prints the seed, which gives the same schedule again.</summary>
public sealed class SchedulePropertyTests
{
    private static readonly string[] Zones =
        ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"];
    private static readonly string[] Minutes = ["0", "*/15", "5,50", "*", "30"];
    private static readonly string[] Hours = ["*", "2", "*/3", "1-3", "0,23"];
    private static readonly string[] Days = ["* * *", "1 * *", "* * 1-5", "13 * 5", "* 3,10,11 0"];
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Fires_OfAnySchedule_AscendStrictly() => ForAny((random, schedule) =>
    {
        var fires = Some(random, schedule);

        fires.Zip(fires.Skip(1)).ShouldAllBe(pair => pair.First < pair.Second, $"{schedule}");
    });

    [Fact]
    public void NextAndPreviousFire_OfAnySchedule_AreEachOthersInverse() => ForAny((random, schedule) =>
    {
        var fires = Some(random, schedule);
        foreach (var (fire, next) in fires.Zip(fires.Skip(1)))
        {
            Timetable.PreviousFire(schedule, next).ShouldBe(fire, $"{schedule}");
            Timetable.NextFire(schedule, fire).ShouldBe(next, $"{schedule}");
        }
    });

    [Fact]
    public void NextFire_OfAnySchedule_DoesNotDependOnWhereOneAsksFrom() => ForAny((random, schedule) =>
    {
        var fires = Some(random, schedule);
        foreach (var (fire, next) in fires.Zip(fires.Skip(1)))
        {
            var between = fire.AddTicks(random.NextInt64(1, (next - fire).Ticks));
            Timetable.NextFire(schedule, between).ShouldBe(next, $"{schedule} after {between:O}");
            Timetable.PreviousFire(schedule, between).ShouldBe(fire, $"{schedule} before {between:O}");
        }
    });

    [Fact]
    public void Fires_OfAUnion_AreTheMergedSet() => ForAny((random, schedule) =>
    {
        var other = Any(random, depth: 0);
        var from = Start.AddMinutes(random.Next(400 * 24 * 60));
        var to = from.AddDays(3);

        Timetable.Fires(AnyOf.Of(schedule, other), from, to)
            .ShouldBe(Timetable.Fires(schedule, from, to).Union(Timetable.Fires(other, from, to)).Order(), $"{schedule} with {other}");
    });

    [Fact]
    public void Fires_MovedToBusinessDays_AreAsManyDaysOfBusiness() => ForAny((random, _) =>
    {
        var cron = AnyCron(random);
        var calendar = AnyCalendar(random, cron, Holiday.NextBusinessDay);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(cron.TimeZone);
        var skipped = Some(random, calendar with { OnHoliday = Holiday.Skip });
        if (skipped.Count == 0)
            return;

        var moved = Timetable.Fires(calendar, skipped[0], skipped[^1]).ToHashSet();

        skipped.ShouldAllBe(fire => moved.Contains(fire), $"{calendar}");
        moved.Select(fire => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(fire, zone).DateTime))
            .ShouldAllBe(day => !calendar.Holidays.Contains(day) && !calendar.DaysOff.Contains(day.DayOfWeek), $"{calendar}");
    });

    private static List<DateTimeOffset> Some(Random random, Schedule schedule)
    {
        var from = Start.AddMinutes(random.Next(400 * 24 * 60));
        return [.. Timetable.Fires(schedule, from, from.AddDays(120)).Take(60)];
    }

    private static void ForAny(Action<Random, Schedule> check) => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        check(random, Any(random, depth: 2));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static Schedule Any(Random random, int depth) => random.Next(depth > 0 ? 6 : 5) switch
    {
        0 => AnyCron(random),
        1 => AnyCron(random) with { OnGap = (Gap)random.Next(2), OnFold = (Fold)random.Next(3) },
        2 => Every.Of(TimeSpan.FromSeconds(random.Next(1, 100_000)), Start.AddSeconds(random.Next(1_000_000))),
        3 => At.Of([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Start.AddMinutes(random.Next(400 * 24 * 60)))]),
        4 => AnyCalendar(random, AnyCron(random), (Holiday)random.Next(2)),
        _ => AnyOf.Of([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(random, depth - 1))]),
    };

    private static Cron AnyCron(Random random) => new($"{Of(random, Minutes)} {Of(random, Hours)} {Of(random, Days)}", Of(random, Zones));

    private static BusinessCalendar AnyCalendar(Random random, Cron cron, Holiday policy) => BusinessCalendar.Of(
        cron,
        Enumerable.Range(0, random.Next(6)).Select(_ => DateOnly.FromDateTime(Start.DateTime).AddDays(random.Next(400))),
        Enumerable.Range(0, random.Next(3)).Select(_ => (DayOfWeek)random.Next(1, 7)),
        policy);

    private static string Of(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
