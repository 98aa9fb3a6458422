namespace Workflow;

/// <summary>How long to wait before a failed task is tried again.</summary>
/// <param name="First">The wait before the second attempt.</param>
/// <param name="Multiplier">The factor by which each further wait grows; 1 keeps it constant.</param>
/// <param name="Cap">No wait is longer than this.</param>
/// <param name="Jitter">The share of the wait, 0 to 1, by which it may be longer; drawn from the attempt's identity, so it is the same each
/// time.</param>
public sealed record Backoff(TimeSpan First, double Multiplier, TimeSpan Cap, double Jitter)
{
    /// <summary>No wait is ever longer than this unless a cap says otherwise.</summary>
    public static readonly TimeSpan DefaultCap = TimeSpan.FromHours(24);

    /// <summary>The same wait each time: five minutes unless given.</summary>
    public static Backoff Constant(TimeSpan? delay = null) => new(delay ?? TimeSpan.FromMinutes(5), 1, DefaultCap, 0);

    /// <summary>Waits that double: from 30 seconds unless given, with up to a quarter of jitter.</summary>
    public static Backoff Exponential(TimeSpan? first = null, double multiplier = 2, TimeSpan? cap = null, double jitter = 0.25) =>
        new(first ?? TimeSpan.FromSeconds(30), multiplier, cap ?? DefaultCap, jitter);

    /// <summary>The wait after a failed attempt.</summary>
    /// <param name="failures">How many attempts have failed so far, from 1; attempts lost with their worker do not count.</param>
    /// <param name="draw">A number in [0, 1) that decides the jitter.</param>
    public TimeSpan After(int failures, double draw)
    {
        // The factor is bounded first: it may overflow to infinity, and nothing times infinity is no number.
        var wait = Math.Min(First.TotalSeconds * Math.Min(Math.Pow(Multiplier, failures - 1), double.MaxValue), Cap.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Min(wait * (1 + (Jitter * draw)), Cap.TotalSeconds));
    }
}
