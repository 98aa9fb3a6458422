using System.Globalization;

namespace Workflow.Timetables.Tests;

internal static class Times
{
    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Fire times as <c>MM-dd HH:mm</c> in UTC.</summary>
    public static string Text(IEnumerable<DateTimeOffset> times) =>
        string.Join(", ", times.Select(time => time.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)));
}
