namespace Workflow.Runs;

/// <summary>A task instance as the machine sees it: a row of a <see cref="RunModel"/>.</summary>
/// <param name="task">The task's index in the graph.</param>
/// <param name="mapIndex">Which element, or <see cref="TaskKey.Whole"/>.</param>
public sealed class TaskInstance(int task, int mapIndex)
{
    /// <summary>The task's index in the graph.</summary>
    public int Task => task;

    /// <summary>Which element, or <see cref="TaskKey.Whole"/>.</summary>
    public int MapIndex => mapIndex;

    /// <summary>Its state.</summary>
    public TaskState State { get; internal set; }

    /// <summary>Why it is in that state, as a sentence.</summary>
    public string? Message { get; internal set; }

    /// <summary>What of that which it waits for has ended; kept while it is pending.</summary>
    public UpstreamCounters Seen { get; internal set; }

    /// <summary>For the summary of an expanded task: how many elements it has.</summary>
    public int? Mapped { get; internal set; }

    /// <summary>Whether the run before keeps it waiting.</summary>
    public bool WaitsForPast { get; internal set; }

    /// <summary>For a branch or short circuit that ended: the tasks that it decided against.</summary>
    public IReadOnlyList<int> Unchosen { get; internal set; } = [];

    /// <summary>What it becomes when its running attempt has been stopped: a person cleared or marked it while it ran.</summary>
    public TaskState? Ordered { get; internal set; }

    /// <summary>How many attempts it has had.</summary>
    public int Attempt { get; internal set; }

    /// <summary>How many of them do not count as failures.</summary>
    public int Uncounted { get; internal set; }

    /// <summary>How many of them since the last clear were lost with their worker.</summary>
    public int Lost { get; internal set; }

    /// <summary>Whether the store must write it: something about it is not what was loaded.</summary>
    public bool IsChanged { get; internal set; }

    /// <summary>Whether no store has it yet.</summary>
    public bool IsNew { get; private init; } = true;

    /// <summary>An instance as a store has it.</summary>
    public static TaskInstance Of(
        int task, int mapIndex, TaskState state, UpstreamCounters seen, int? mapped, bool waitsForPast, IReadOnlyList<int> unchosen,
        TaskState? ordered, AttemptCount attempts, string? message) =>
        new(task, mapIndex)
        {
            IsNew = false,
            State = state,
            Seen = seen,
            Mapped = mapped,
            WaitsForPast = waitsForPast,
            Unchosen = unchosen,
            Ordered = ordered,
            Attempt = attempts.Number,
            Uncounted = attempts.Uncounted,
            Lost = attempts.Lost,
            Message = message,
        };
}
