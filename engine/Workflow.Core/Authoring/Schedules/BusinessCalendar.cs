using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>A schedule: a cron that knows holidays.</summary>
/// <param name="Times">The fire times as they would be without holidays; days are those of its zone.</param>
/// <param name="Holidays">The dates on which there is no business, ascending, each once.</param>
/// <param name="DaysOff">The days of each week on which there is none, ascending, each once.</param>
/// <param name="OnHoliday">What becomes of a fire time on such a day.</param>
public sealed record BusinessCalendar(
    Cron Times, IReadOnlyList<DateOnly> Holidays, IReadOnlyList<DayOfWeek> DaysOff, Holiday OnHoliday) : Schedule
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string? Zone => Times.TimeZone;

    /// <summary>Makes a schedule; order and repetition of days are of no matter.</summary>
    /// <param name="times">The fire times as they would be without holidays.</param>
    /// <param name="holidays">The dates on which there is no business.</param>
    /// <param name="daysOff">The days of each week on which there is none, such as Saturday and Sunday; none unless given.</param>
    /// <param name="onHoliday">What becomes of a fire time on such a day.</param>
    /// <exception cref="DagDefinitionException">No day of the week is left.</exception>
    public static BusinessCalendar Of(
        Cron times, IEnumerable<DateOnly> holidays, IEnumerable<DayOfWeek>? daysOff = null, Holiday onHoliday = Holiday.Skip)
    {
        var calendar = new BusinessCalendar(times, [.. holidays.Distinct().Order()], [.. (daysOff ?? []).Distinct().Order()], onHoliday);
        return calendar.DaysOff.Count < 7
            ? calendar
            : throw new DagDefinitionException("A business calendar needs a day of the week that is not off.");
    }

    /// <inheritdoc />
    public bool Equals(BusinessCalendar? other) => other is not null && Times == other.Times && OnHoliday == other.OnHoliday
        && Holidays.SequenceEqual(other.Holidays) && DaysOff.SequenceEqual(other.DaysOff);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Times, OnHoliday, Holidays.Count, DaysOff.Count);

    /// <inheritdoc />
    public override string ToString() =>
        $"{Times} {(OnHoliday == Holiday.Skip ? "on business days" : "on business days, or the next one")} ({Holidays.Count} holidays)";
}

/// <summary>What becomes of a fire time on a holiday.</summary>
public enum Holiday
{
    /// <summary>It does not fire.</summary>
    Skip,

    /// <summary>It fires at the same time of the next business day; with a fire time that is there anyway it is one.</summary>
    NextBusinessDay,
}
