namespace Workflow.Scheduler.Retention;

/// <summary>
/// How long what is over is kept. What was published stays for good: versions of datasets and models, verdicts, moves of aliases.
/// </summary>
public sealed record RetentionOptions
{
    /// <summary>How many days <see cref="Runs"/> are kept unless told otherwise.</summary>
    public const int DefaultRunDays = 90;

    /// <summary>How many days <see cref="Logs"/> are kept unless told otherwise.</summary>
    public const int DefaultLogDays = 30;

    private const int PartitionsPerRetention = 12;

    /// <summary>
    /// How long runs that have ended are kept, with their tasks, attempts, outputs and callbacks; events, workers and schedulers too. Zero
    /// keeps them for ever. 90 days unless set.
    /// </summary>
    public TimeSpan Runs { get; init; } = TimeSpan.FromDays(DefaultRunDays);

    /// <summary>
    /// How long logs are kept after the end of their run; they go with it at the latest. Zero keeps them that long. 30 days unless set.
    /// </summary>
    public TimeSpan Logs { get; init; } = TimeSpan.FromDays(DefaultLogDays);

    /// <summary>
    /// How long what no record refers to is left alone: artifacts, files being written, rows staged by attempts that are over. Far longer
    /// than it takes to write a file and to record it.
    /// </summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long a partition of runs gets new ones; null for until it is full. A twelfth of the retention: the number of partitions, which
    /// every claim looks through, does not grow with the retention, and what is old goes at most a twelfth late. At least a day.
    /// </summary>
    public TimeSpan? Period => (Runs, Logs) switch
    {
        (var runs, _) when runs > TimeSpan.Zero => AtLeastADay(runs / PartitionsPerRetention),
        (_, var logs) when logs > TimeSpan.Zero => AtLeastADay(logs),
        _ => null,
    };

    private static TimeSpan AtLeastADay(TimeSpan period) => period < TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : period;
}
