using Workflow.Runs;
using Workflow.Simulation;

namespace Workflow.Dashboard.Api;

/// <summary>What would happen to a DAG in a span of time.</summary>
/// <param name="From">The first instant at which it may fire.</param>
/// <param name="To">The last one.</param>
/// <param name="TotalRuns">How many runs there are.</param>
/// <param name="TotalTasks">How many task instances there are.</param>
/// <param name="LongestQueue">The most runs that waited for their start at once.</param>
/// <param name="LongestQueueAt">When that was first; null when no run waited.</param>
/// <param name="Durations">How long each task was taken to last.</param>
/// <param name="Waits">What tasks that could have run waited for, the longest sum first.</param>
/// <param name="Pools">The pools with a limit that were used, the busiest first.</param>
/// <param name="MissedDeadlines">The deadlines that runs would miss, by the time at which they are due.</param>
/// <param name="Runs">The runs, oldest first.</param>
public sealed record Simulation(
    string DagId, DateTime From, DateTime To, int TotalRuns, int TotalTasks, int LongestQueue, DateTime? LongestQueueAt,
    IReadOnlyList<SimulationDuration> Durations, IReadOnlyList<SimulationWait> Waits, IReadOnlyList<SimulationPool> Pools,
    IReadOnlyList<SimulationDeadline> MissedDeadlines, IReadOnlyList<SimulationRun> Runs)
{
    /// <summary>More task instances than this are not listed: an answer must stay readable.</summary>
    private const int MostTasks = 5_000;

    internal static Simulation Of(
        string dagId, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<SimulationDuration> durations, Forecast forecast)
    {
        var tasks = forecast.Runs.Sum(run => run.Tasks.Count);
        return new Simulation(
            dagId, from.UtcDateTime, to.UtcDateTime, forecast.Runs.Count, tasks, forecast.LongestQueue,
            forecast.LongestQueueAt?.UtcDateTime, durations,
            [.. forecast.Waits.Select(wait =>
                new SimulationWait(wait.What, wait.Tasks, wait.Total.TotalSeconds, wait.Longest.TotalSeconds))],
            [.. forecast.Pools.Select(pool => new SimulationPool(pool.Pool, pool.Slots, pool.Peak, pool.Utilisation))],
            [.. forecast.MissedDeadlines.Select(missed => new SimulationDeadline(
                missed.LogicalDate.UtcDateTime, missed.Number, missed.DueAt.UtcDateTime, missed.EndedAt?.UtcDateTime))],
            [.. forecast.Runs.Select(run => SimulationRun.Of(run, tasks <= MostTasks))]);
    }
}

/// <summary>How long a task was taken to last.</summary>
public sealed record SimulationDuration(string TaskId, double Seconds, DurationSource Source);

/// <summary>Something that tasks waited for.</summary>
/// <param name="What">What, in words, such as <c>pool training</c>.</param>
/// <param name="Attempts">How many attempts waited for it.</param>
public sealed record SimulationWait(string What, int Attempts, double TotalSeconds, double LongestSeconds);

/// <summary>The use of a pool.</summary>
/// <param name="Peak">The most slots that were taken at once.</param>
/// <param name="Utilisation">The mean share of its slots that was taken, 0 to 1.</param>
public sealed record SimulationPool(string Pool, int Slots, int Peak, double Utilisation);

/// <summary>A deadline that a run would miss.</summary>
/// <param name="Number">Which of the DAG's deadlines, from 0.</param>
/// <param name="EndDate">When the run ends; null when it never does.</param>
public sealed record SimulationDeadline(DateTime LogicalDate, int Number, DateTime DueAt, DateTime? EndDate);

/// <summary>A simulated run; it is created at its logical date.</summary>
/// <param name="StartDate">When it starts; null when it never does.</param>
/// <param name="EndDate">When it ends; null when it never does.</param>
/// <param name="Tasks">Its task instances; null where there are too many in all: simulate a shorter time to see them.</param>
public sealed record SimulationRun(
    DateTime LogicalDate, DateTime? StartDate, DateTime? EndDate, RunState State, IReadOnlyList<SimulationTask>? Tasks)
{
    internal static SimulationRun Of(RunForecast run, bool hasTasks) => new(
        run.LogicalDate.UtcDateTime, run.StartedAt?.UtcDateTime, run.EndedAt?.UtcDateTime, run.State,
        hasTasks
            ? [.. run.Tasks.Select(task => new SimulationTask(
                task.TaskId, task.MapIndex, task.ReadyAt?.UtcDateTime, task.StartedAt?.UtcDateTime, task.EndedAt?.UtcDateTime, task.State,
                task.Attempts, task.Waited.TotalSeconds, task.WaitedFor))]
            : null);
}

/// <summary>A simulated task instance.</summary>
/// <param name="ReadyAt">Since when it could have run; null when it never could.</param>
/// <param name="WaitedSeconds">How long it waited for slots, over all attempts.</param>
/// <param name="WaitedFor">What it waited for last.</param>
public sealed record SimulationTask(
    string TaskId, int MapIndex, DateTime? ReadyAt, DateTime? StartDate, DateTime? EndDate, TaskState State, int Attempts,
    double WaitedSeconds, string? WaitedFor);
