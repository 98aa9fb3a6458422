using Workflow.Runs;

namespace Workflow.Simulation;

/// <summary>Who waits for the limits, and what of them is taken: asks the same decision as the scheduler.</summary>
internal sealed class SlotBook(IReadOnlyDictionary<string, int> pools)
{
    /// <summary>How many waiting elements of one task are looked at in a turn, as in the scheduler.</summary>
    private const int PerTask = 100;

    private static readonly IComparer<SimulatedInstance> LongestWaiting = Comparer<SimulatedInstance>.Create(
        (left, right) => (left.ReadyAt, left.Instance.MapIndex).CompareTo((right.ReadyAt, right.Instance.MapIndex)));

    private readonly Dictionary<(long Run, int Task), SortedSet<SimulatedInstance>> waiting = [];
    private readonly Dictionary<string, int> used = [];
    private readonly Dictionary<int, int> usedByLane = [];
    private readonly Dictionary<string, (int Peak, double SlotSeconds)> use = [];
    private DateTimeOffset? first;
    private DateTimeOffset last;
    private bool isSettled = true;

    /// <summary>Time passes: what is taken was taken all along.</summary>
    public void MoveTo(DateTimeOffset now)
    {
        first ??= now;
        foreach (var (pool, _) in pools.Where(pool => pool.Value >= 0))
        {
            var (peak, slotSeconds) = use.GetValueOrDefault(pool);
            var taken = used.GetValueOrDefault(Admission.PoolKey(pool));
            use[pool] = (Math.Max(peak, taken), slotSeconds + (first == now ? 0 : taken * (now - last).TotalSeconds));
        }

        last = now;
    }

    /// <summary>Whether any limit applies to an instance.</summary>
    public bool Applies(SimulatedInstance instance) => Limits(instance).Any();

    public void Enter(SimulatedInstance instance)
    {
        var key = (instance.Run.Id, instance.Instance.Task);
        if (!waiting.TryGetValue(key, out var set))
            waiting[key] = set = new SortedSet<SimulatedInstance>(LongestWaiting);
        set.Add(instance);
        isSettled = false;
    }

    /// <summary>An instance that waits will not run.</summary>
    public void Leave(SimulatedInstance instance)
    {
        var key = (instance.Run.Id, instance.Instance.Task);
        waiting[key].Remove(instance);
        if (waiting[key].Count == 0)
            waiting.Remove(key);
        isSettled = false;
    }

    /// <summary>An instance gives its slots back.</summary>
    public void Release(SimulatedInstance instance)
    {
        var limits = Limits(instance).ToList();
        foreach (var limit in limits)
            used[limit.Key] -= limit.Amount;
        if (limits.Count > 0)
            usedByLane[instance.Run.Schedule.Lane]--;
        isSettled = false;
    }

    /// <summary>Gives slots to those whose turn it is; what the others wait for is noted with them.</summary>
    public IReadOnlyList<SimulatedInstance> Admit()
    {
        if (isSettled || waiting.Count == 0)
            return [];
        isSettled = true;
        var offered = waiting.Values.SelectMany(set => set.Take(PerTask)).ToDictionary(instance => instance.Key);
        var tasks = offered.Values.Select(instance => new WaitingTask(
            instance.Key, instance.Run.Dag.DagId, instance.Run.Schedule.Lane, instance.Task, instance.Run.Dag.Settings, instance.ReadyAt));
        var admitted = Admission.Decide(tasks, used, usedByLane, pools).Select(task => offered[task.Key]).ToList();
        foreach (var instance in admitted)
        {
            Leave(instance);
            offered.Remove(instance.Key);
        }

        // Whoever was hidden behind a hundred others may come forward now.
        isSettled = admitted.Count == 0;
        foreach (var instance in offered.Values.Where(instance => instance.Obstacle is null))
            instance.Obstacle = Obstacle(instance);
        return admitted;
    }

    public IReadOnlyList<PoolForecast> Pools()
    {
        var span = first is { } from ? (last - from).TotalSeconds : 0;
        return [.. use.Where(pool => pool.Value.Peak > 0)
            .Select(pool => new PoolForecast(
                pool.Key, pools[pool.Key], pool.Value.Peak, span > 0 ? pool.Value.SlotSeconds / (pools[pool.Key] * span) : 0))
            .OrderByDescending(pool => pool.Utilisation).ThenBy(pool => pool.Pool, StringComparer.Ordinal)];
    }

    /// <summary>What keeps an instance waiting.</summary>
    /// <remarks>A task that fits may still wait: behind one that needs more slots than are free.</remarks>
    public string Obstacle(SimulatedInstance instance)
    {
        var limits = Limits(instance).ToList();
        var full = limits.FindIndex(limit => used.GetValueOrDefault(limit.Key) + limit.Amount > limit.Capacity);
        var key = limits[Math.Max(full, 0)].Key;
        return key[..key.IndexOf(':', StringComparison.Ordinal)] switch
        {
            "pool" => $"pool {instance.Task.Pool}",
            "dag" => $"max_active_tasks of {instance.Run.Dag.DagId}",
            "run" => $"max_active_tasks in one run of {instance.Run.Dag.DagId}",
            _ => $"max_active of task {instance.Task.Id}",
        };
    }

    private IEnumerable<SlotLimit> Limits(SimulatedInstance instance) =>
        Admission.Limits(instance.Run.Dag.DagId, instance.Run.Id, instance.Task, instance.Run.Dag.Settings, pools);
}
