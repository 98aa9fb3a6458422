using System.Collections.Concurrent;

namespace Workflow.Timetables;

/// <summary>What clocks on the wall show in a zone, and at which instants they show it.</summary>
/// <remarks>
/// Built on one question alone, the offset at an instant. TimeZoneInfo's own answers about skipped and repeated times know daylight saving
/// only, and are wrong where a zone moves to another standard time.
/// </remarks>
internal sealed class ZoneClock
{
    /// <summary>No offset is larger, so an instant and what clocks show then lie within this of each other.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromDays(2);

    private static readonly TimeSpan Step = TimeSpan.FromHours(12);
    private static readonly ConcurrentDictionary<string, ZoneClock> Known = new();

    private readonly TimeZoneInfo zone;
    private readonly ConcurrentDictionary<int, Transition[]> years = new();

    private ZoneClock(TimeZoneInfo zone) => this.zone = zone;

    /// <summary>The clock of an IANA zone.</summary>
    /// <exception cref="TimeZoneNotFoundException">There is no such zone.</exception>
    public static ZoneClock Of(string zone) => Known.GetOrAdd(zone, static id => new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(id)));

    /// <summary>The least and the greatest offset around a time, be it an instant or what clocks show.</summary>
    public (TimeSpan Least, TimeSpan Greatest) Offsets(DateTime time)
    {
        var near = Near(time);
        if (near.Count == 0)
            return (Offset(time), Offset(time));
        return (near.Min(each => Min(each.Before, each.After)), near.Max(each => Max(each.Before, each.After)));
    }

    /// <summary>The instants that stand for a time of the wall clock, ascending: none, one, or both of two.</summary>
    public IReadOnlyList<DateTime> Instants(DateTime local, Gap gap, Fold fold)
    {
        var near = Near(local);
        if (near.Count == 0)
            return [local - Offset(local)];
        var shown = near.SelectMany(each => new[] { each.Before, each.After }).Distinct()
            .Where(offset => Offset(local - offset) == offset)
            .Select(offset => local - offset)
            .Order()
            .ToList();
        if (shown.Count > 1)
            return fold == Fold.Both ? shown : [fold == Fold.First ? shown[0] : shown[^1]];
        if (shown.Count == 1)
            return shown;
        return gap == Gap.Skip ? [] : [near.First(each => each.At + each.Before <= local && local < each.At + each.After).At];
    }

    /// <summary>A time moved by a span, as far as the calendar goes.</summary>
    public static DateTime Plus(DateTime time, TimeSpan span)
    {
        if (span < TimeSpan.Zero)
            return time - DateTime.MinValue < -span ? DateTime.MinValue : time + span;
        return DateTime.MaxValue - time < span ? DateTime.MaxValue : time + span;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private TimeSpan Offset(DateTime instant) => zone.GetUtcOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc));

    private List<Transition> Near(DateTime time)
    {
        var (from, to) = (Plus(time, -Around), Plus(time, Around));
        var near = new List<Transition>();
        for (var year = from.Year; year <= to.Year; year++)
        {
            foreach (var each in years.GetOrAdd(year, Transitions))
            {
                if (each.At >= from && each.At <= to)
                    near.Add(each);
            }
        }

        return near;
    }

    /// <remarks>Looks twice a day and closes in to the second: no zone changes its offset and takes that back within half a day.</remarks>
    private Transition[] Transitions(int year)
    {
        var found = new List<Transition>();
        var at = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var end = year < DateTime.MaxValue.Year ? at.AddYears(1) : DateTime.MaxValue;
        for (var offset = Offset(at); at < end;)
        {
            var next = Plus(at, Step);
            var after = Offset(next);
            if (after != offset && First(at, next, offset) is var change && change.Year == year)
                found.Add(new Transition(change, offset, after));
            (at, offset) = (next, after);
        }

        return [.. found];
    }

    private DateTime First(DateTime before, DateTime after, TimeSpan offset)
    {
        while (after - before > TimeSpan.FromSeconds(1))
        {
            var middle = before.AddSeconds(Math.Floor((after - before).TotalSeconds / 2));
            (before, after) = Offset(middle) == offset ? (middle, after) : (before, middle);
        }

        return after;
    }

    private readonly record struct Transition(DateTime At, TimeSpan Before, TimeSpan After);
}
