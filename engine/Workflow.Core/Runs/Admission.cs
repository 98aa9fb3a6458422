using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>A task instance that may run as soon as the limits which apply to it admit it.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="DagId">Its DAG.</param>
/// <param name="Lane">What slots are shared out among: its DAG, or its DAG's backfills.</param>
/// <param name="Task">Its task.</param>
/// <param name="Settings">What its DAG says of runs as a whole.</param>
/// <param name="ReadyAt">Since when it may run.</param>
public sealed record WaitingTask(TaskKey Key, string DagId, int Lane, TaskDefinition Task, DagSettings Settings, DateTimeOffset ReadyAt);

/// <summary>A limit: what counts against it, and how much of that there may be.</summary>
/// <param name="Key">Its name, unique among all limits.</param>
/// <param name="Amount">How much of it one instance of the task takes.</param>
/// <param name="Capacity">How much there is.</param>
public readonly record struct SlotLimit(string Key, int Amount, int Capacity);

/// <summary>Decides which waiting tasks get slots: a function of values, for the scheduler and for simulation.</summary>
public static class Admission
{
    /// <summary>The limits that apply to a task instance.</summary>
    /// <param name="dagId">Its DAG.</param>
    /// <param name="runId">Its run.</param>
    /// <param name="task">Its task.</param>
    /// <param name="settings">What its DAG says of runs as a whole.</param>
    /// <param name="pools">The size of each pool; -1 for no limit. A pool that is not there has no slots.</param>
    public static IEnumerable<SlotLimit> Limits(
        string dagId, long runId, TaskDefinition task, DagSettings settings, IReadOnlyDictionary<string, int> pools)
    {
        var slots = pools.GetValueOrDefault(task.Pool);
        if (slots >= 0)
            yield return new SlotLimit(PoolKey(task.Pool), task.PoolSlots, slots);
        if (settings.MaxActiveTasks is { } inDag)
            yield return new SlotLimit($"dag:{dagId}", 1, inDag);
        if (settings.MaxActiveTasksPerRun is { } inRun)
            yield return new SlotLimit($"run:{runId}", 1, inRun);
        if (task.MaxActive is { } ofTask)
            yield return new SlotLimit($"task:{dagId}/{task.Id}", 1, ofTask);
        if (task.MaxActivePerRun is { } ofTaskInRun)
            yield return new SlotLimit($"task:{runId}/{task.Id}", 1, ofTaskInRun);
    }

    /// <summary>The name of a pool's limit.</summary>
    public static string PoolKey(string pool) => $"pool:{pool}";

    /// <summary>The tasks that get their slots now, in the order in which they do.</summary>
    /// <param name="waiting">Those that wait.</param>
    /// <param name="used">How much of each limit is taken, by its name; changed to what is taken afterwards.</param>
    /// <param name="usedByLane">How many slots each lane has; changed likewise.</param>
    /// <param name="pools">The size of each pool.</param>
    /// <remarks>
    /// The highest priority goes first; among equals the lane that has the fewest slots, so that one huge DAG does not starve another;
    /// within a lane whoever waits longest. A limit that is too full for a task is closed to all that come after it: a task that needs many
    /// slots is not overtaken forever by those that need few.
    /// </remarks>
    public static IReadOnlyList<WaitingTask> Decide(
        IEnumerable<WaitingTask> waiting, Dictionary<string, int> used, Dictionary<int, int> usedByLane,
        IReadOnlyDictionary<string, int> pools)
    {
        var admitted = new List<WaitingTask>();
        var closed = new HashSet<string>();
        foreach (var equals in waiting.GroupBy(task => task.Task.Priority).OrderByDescending(group => group.Key))
        {
            var lanes = equals.GroupBy(task => task.Lane).ToDictionary(
                group => group.Key,
                group => new Queue<WaitingTask>(group.OrderBy(task => task.ReadyAt).ThenBy(task => task.Key.RunId)
                    .ThenBy(task => task.Key.TaskIndex)
                    .ThenBy(task => task.Key.MapIndex)));
            while (lanes.Count > 0)
            {
                var (lane, queue) = lanes.MinBy(pair => (usedByLane.GetValueOrDefault(pair.Key), pair.Value.Peek().ReadyAt, pair.Key));
                var task = queue.Dequeue();
                if (queue.Count == 0)
                    lanes.Remove(lane);
                if (!Take(task, used, closed, pools))
                    continue;
                usedByLane[lane] = usedByLane.GetValueOrDefault(lane) + 1;
                admitted.Add(task);
            }
        }

        return admitted;
    }

    private static bool Take(WaitingTask task, Dictionary<string, int> used, HashSet<string> closed, IReadOnlyDictionary<string, int> pools)
    {
        var limits = Limits(task.DagId, task.Key.RunId, task.Task, task.Settings, pools).ToList();
        var full = limits.Where(limit => closed.Contains(limit.Key) || used.GetValueOrDefault(limit.Key) + limit.Amount > limit.Capacity)
            .ToList();
        // A task that can never fit must not keep the place for itself.
        foreach (var limit in full.Where(limit => limit.Amount <= limit.Capacity))
            closed.Add(limit.Key);
        if (full.Count > 0)
            return false;
        foreach (var limit in limits)
            used[limit.Key] = used.GetValueOrDefault(limit.Key) + limit.Amount;
        return true;
    }
}
