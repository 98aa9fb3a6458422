using System.Collections.Concurrent;

namespace Workflow.Timetables.Tests;

/// <summary>Every zone that moves its clocks from 2024 to 2027, around each of those moments, against a brute-force oracle.</summary>
public sealed class ClockChangeTests
{
    private const int Minutes = 2 * 24 * 60;

    private static readonly DateTime From = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime To = new(2028, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly (string Cron, Func<DateTime, bool> IsWanted)[] Intervals =
    [
        ("0 * * * *", time => time.Minute == 0),
        ("@hourly", time => time.Minute == 0),
        ("*/20 * * * *", time => time.Minute % 20 == 0),
        ("15 */2 * * *", time => time.Minute == 15 && time.Hour % 2 == 0),
        ("5,35 1-23/3 * * *", time => time.Minute is 5 or 35 && time.Hour % 3 == 1),
        ("*/30 2 * * *", time => time.Minute % 30 == 0 && time.Hour == 2),
    ];

    private static readonly (string Cron, Func<DateTime, bool> IsWanted)[] FixedTimes =
    [
        ("30 2 * * *", time => time is { Hour: 2, Minute: 30 }),
        ("@daily", time => time is { Hour: 0, Minute: 0 }),
        ("45 23 * * *", time => time is { Hour: 23, Minute: 45 }),
        ("10,50 0-3 * * *", time => time.Minute is 10 or 50 && time.Hour <= 3),
        ("0 1,2,3 * * *", time => time.Minute == 0 && time.Hour is 1 or 2 or 3),
        ("30 1 * * SUN", time => time is { Hour: 1, Minute: 30, DayOfWeek: DayOfWeek.Sunday }),
    ];

    [Fact]
    public void NextFire_EveryZoneThatMovesItsClocks_AgreesWithTheOracle()
    {
        var zones = TimeZoneInfo.GetSystemTimeZones().Select(zone => (Zone: zone, Moves: Moves(zone))).Where(each => each.Moves.Count > 0)
            .ToList();
        var wrong = new ConcurrentBag<string>();
        var whole = zones.DistinctBy(each => Signature(each.Zone, each.Moves)).Select(each => each.Zone.Id).ToHashSet();

        Parallel.ForEach(zones, each =>
        {
            // A zone that moves as another one does is asked for two schedules at one move each year: it would only repeat the rest.
            var others = each.Moves.DistinctBy(move => move.Year);
            foreach (var move in whole.Contains(each.Zone.Id) ? each.Moves : others)
            {
                foreach (var complaint in Around(each.Zone, move, whole.Contains(each.Zone.Id)))
                    wrong.Add(complaint);
            }
        });

        wrong.Order().Take(10).ShouldBeEmpty();
        zones.Count.ShouldBeGreaterThan(100, "The machine's zones are too few to prove anything.");
    }

    private static IEnumerable<string> Around(TimeZoneInfo zone, DateTime move, bool all)
    {
        var start = move.AddMinutes(-Minutes / 2);
        start = start.AddTicks(-(start.Ticks % TimeSpan.TicksPerMinute));
        var oracle = new WallClockOracle(zone, start, Minutes);
        foreach (var (cron, isWanted) in all ? Intervals : Intervals[2..3])
        {
            if (Differs(oracle, new Cron(cron, zone.Id), isWanted, Gap.Skip, Fold.Both, start) is { } complaint)
                yield return complaint;
        }

        foreach (var (cron, isWanted) in all ? FixedTimes : FixedTimes[..1])
        {
            if (Differs(oracle, new Cron(cron, zone.Id), isWanted, Gap.FireAfter, Fold.First, start) is { } complaint)
                yield return complaint;
        }

        if (!all)
            yield break;
        foreach (var (gap, fold) in new[] { (Gap.Skip, Fold.Second), (Gap.FireAfter, Fold.Both), (Gap.FireAfter, Fold.Second) })
        {
            foreach (var (cron, isWanted) in new[] { Intervals[2], FixedTimes[0] })
            {
                var named = new Cron(cron, zone.Id) { OnGap = gap, OnFold = fold };
                if (Differs(oracle, named, isWanted, gap, fold, start) is { } complaint)
                    yield return complaint;
            }
        }
    }

    private static string? Differs(WallClockOracle oracle, Cron cron, Func<DateTime, bool> isWanted, Gap gap, Fold fold, DateTime start)
    {
        // Within the middle day: what the oracle cannot see on either side has no part in it.
        var (from, to) = (new DateTimeOffset(start.AddHours(12)), new DateTimeOffset(start.AddHours(36)));
        var wanted = oracle.Fires(isWanted, gap, fold).Where(fire => fire >= from && fire <= to).ToList();
        var found = Timetable.Fires(cron, from, to).ToList();
        var back = new List<DateTimeOffset>();
        for (var at = Timetable.PreviousFire(cron, to.AddTicks(1)); at >= from; at = Timetable.PreviousFire(cron, at.Value))
            back.Insert(0, at.Value);
        if (found.SequenceEqual(wanted) && back.SequenceEqual(wanted))
            return null;
        return $"{cron} {cron.TimeZone} {gap} {fold} around {start.AddMinutes(Minutes / 2):u}: wanted {Text(wanted.Except(found))} "
            + $"got {Text(found.Except(wanted))}, backwards {Text(back.Except(found).Concat(found.Except(back)))}";
    }

    private static string Text(IEnumerable<DateTimeOffset> fires) => string.Join(" ", fires.Select(fire => $"{fire:MM-dd HH:mm}"));

    private static string Signature(TimeZoneInfo zone, List<DateTime> moves) =>
        string.Join(" ", moves.Select(move => $"{move:O} {zone.GetUtcOffset(move.AddHours(-2))} {zone.GetUtcOffset(move)}"));

    /// <summary>The instants, to the hour, at which what the clocks show jumps.</summary>
    private static List<DateTime> Moves(TimeZoneInfo zone)
    {
        var moves = new List<DateTime>();
        var offset = zone.GetUtcOffset(From);
        for (var at = From; at < To; at = at.AddHours(6))
        {
            var next = zone.GetUtcOffset(at.AddHours(6));
            if (next != offset)
                moves.Add(Enumerable.Range(1, 6).Select(hour => at.AddHours(hour)).First(hour => zone.GetUtcOffset(hour) != offset));
            offset = next;
        }

        return moves;
    }
}
