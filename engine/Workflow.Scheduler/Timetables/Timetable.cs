using Quartz;

namespace Workflow.Scheduler.Timetables;

/// <summary>When a schedule fires: functions of values, in any order and as often as wanted.</summary>
/// <remarks>
/// A fire time that clocks jump over fires once, at the first instant that exists; one that clocks repeat fires once, at its first
/// occurrence, when the hour is fixed, and both times when it is an interval such as <c>*/30 * * * *</c>.
/// </remarks>
public static class Timetable
{
    /// <summary>Says what is wrong with a schedule, or null when it is right.</summary>
    public static string? Complaint(Cron cron)
    {
        ArgumentNullException.ThrowIfNull(cron);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(cron.TimeZone, out _))
            return $"Time zone '{cron.TimeZone}' is not known. Use an IANA name such as 'Europe/Berlin'.";
        try
        {
            // The instant is of no matter: a schedule such as 30 February is well formed and never fires.
            return Parse(cron).GetNextValidTimeAfter(DateTimeOffset.UnixEpoch.AddYears(50)) is null
                ? $"Cron expression '{cron.Expression}' never fires."
                : null;
        }
        catch (FormatException exception)
        {
            return $"Cron expression '{cron.Expression}' is wrong: {exception.Message}";
        }
    }

    /// <summary>The first fire time after an instant, in UTC; null when there is none.</summary>
    /// <exception cref="FormatException">The schedule is wrong: see <see cref="Complaint"/>.</exception>
    public static DateTimeOffset? NextFire(Cron cron, DateTimeOffset after)
    {
        ArgumentNullException.ThrowIfNull(cron);
        var expression = Parse(cron);
        var next = expression.GetNextValidTimeAfter(after)?.ToUniversalTime();
        return next is { } fire && IsRepeated(fire, expression.TimeZone) ? FiresAround(expression, fire).First(each => each > after) : next;
    }

    /// <summary>The last fire time before an instant, in UTC; null when there is none.</summary>
    /// <exception cref="FormatException">The schedule is wrong: see <see cref="Complaint"/>.</exception>
    public static DateTimeOffset? PreviousFire(Cron cron, DateTimeOffset before)
    {
        ArgumentNullException.ThrowIfNull(cron);
        var expression = Parse(cron);
        var previous = expression.GetPreviousValidTimeBefore(before)?.ToUniversalTime();
        return previous is { } fire && IsRepeated(fire, expression.TimeZone)
            ? FiresAround(expression, fire).TakeWhile(each => each < before).Last()
            : previous;
    }

    /// <summary>Whether an instant lies in the hour that clocks show a second time.</summary>
    private static bool IsRepeated(DateTimeOffset instant, TimeZoneInfo zone) =>
        zone.IsAmbiguousTime(instant) && zone.GetUtcOffset(instant) == zone.GetAmbiguousTimeOffsets(instant).Min();

    /// <summary>The fire times from before the repeated hour on.</summary>
    /// <remarks>
    /// Asked from within the repeated hour, Quartz takes a fixed time that has already fired for one yet to come. Which fire times there
    /// are must not depend on where one asks, or a DAG that is first seen in that hour fires twice; so they are walked to from before it.
    /// </remarks>
    private static IEnumerable<DateTimeOffset> FiresAround(CronExpression expression, DateTimeOffset repeated)
    {
        var before = expression.GetPreviousValidTimeBefore(repeated.AddHours(-6)) ?? repeated.AddHours(-6);
        for (var at = expression.GetNextValidTimeAfter(before); at is { } fire; at = expression.GetNextValidTimeAfter(fire))
            yield return fire.ToUniversalTime();
    }

    /// <remarks>Parsing takes about 4 us, so nothing is cached.</remarks>
    private static CronExpression Parse(Cron cron) =>
        CronExpression.Parse(cron.Expression, CronFormat.Unix).WithTimeZone(TimeZoneInfo.FindSystemTimeZoneById(cron.TimeZone));
}
