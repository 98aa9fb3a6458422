using Workflow.Graphs;

namespace Workflow.Simulation;

/// <summary>A DAG whose runs are to be simulated.</summary>
/// <param name="DagId">Its id.</param>
/// <param name="Graph">Its graph.</param>
/// <param name="Settings">What it says of runs as a whole.</param>
/// <param name="Fires">Its fire times, ascending; each gives one run, created at that time. They are taken one by one.</param>
/// <param name="Behaviour">How long a task takes and how often it fails. Every branch is taken, and every short circuit goes on.</param>
public sealed record SimulatedDag(
    string DagId, DagGraph Graph, DagSettings Settings, IEnumerable<DateTimeOffset> Fires, Func<TaskDefinition, TaskBehaviour> Behaviour)
{
    /// <summary>How many elements a mapped task or group has; one unless given.</summary>
    public Func<TaskDefinition, int> Elements { get; init; } = _ => 1;
}

/// <summary>How the attempts of a task go.</summary>
/// <param name="Durations">How long one may take, each as likely as any other; one for always the same.</param>
/// <param name="FailureRate">The share of attempts that fail, 0 to 1.</param>
public sealed record TaskBehaviour(IReadOnlyList<TimeSpan> Durations, double FailureRate = 0)
{
    /// <summary>Always takes the same time, and succeeds.</summary>
    public static TaskBehaviour Takes(TimeSpan duration) => new([duration]);
}

/// <summary>What the runs of a simulation share.</summary>
public sealed record SimulationSettings
{
    /// <summary>How many events a simulation has at most unless said otherwise: a task run takes one.</summary>
    public const int DefaultMaxEvents = 2_000_000;

    /// <summary>Stands for every queue that is not named.</summary>
    public const string OtherQueues = "*";

    /// <summary>The size of each pool; -1 for no limit.</summary>
    public IReadOnlyDictionary<string, int> Pools { get; init; } = new Dictionary<string, int> { [TaskDefinition.DefaultPool] = -1 };

    /// <summary>
    /// How many tasks the workers of each queue run at once; those of <see cref="OtherQueues"/> serve all that are not named. A queue
    /// without an entry has workers enough.
    /// </summary>
    public IReadOnlyDictionary<string, int> WorkerSlots { get; init; } = new Dictionary<string, int>();

    /// <summary>Decides what chance decides: the same seed gives the same history.</summary>
    public int Seed { get; init; }

    /// <summary>More events than this are refused.</summary>
    public int MaxEvents { get; init; } = DefaultMaxEvents;
}
