using System.Globalization;

namespace Workflow;

/// <summary>A schedule: a list of instants.</summary>
/// <param name="Times">The instants, ascending, each once.</param>
public sealed record At(IReadOnlyList<DateTimeOffset> Times) : Schedule
{
    /// <summary>Makes a schedule; order and repetition are of no matter.</summary>
    public static At Of(params DateTimeOffset[] times) => new([.. times.Select(time => time.ToUniversalTime()).Distinct().Order()]);

    /// <inheritdoc />
    public bool Equals(At? other) => other is not null && Times.SequenceEqual(other.Times);

    /// <inheritdoc />
    public override int GetHashCode() => Times.Count > 0 ? HashCode.Combine(Times.Count, Times[0]) : 0;

    /// <inheritdoc />
    public override string ToString() => Times.Count switch
    {
        0 => "at no time",
        1 => $"at {Text(Times[0])}",
        _ => $"at {Times.Count} times from {Text(Times[0])} to {Text(Times[^1])}",
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
