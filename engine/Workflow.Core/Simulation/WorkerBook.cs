namespace Workflow.Simulation;

/// <summary>The workers' slots, and who waits for them: the highest priority first, then whoever waits longest.</summary>
internal sealed class WorkerBook(IReadOnlyDictionary<string, int> slots)
{
    private readonly Dictionary<string, Group> groups = slots.ToDictionary(pair => pair.Key, pair => new Group { Free = pair.Value });
    private readonly Group enough = new() { Free = int.MaxValue };

    public void Enter(SimulatedInstance instance)
    {
        var key = instance.Key;
        GroupOf(instance).Waiting.Enqueue(instance, (-instance.Task.Priority, instance.ReadyAt, key.RunId, key.TaskIndex, key.MapIndex));
    }

    public void Release(SimulatedInstance instance) => GroupOf(instance).Free++;

    /// <summary>Takes those who begin now.</summary>
    public IEnumerable<SimulatedInstance> Claim() => groups.Values.Append(enough).SelectMany(Claim);

    private static IEnumerable<SimulatedInstance> Claim(Group group)
    {
        while (group.Free > 0 && group.Waiting.TryDequeue(out var next, out _))
        {
            // One whose run was stopped while it waited has left its place behind.
            if (next.Phase != Phase.WaitsForWorker)
                continue;
            group.Free--;
            yield return next;
        }
    }

    private Group GroupOf(SimulatedInstance instance) =>
        groups.GetValueOrDefault(instance.Task.Queue) ?? groups.GetValueOrDefault(SimulationSettings.OtherQueues) ?? enough;

    private sealed class Group
    {
        public int Free { get; set; }

        public PriorityQueue<SimulatedInstance, (int, DateTimeOffset, long, int, int)> Waiting { get; } = new();
    }
}
