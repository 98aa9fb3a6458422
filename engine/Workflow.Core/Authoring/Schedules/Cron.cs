using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>A schedule: a cron expression of five fields, read in an IANA time zone.</summary>
/// <param name="Expression">
/// Minute, hour, day of month, month, day of week; restricting both day fields means either. Or one of <c>@hourly</c>, <c>@daily</c>,
/// <c>@midnight</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@quarterly</c>, <c>@yearly</c>, <c>@annually</c>.
/// </param>
/// <param name="TimeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
/// <remarks>
/// <para>
/// A cron whose minute or hour field contains <c>*</c> or <c>/</c> is an interval: it fires in both of two repeated hours, and an hour
/// that clocks jump over does not exist for it. Any other names fixed times: one that clocks jump over fires once, at the first instant
/// after the jump, and one that clocks repeat fires at its first occurrence. <see cref="OnGap"/> and <see cref="OnFold"/> say otherwise for
/// either.
/// </para>
/// <para>The expression is checked when the DAG is loaded.</para>
/// </remarks>
public sealed record Cron(string Expression, string TimeZone) : Schedule
{
    private static readonly Dictionary<string, string> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@quarterly"] = "0 0 1 1,4,7,10 *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    /// <summary>What becomes of a time that clocks jump over; null for what suits an interval or a fixed time.</summary>
    public Gap? OnGap { get; init; }

    /// <summary>What becomes of a time that clocks show twice; null for what suits an interval or a fixed time.</summary>
    public Fold? OnFold { get; init; }

    /// <summary>The five fields, with a name such as <c>@daily</c> spelt out.</summary>
    [JsonIgnore]
    public string Fields => Named.GetValueOrDefault(Expression.Trim(), Expression.Trim());

    /// <summary>Whether it names an interval rather than fixed times: its minute or hour field contains <c>*</c> or <c>/</c>.</summary>
    [JsonIgnore]
    public bool IsInterval =>
        Fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2).Any(part => part.AsSpan().ContainsAny('*', '/'));

    /// <inheritdoc />
    [JsonIgnore]
    public override string? Zone => TimeZone;

    /// <summary>Makes a schedule; the zone is UTC unless named.</summary>
    /// <exception cref="DagDefinitionException">Not five fields, or no such time zone.</exception>
    public static Cron Of(string expression, string timeZone = "UTC")
    {
        ArgumentNullException.ThrowIfNull(expression);
        var cron = new Cron(expression, timeZone);
        if (cron.Fields.StartsWith('@'))
            throw new DagDefinitionException($"Cron expression '{expression}' is not known; there are {string.Join(", ", Named.Keys)}.");
        if (cron.Fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5)
        {
            throw new DagDefinitionException(
                $"Cron expression '{expression}' must have five fields: minute hour day-of-month month day-of-week.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
            throw new DagDefinitionException($"Time zone '{timeZone}' is not known. Use an IANA name such as 'Europe/Berlin'.");
        return cron;
    }

    /// <inheritdoc />
    public override string ToString() => Expression;
}

/// <summary>What becomes of a fire time that clocks jump over in spring.</summary>
public enum Gap
{
    /// <summary>It fires once, at the first instant after the jump; with other fire times there it is one.</summary>
    FireAfter,

    /// <summary>It does not fire.</summary>
    Skip,
}

/// <summary>What becomes of a fire time that clocks show twice in autumn.</summary>
public enum Fold
{
    /// <summary>It fires at its first occurrence.</summary>
    First,

    /// <summary>It fires at its second occurrence.</summary>
    Second,

    /// <summary>It fires at both.</summary>
    Both,
}
