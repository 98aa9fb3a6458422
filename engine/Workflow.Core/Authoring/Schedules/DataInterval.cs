namespace Workflow;

/// <summary>The time that a run covers: from the fire time before it to its own, half open.</summary>
public readonly record struct DataInterval
{
    /// <summary>Makes an interval.</summary>
    /// <exception cref="ArgumentException">It would end before it starts.</exception>
    public DataInterval(DateTimeOffset start, DateTimeOffset end)
    {
        if (end < start)
            throw new ArgumentException($"A data interval cannot end before it starts, got {start:O} to {end:O}.", nameof(end));
        Start = start.ToUniversalTime();
        End = end.ToUniversalTime();
    }

    /// <summary>The first instant of it, in UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The first instant after it, in UTC.</summary>
    public DateTimeOffset End { get; }
}
