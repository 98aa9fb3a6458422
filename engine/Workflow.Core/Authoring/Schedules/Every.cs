using System.Globalization;

namespace Workflow;

/// <summary>A schedule: a fixed interval of elapsed time, which never moves with clocks.</summary>
/// <param name="Interval">The time from one run to the next, a second at least.</param>
/// <param name="Anchor">An instant at which it fires; the others lie whole intervals before and after it.</param>
public sealed record Every(TimeSpan Interval, DateTimeOffset Anchor) : Schedule
{
    /// <summary>Makes a schedule; unless an anchor is named, intervals are counted from midnight of 1 January 1970, UTC.</summary>
    /// <exception cref="DagDefinitionException">The interval is shorter than a second.</exception>
    public static Every Of(TimeSpan interval, DateTimeOffset? anchor = null) => interval >= TimeSpan.FromSeconds(1)
        ? new Every(interval, (anchor ?? DateTimeOffset.UnixEpoch).ToUniversalTime())
        : throw new DagDefinitionException($"An interval must be a second at least, got {interval}.");

    /// <inheritdoc />
    public override string ToString() => Interval switch
    {
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerDay == 0 => Text(Interval.Days, "day"),
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerHour == 0 => Text((int)Interval.TotalHours, "hour"),
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerMinute == 0 => Text((int)Interval.TotalMinutes, "minute"),
        _ => $"every {Interval.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} seconds",
    };

    private static string Text(int count, string unit) => count == 1 ? $"every {unit}" : $"every {count} {unit}s";
}
