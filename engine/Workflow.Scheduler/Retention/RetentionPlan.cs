using Workflow.Postgres.Retention;

namespace Workflow.Scheduler.Retention;

/// <summary>What becomes of a partition of runs.</summary>
public enum PartitionFate
{
    /// <summary>It stays as it is.</summary>
    Stays,

    /// <summary>Its logs go, the rest stays.</summary>
    LosesLogs,

    /// <summary>It goes with everything in it.</summary>
    Goes,
}

/// <summary>
/// Decides by age. A partition waits for the last of its runs: one that is unfinished, or ended lately, keeps all beside it.
/// </summary>
public static class RetentionPlan
{
    /// <summary>What becomes of a partition.</summary>
    public static PartitionFate Of(RunPartition partition, RetentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(options);
        if (partition.IsDetached || IsOver(partition, options.Runs))
            return PartitionFate.Goes;
        return partition.HasLogs && IsOver(partition, options.Logs) ? PartitionFate.LosesLogs : PartitionFate.Stays;
    }

    /// <summary>The shortest age at which anything goes; null when everything stays.</summary>
    public static TimeSpan? Youngest(RetentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new[] { options.Runs, options.Logs }.Where(age => age > TimeSpan.Zero).Cast<TimeSpan?>().Min();
    }

    /// <summary>
    /// Whether a partition is over for longer than an age. That it got no new runs for as long matters even when it has none: somebody may
    /// have taken an id in it just before it was closed, and not have stored the run yet.
    /// </summary>
    private static bool IsOver(RunPartition partition, TimeSpan age) =>
        age > TimeSpan.Zero && !partition.IsUnfinished && partition.ClosedAt < partition.Now - age
        && (partition.LastEnd is not { } lastEnd || lastEnd < partition.Now - age);
}
