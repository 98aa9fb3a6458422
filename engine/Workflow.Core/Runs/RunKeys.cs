using System.Globalization;

namespace Workflow.Runs;

/// <summary>The names of runs: why they exist, and when, as in Airflow.</summary>
public static class RunKeys
{
    /// <summary>An instant as it stands in a run's name.</summary>
    public static string Stamp(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>The name of a run that is triggered by hand.</summary>
    public static string Manual(DateTimeOffset now) => $"manual__{Stamp(now)}";

    /// <summary>The name of a run that a backfill creates.</summary>
    public static string Backfill(DateTimeOffset logicalDate) => $"backfill__{Stamp(logicalDate)}";
}
