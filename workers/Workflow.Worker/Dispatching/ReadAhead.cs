namespace Workflow.Worker.Dispatching;

/// <summary>
/// How many tasks a worker claims ahead of its slots: as many as the slots finish while about one step is under way. Long tasks get none,
/// so that nothing waits here which another worker could run.
/// </summary>
/// <param name="slots">How many tasks run at once.</param>
public sealed class ReadAhead(int slots)
{
    /// <summary>How many tasks for each slot it claims ahead at most.</summary>
    public const int MostPerSlot = 6;

    /// <summary>The time for which it claims ahead: a step with some room.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a task may wait for a slot before it is given back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How much one attempt moves the mean: a few dozen short tasks in a row begin it, a single long one ends it.</summary>
    private const double Weight = 0.05;

    private const double Long = 1_000;

    // Until it is known better, tasks are long.
    private double mean = Long;

    /// <summary>How many tasks to claim ahead now.</summary>
    public int Tasks => (int)Math.Min(MostPerSlot * slots, slots * Horizon.TotalMilliseconds / Volatile.Read(ref mean));

    /// <summary>What was claimed ahead found no slot: what runs now takes long, whatever those before it took.</summary>
    public void Stalled() => Volatile.Write(ref mean, Long);

    /// <summary>An attempt took this long.</summary>
    public void Took(TimeSpan duration)
    {
        // Attempts that end at once may overwrite each other's share of the mean: it is an estimate.
        var before = Volatile.Read(ref mean);
        Volatile.Write(ref mean, Math.Max(0.01, before + (Weight * (duration.TotalMilliseconds - before))));
    }
}
