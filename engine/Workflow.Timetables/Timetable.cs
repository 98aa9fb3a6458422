namespace Workflow.Timetables;

/// <summary>When a schedule fires: functions of values, in any order and as often as wanted.</summary>
/// <remarks>
/// A schedule that no clock decides (<see cref="Continuous"/>, <see cref="OnDatasets"/>, and <see cref="Custom"/>, which only the DAG's own
/// code knows) never fires here.
/// </remarks>
public static class Timetable
{
    /// <summary>The first fire time after an instant, in UTC; null when there is none.</summary>
    /// <exception cref="FormatException">The schedule is wrong: see <see cref="Complaint(Schedule)"/>.</exception>
    public static DateTimeOffset? NextFire(Schedule schedule, DateTimeOffset after)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return schedule switch
        {
            Cron cron => At(Fires(cron).Next(after.UtcDateTime)),
            BusinessCalendar calendar => At(Fires(calendar).Next(after.UtcDateTime)),
            Every every => Multiple(every, Whole(every, after, out _) + 1),
            At list => list.Times.Cast<DateTimeOffset?>().FirstOrDefault(time => time > after)?.ToUniversalTime(),
            AnyOf union => union.Schedules.Min(each => NextFire(each, after)),
            _ => null,
        };
    }

    /// <summary>The last fire time before an instant, in UTC; null when there is none.</summary>
    /// <exception cref="FormatException">The schedule is wrong: see <see cref="Complaint(Schedule)"/>.</exception>
    public static DateTimeOffset? PreviousFire(Schedule schedule, DateTimeOffset before)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return schedule switch
        {
            Cron cron => At(Fires(cron).Previous(before.UtcDateTime)),
            BusinessCalendar calendar => At(Fires(calendar).Previous(before.UtcDateTime)),
            Every every => Multiple(every, Whole(every, before, out var isOne) - (isOne ? 1 : 0)),
            At list => list.Times.Cast<DateTimeOffset?>().LastOrDefault(time => time < before)?.ToUniversalTime(),
            AnyOf union => union.Schedules.Max(each => PreviousFire(each, before)),
            _ => null,
        };
    }

    /// <summary>The fire times from an instant to another, both included, ascending; each is found when it is asked for.</summary>
    public static IEnumerable<DateTimeOffset> Fires(Schedule schedule, DateTimeOffset from, DateTimeOffset to)
    {
        for (var at = NextFire(schedule, from.AddTicks(-1)); at is { } fire && fire <= to; at = NextFire(schedule, fire))
            yield return fire;
    }

    /// <summary>The data interval of a fire time: from the fire time before it; null for the first of all.</summary>
    public static DataInterval? Interval(Schedule schedule, DateTimeOffset fire) =>
        PreviousFire(schedule, fire) is { } start ? new DataInterval(start, fire) : null;

    /// <summary>Says what is wrong with a DAG's schedule and its bounds, or null when it is right.</summary>
    public static string? Complaint(ScheduleSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.StartDate > settings.EndDate)
            return $"The end date {settings.EndDate:u} lies before the start date {settings.StartDate:u}: give a later one.";
        if (settings.Schedule is not null)
            return Complaint(settings.Schedule);
        return settings.Catchup || settings.StartDate is not null || settings.EndDate is not null
            ? "Catchup, start date and end date say something of a schedule, and there is none: give one with dag.Schedule(...)."
            : null;
    }

    /// <summary>Says what is wrong with a schedule, or null when it is right.</summary>
    public static string? Complaint(Schedule schedule) => ScheduleCheck.Complaint(schedule);

    private static WallFires Fires(Cron cron) => Fires(cron, new CronTimes(cron.Fields));

    private static WallFires Fires(BusinessCalendar calendar) =>
        Fires(calendar.Times, new BusinessTimes(new CronTimes(calendar.Times.Fields), calendar));

    private static WallFires Fires(Cron cron, WallTimes times) => new(
        times, ZoneClock.Of(cron.TimeZone), cron.OnGap ?? (cron.IsInterval ? Gap.Skip : Gap.FireAfter),
        cron.OnFold ?? (cron.IsInterval ? Fold.Both : Fold.First));

    /// <summary>How many whole intervals lie between the anchor and an instant, rounded down.</summary>
    private static long Whole(Every every, DateTimeOffset instant, out bool isFire)
    {
        var (count, rest) = Math.DivRem(instant.UtcTicks - every.Anchor.UtcTicks, every.Interval.Ticks);
        isFire = rest == 0;
        return rest < 0 ? count - 1 : count;
    }

    /// <summary>The fire time so many intervals from the anchor; null beyond the calendar.</summary>
    private static DateTimeOffset? Multiple(Every every, long count)
    {
        var ticks = every.Anchor.UtcTicks + ((Int128)every.Interval.Ticks * count);
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : null;
    }

    private static DateTimeOffset? At(DateTime? instant) =>
        instant is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;
}
