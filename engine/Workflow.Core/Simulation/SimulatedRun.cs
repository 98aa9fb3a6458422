using Workflow.Runs;

namespace Workflow.Simulation;

/// <summary>A run within a simulation.</summary>
internal sealed class SimulatedRun(long id, SimulatedSchedule schedule, DateTimeOffset logicalDate)
{
    private readonly Dictionary<TaskInstance, SimulatedInstance> instances = [];
    private RunForecast? forecast;

    public long Id => id;

    public SimulatedSchedule Schedule => schedule;

    public SimulatedDag Dag => schedule.Dag;

    public DateTimeOffset LogicalDate => logicalDate;

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Its tasks; null before its start, and once nothing asks for them any more.</summary>
    public RunModel? Model { get; set; }

    /// <summary>The run of the fire time before, until the run after this one has started.</summary>
    public SimulatedRun? Previous { get; set; }

    /// <summary>The run of the next fire time, if that was created.</summary>
    public SimulatedRun? Next { get; set; }

    /// <summary>When each of its deadlines is due; null for one that it does not have.</summary>
    public IReadOnlyList<DateTimeOffset?> Deadlines { get; set; } = [];

    public SimulatedInstance this[TaskInstance instance]
    {
        get
        {
            if (!instances.TryGetValue(instance, out var found))
                instances[instance] = found = new SimulatedInstance(this, instance);
            return found;
        }
    }

    public IEnumerable<SimulatedInstance> Running => instances.Values.Where(instance => instance.Phase == Phase.Running);

    /// <summary>Writes down what became of it and drops what is no longer needed: a year of runs must fit into memory.</summary>
    public RunForecast Close()
    {
        if (forecast is not null)
            return forecast;
        var state = Model is null ? RunState.Queued : Model.State ?? RunState.Running;
        var tasks = instances.Values.OrderBy(instance => instance.Key.TaskIndex).ThenBy(instance => instance.Key.MapIndex)
            .Select(instance => instance.Forecast());
        forecast = new RunForecast(Dag.DagId, logicalDate, StartedAt, EndedAt, state, [.. tasks]);
        instances.Clear();
        return forecast;
    }
}

/// <summary>Where a task instance stands between two moves of the machine.</summary>
internal enum Phase
{
    Idle,
    WaitsForLimits,
    WaitsForWorker,
    Running,
}

/// <summary>A task instance within a simulation.</summary>
internal sealed class SimulatedInstance(SimulatedRun run, TaskInstance instance)
{
    private DateTimeOffset? firstReadyAt;
    private DateTimeOffset? startedAt;
    private TimeSpan waited;
    private string? waitedFor;

    public SimulatedRun Run => run;

    public TaskInstance Instance => instance;

    public Graphs.TaskDefinition Task => run.Dag.Graph.Tasks[instance.Task];

    public TaskKey Key => new(run.Id, instance.Task, instance.MapIndex);

    public Phase Phase { get; set; }

    /// <summary>Since when it could run.</summary>
    public DateTimeOffset ReadyAt { get; private set; }

    /// <summary>Since when only a worker is missing.</summary>
    public DateTimeOffset AdmittedAt { get; set; }

    /// <summary>Which limit keeps it waiting; null while none does.</summary>
    public string? Obstacle { get; set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public void Ready(DateTimeOffset now)
    {
        firstReadyAt ??= now;
        ReadyAt = now;
        Obstacle = null;
    }

    public void Start(DateTimeOffset now)
    {
        startedAt ??= now;
        Phase = Phase.Running;
    }

    public void Waited(string what, TimeSpan time)
    {
        waited += time;
        waitedFor = what;
    }

    public TaskForecast Forecast() => new(
        Task.Id, instance.MapIndex, firstReadyAt, startedAt, EndedAt, instance.State, instance.Attempt, waited,
        Phase == Phase.WaitsForLimits ? Obstacle : waitedFor);
}

/// <summary>A DAG's runs within a simulation.</summary>
internal sealed class SimulatedSchedule(SimulatedDag dag, int lane)
{
    private readonly int kept = dag.Settings.Deadlines.Select(deadline => deadline.Runs).DefaultIfEmpty(0).Max();
    private readonly LinkedList<TimeSpan> durations = [];

    public SimulatedDag Dag => dag;

    public int Lane => lane;

    public IEnumerator<DateTimeOffset> Fires { get; } = dag.Fires.GetEnumerator();

    public Queue<SimulatedRun> Queued { get; } = new();

    public int Active { get; set; }

    public SimulatedRun? Latest { get; set; }

    /// <summary>How long the last successful runs took, newest first.</summary>
    public IReadOnlyList<TimeSpan> Durations => [.. durations];

    public void Succeeded(TimeSpan duration)
    {
        durations.AddFirst(duration);
        if (durations.Count > kept)
            durations.RemoveLast();
    }
}
