namespace Workflow.Timetables;

/// <summary>What is wrong with a schedule, in a sentence that says what to do.</summary>
internal static class ScheduleCheck
{
    /// <remarks>The instant is of no matter: a schedule such as 30 February is well formed and never fires.</remarks>
    private static readonly DateTimeOffset Somewhen = DateTimeOffset.UnixEpoch.AddYears(50);

    public static string? Complaint(Schedule schedule) => schedule switch
    {
        Cron cron => Complaint(cron),
        Every { Interval.Ticks: < TimeSpan.TicksPerSecond } every => $"An interval must be a second at least, got {every.Interval}.",
        Every every when !IsWhole(every.Interval.Ticks) || !IsWhole(every.Anchor.Ticks) =>
            "Interval and anchor must be whole milliseconds.",
        At { Times.Count: 0 } => "The list of times is empty: give at least one, or no schedule.",
        At list when !IsAscending(list.Times) => "The list of times must be ascending, each once: At.Of(...) sees to it.",
        At list when !list.Times.All(time => IsWhole(time.Ticks)) => "The list of times must be of whole milliseconds.",
        BusinessCalendar { DaysOff: var off } when off.Distinct().Count() == 7 =>
            "A business calendar needs a day of the week that is not off.",
        BusinessCalendar calendar => Complaint(calendar.Times)
            ?? (Timetable.NextFire(calendar, Somewhen) is null ? $"'{calendar.Times}' never fires on a business day." : null),
        AnyOf { Schedules.Count: 0 } => "The union of schedules is empty: give at least one, or no schedule.",
        AnyOf union => union.Schedules.Select(Member).FirstOrDefault(complaint => complaint is not null),
        _ => null,
    };

    private static string? Member(Schedule schedule) => schedule is Continuous or Custom
        ? $"A schedule that is '{schedule}' stands alone: take it out of AnyOf."
        : Complaint(schedule);

    private static string? Complaint(Cron cron)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(cron.TimeZone, out _))
            return $"Time zone '{cron.TimeZone}' is not known. Use an IANA name such as 'Europe/Berlin'.";
        try
        {
            return Timetable.NextFire(cron, Somewhen) is null ? $"Cron expression '{cron.Expression}' never fires." : null;
        }
        catch (FormatException exception)
        {
            return $"Cron expression '{cron.Expression}' is wrong: {exception.Message}";
        }
    }

    /// <remarks>The database keeps microseconds: an instant that it rounds would fire twice.</remarks>
    private static bool IsWhole(long ticks) => ticks % TimeSpan.TicksPerMillisecond == 0;

    private static bool IsAscending(IReadOnlyList<DateTimeOffset> times) => times.Zip(times.Skip(1)).All(pair => pair.First < pair.Second);
}
