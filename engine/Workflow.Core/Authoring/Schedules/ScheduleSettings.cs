namespace Workflow;

/// <summary>A DAG's schedule and its bounds.</summary>
/// <param name="Schedule">When runs are created; null for by hand only.</param>
/// <param name="StartDate">The first instant at which a run may fire; null for no bound.</param>
/// <param name="EndDate">The last instant at which a run may fire; null for no bound.</param>
/// <param name="Catchup">Whether fire times that were missed, or passed while the DAG was paused, get their runs later.</param>
public sealed record ScheduleSettings(
    Schedule? Schedule, DateTimeOffset? StartDate = null, DateTimeOffset? EndDate = null, bool Catchup = false)
{
    /// <summary>By hand only.</summary>
    public static ScheduleSettings Manual { get; } = new((Schedule?)null);
}
