using Quartz;

namespace Workflow.Timetables;

/// <summary>Times of a wall clock at which something fires, before any zone has a say.</summary>
internal abstract class WallTimes
{
    /// <summary>The first of them after a time.</summary>
    public abstract DateTime? Next(DateTime after);

    /// <summary>The last of them before a time.</summary>
    public abstract DateTime? Previous(DateTime before);
}

/// <summary>The times of a cron expression: Quartz matches the fields, on a clock without daylight saving.</summary>
/// <remarks>Parsing takes about 4 us, so nothing is cached.</remarks>
internal sealed class CronTimes(string fields) : WallTimes
{
    private readonly CronExpression expression = CronExpression.Parse(fields, CronFormat.Unix).WithTimeZone(TimeZoneInfo.Utc);

    /// <inheritdoc />
    public override DateTime? Next(DateTime after) => expression.GetNextValidTimeAfter(new DateTimeOffset(after, TimeSpan.Zero))?.DateTime;

    /// <inheritdoc />
    public override DateTime? Previous(DateTime before) =>
        expression.GetPreviousValidTimeBefore(new DateTimeOffset(before, TimeSpan.Zero))?.DateTime;
}

/// <summary>The times of a cron expression on business days, with those of other days left out or moved to the next business day.</summary>
/// <remarks>
/// Moving keeps the time of day, so the times that belong to one business day are its own and those of the days off right before it.
/// </remarks>
internal sealed class BusinessTimes(WallTimes times, BusinessCalendar calendar) : WallTimes
{
    private readonly HashSet<DateOnly> holidays = [.. calendar.Holidays];
    private readonly HashSet<DayOfWeek> daysOff = [.. calendar.DaysOff];

    /// <inheritdoc />
    public override DateTime? Next(DateTime after)
    {
        var day = DateOnly.FromDateTime(after);
        var own = times.Next(JustBefore(FirstOf(BusinessDay(day, 1))));
        while (own is { } time)
        {
            var target = BusinessDay(DateOnly.FromDateTime(time), 1);
            if (On(target).FirstOrDefault(each => each > after) is var found && found != default)
                return found;
            own = times.Next(JustBefore(target.AddDays(1)));
        }

        return null;
    }

    /// <inheritdoc />
    public override DateTime? Previous(DateTime before)
    {
        var own = times.Previous(Midnight(BusinessDay(DateOnly.FromDateTime(before), -1).AddDays(1)));
        while (own is { } time)
        {
            var day = DateOnly.FromDateTime(time);
            var target = BusinessDay(day, 1);
            if (On(target).LastOrDefault(each => each < before) is var found && found != default)
                return found;
            var first = FirstOf(target);
            own = times.Previous(Midnight(first < day ? first : day));
        }

        return null;
    }

    /// <summary>The times that fire on a business day, ascending.</summary>
    private IEnumerable<DateTime> On(DateOnly day)
    {
        var moved = new SortedSet<DateTime>();
        var end = Midnight(day.AddDays(1));
        for (var at = times.Next(JustBefore(FirstOf(day))); at is { } time && time < end; at = times.Next(time))
            moved.Add(day.ToDateTime(TimeOnly.FromDateTime(time)));
        return moved;
    }

    /// <summary>The first day whose times belong to a business day.</summary>
    private DateOnly FirstOf(DateOnly day)
    {
        while (calendar.OnHoliday == Holiday.NextBusinessDay && IsOff(day.AddDays(-1)))
            day = day.AddDays(-1);
        return day;
    }

    private DateOnly BusinessDay(DateOnly day, int direction)
    {
        while (IsOff(day))
            day = day.AddDays(direction);
        return day;
    }

    private bool IsOff(DateOnly day) => daysOff.Contains(day.DayOfWeek) || holidays.Contains(day);

    private static DateTime Midnight(DateOnly day) => day.ToDateTime(TimeOnly.MinValue);

    private static DateTime JustBefore(DateOnly day) => Midnight(day).AddTicks(-1);
}
