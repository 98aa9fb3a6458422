using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>How full a limit is that keeps a task waiting.</summary>
/// <param name="Key">Its name, as <see cref="Admission"/> has it.</param>
/// <param name="Amount">How much of it the task needs.</param>
/// <param name="Used">How much is taken.</param>
/// <param name="Capacity">How much there is.</param>
/// <param name="Ahead">How many tasks that wait for it come before this one.</param>
public sealed record LimitUse(string Key, int Amount, int Used, int Capacity, int Ahead)
{
    /// <summary>Whether the task does not fit.</summary>
    public bool IsFull => Used + Amount > Capacity;
}

/// <summary>The same task in the run before.</summary>
/// <param name="RunKey">That run.</param>
/// <param name="State">The task's state; null while that run waits for its start.</param>
public sealed record PastTask(string RunKey, TaskState? State);

/// <summary>What is known of a task instance when somebody asks why it does not run.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Task">The task.</param>
/// <param name="MapIndex">Which element, or <see cref="TaskKey.Whole"/>.</param>
/// <param name="State">Its state.</param>
public sealed record TaskSituation(DagGraph Graph, int Task, int MapIndex, TaskState State)
{
    /// <summary>Its run.</summary>
    public long RunId { get; init; }

    /// <summary>What it says of itself.</summary>
    public string? Message { get; init; }

    /// <summary>The time.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>When it may be claimed.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>How many of its attempts failed since it was last cleared.</summary>
    public int Failures { get; init; }

    /// <summary>What of that which it waits for has ended.</summary>
    public UpstreamCounters Seen { get; init; }

    /// <summary>For the summary of an expanded task: how many elements it has.</summary>
    public int? Mapped { get; init; }

    /// <summary>Those of the tasks that it waits for which have not ended.</summary>
    public IReadOnlySet<int> Unfinished { get; init; } = new HashSet<int>();

    /// <summary>Its counterpart in the run before, when it waits for that.</summary>
    public PastTask? Past { get; init; }

    /// <summary>Whether the limits let it run.</summary>
    public bool IsAdmitted { get; init; } = true;

    /// <summary>The limits that apply to it; read while it is not admitted.</summary>
    public IReadOnlyList<LimitUse> Limits { get; init; } = [];

    /// <summary>Whether a live worker serves its queue.</summary>
    public bool IsServed { get; init; } = true;

    /// <summary>How many more urgent tasks wait on its queue.</summary>
    public int Ahead { get; init; }

    /// <summary>What it becomes when its running attempt has been stopped.</summary>
    public TaskState? Ordered { get; init; }

    /// <summary>Whether its run was told to stop.</summary>
    public bool RunStops { get; init; }
}

/// <summary>What is known of a run that waits for its start.</summary>
/// <param name="Now">The time.</param>
/// <param name="RunAfter">When it may start.</param>
/// <param name="IsPaused">Whether its DAG is paused and it was not a person who asked for it.</param>
/// <param name="IsBackfill">Whether a backfill starts it.</param>
/// <param name="Running">How many runs of its DAG are running.</param>
/// <param name="MaxActiveRuns">How many may be.</param>
/// <param name="Ahead">How many due runs come before it.</param>
public sealed record QueuedRunSituation(
    DateTimeOffset Now, DateTimeOffset RunAfter, bool IsPaused, bool IsBackfill, int Running, int MaxActiveRuns, int Ahead);
