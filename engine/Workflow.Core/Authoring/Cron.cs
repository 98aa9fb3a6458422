namespace Workflow;

/// <summary>A schedule: a cron expression of five fields, read in an IANA time zone.</summary>
/// <param name="Expression">Minute, hour, day of month, month, day of week. Restricting both day fields means either.</param>
/// <param name="TimeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
/// <remarks>
/// Where clocks go forward over a fire time, it fires once, at the first instant that exists; where they go back, a fixed time fires once.
/// The expression is checked when the DAG is loaded.
/// </remarks>
public sealed record Cron(string Expression, string TimeZone)
{
    /// <summary>Makes a schedule; the zone is UTC unless named.</summary>
    /// <exception cref="DagDefinitionException">Not five fields, or no such time zone.</exception>
    public static Cron Of(string expression, string timeZone = "UTC")
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5)
            throw new DagDefinitionException($"Cron expression '{expression}' must have five fields: minute hour day-of-month month day-of-week.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
            throw new DagDefinitionException($"Time zone '{timeZone}' is not known. Use an IANA name such as 'Europe/Berlin'.");
        return new Cron(expression, timeZone);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Expression} {TimeZone}";
}
