namespace Workflow.Postgres;

/// <summary>Instants as the driver reads them.</summary>
public static class UtcTimes
{
    /// <summary>A <c>timestamptz</c> as an instant.</summary>
    public static DateTimeOffset Utc(this DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    /// <summary>A <c>timestamptz</c> that may be null as an instant.</summary>
    public static DateTimeOffset? Utc(this DateTime? time) => time?.Utc();
}
