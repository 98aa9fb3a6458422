using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>A schedule: a union. A run is created whenever one of them says so; an instant that several name is one run.</summary>
/// <param name="Schedules">The schedules. Neither <see cref="Continuous"/> nor <see cref="Custom"/> can be among them.</param>
public sealed record AnyOf(IReadOnlyList<Schedule> Schedules) : Schedule
{
    /// <inheritdoc />
    [JsonIgnore]
    public override DatasetCondition? Condition
    {
        get
        {
            var conditions = Schedules.Select(schedule => schedule.Condition).OfType<DatasetCondition>().ToList();
            return conditions.Count == 0 ? null : conditions.Aggregate((left, right) => left | right);
        }
    }

    /// <inheritdoc />
    [JsonIgnore]
    public override string? Zone =>
        Schedules.Select(schedule => schedule.Zone).OfType<string>().Distinct().ToList() is [var only] ? only : null;

    /// <summary>Makes a union.</summary>
    public static AnyOf Of(params Schedule[] schedules) => new([.. schedules]);

    /// <inheritdoc />
    public bool Equals(AnyOf? other) => other is not null && Schedules.SequenceEqual(other.Schedules);

    /// <inheritdoc />
    public override int GetHashCode() => Schedules.Aggregate(0, HashCode.Combine);

    /// <inheritdoc />
    public override string ToString() => string.Join(
        " or ", Schedules.Select(schedule => Zone is null && schedule.Zone is { } zone ? $"{schedule} ({zone})" : $"{schedule}"));
}
