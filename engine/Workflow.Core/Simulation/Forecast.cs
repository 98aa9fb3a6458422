using Workflow.Runs;

namespace Workflow.Simulation;

/// <summary>What would happen.</summary>
/// <param name="Runs">The runs, in the order of their creation.</param>
/// <param name="MissedDeadlines">The deadlines that runs would miss, by the time at which they were due.</param>
/// <param name="Waits">What tasks that could have run waited for, the longest sum first.</param>
/// <param name="Pools">The pools with a limit that were used, the busiest first.</param>
/// <param name="LongestQueue">The most runs that waited for their start at once.</param>
/// <param name="LongestQueueAt">When that was first; null when no run waited.</param>
/// <param name="Events">How many events it took.</param>
public sealed record Forecast(
    IReadOnlyList<RunForecast> Runs, IReadOnlyList<MissedDeadline> MissedDeadlines, IReadOnlyList<WaitForecast> Waits,
    IReadOnlyList<PoolForecast> Pools, int LongestQueue, DateTimeOffset? LongestQueueAt, int Events);

/// <summary>A run.</summary>
/// <param name="DagId">Its DAG.</param>
/// <param name="LogicalDate">Its fire time, at which it is created.</param>
/// <param name="StartedAt">When it starts; null when it never does.</param>
/// <param name="EndedAt">When it ends; null when it never does.</param>
/// <param name="State">Its state in the end.</param>
/// <param name="Tasks">Its task instances that ended or were ready, in the order of the graph.</param>
public sealed record RunForecast(
    string DagId, DateTimeOffset LogicalDate, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, RunState State,
    IReadOnlyList<TaskForecast> Tasks);

/// <summary>A task instance.</summary>
/// <param name="TaskId">Its task.</param>
/// <param name="MapIndex">Which element, or -1.</param>
/// <param name="ReadyAt">Since when it could have run; null when it never could.</param>
/// <param name="StartedAt">When its first attempt begins.</param>
/// <param name="EndedAt">When it ends; null when it never does.</param>
/// <param name="State">Its state in the end.</param>
/// <param name="Attempts">How many attempts it has.</param>
/// <param name="Waited">How long it waited for slots, over all attempts.</param>
/// <param name="WaitedFor">What it waited for last.</param>
public sealed record TaskForecast(
    string TaskId, int MapIndex, DateTimeOffset? ReadyAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, TaskState State, int Attempts,
    TimeSpan Waited, string? WaitedFor);

/// <summary>A deadline that a run misses.</summary>
/// <param name="DagId">The run's DAG.</param>
/// <param name="LogicalDate">The run's logical date.</param>
/// <param name="Number">Which of the DAG's deadlines, from 0.</param>
/// <param name="DueAt">When the run should have ended.</param>
/// <param name="EndedAt">When it ends; null when it never does.</param>
public sealed record MissedDeadline(string DagId, DateTimeOffset LogicalDate, int Number, DateTimeOffset DueAt, DateTimeOffset? EndedAt);

/// <summary>Something that tasks waited for.</summary>
/// <param name="What">What, in words, such as <c>pool training</c>.</param>
/// <param name="Tasks">How many attempts waited for it.</param>
/// <param name="Total">How long, in all.</param>
/// <param name="Longest">How long the one did that waited longest.</param>
public sealed record WaitForecast(string What, int Tasks, TimeSpan Total, TimeSpan Longest);

/// <summary>The use of a pool.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Slots">Its size.</param>
/// <param name="Peak">The most slots that were taken at once.</param>
/// <param name="Utilisation">The mean share of its slots that was taken, 0 to 1, from the first event to the last.</param>
public sealed record PoolForecast(string Pool, int Slots, int Peak, double Utilisation);
