namespace Workflow.Runs;

/// <summary>The states of a task instance. <see cref="TaskTransitions"/> is the only authority on the moves between them.</summary>
public enum TaskState
{
    /// <summary>
    /// Waits for its upstreams, or, as the summary of a mapped task, for its elements. Entered at the run's start; left by the step that
    /// finishes the deciding one.
    /// </summary>
    Pending,

    /// <summary>
    /// May be claimed once the limits admit it. Entered when the trigger rule holds, or when an attempt was lost with its worker; left by a
    /// claim.
    /// </summary>
    Queued,

    /// <summary>A worker executes an attempt under its lease. Entered by a claim; left by the fenced completion, or by a rescue.</summary>
    Running,

    /// <summary>
    /// Waits for something without a worker; claimable when its next look is due. Entered by a completion; left by a claim.
    /// </summary>
    Deferred,

    /// <summary>Failed with attempts left; claimable when its wait is over. Entered by a completion; left by a claim.</summary>
    UpForRetry,

    /// <summary>Succeeded; its effects are visible. Terminal.</summary>
    Success,

    /// <summary>Failed for good. Terminal.</summary>
    Failed,

    /// <summary>Cannot run since an upstream failed. Terminal.</summary>
    UpstreamFailed,

    /// <summary>Had nothing to do, or its trigger rule can no longer hold. Terminal.</summary>
    Skipped,

    /// <summary>Its run was stopped. Terminal.</summary>
    Cancelled,

    /// <summary>
    /// An element of an earlier expansion, before its task was cleared; counts for nothing. Terminal until an expansion takes it up again.
    /// </summary>
    Removed,
}

/// <summary>
/// Which state may follow which by itself. Beside these moves, a person may clear or mark an instance: see <see cref="RunModel"/>.
/// </summary>
public static class TaskTransitions
{
    private static readonly Dictionary<TaskState, TaskState[]> Allowed = new()
    {
        [TaskState.Pending] =
            [TaskState.Queued, TaskState.Success, TaskState.Failed, TaskState.UpstreamFailed, TaskState.Skipped, TaskState.Cancelled],
        [TaskState.Queued] = [TaskState.Running, TaskState.Cancelled],
        [TaskState.Running] =
            [TaskState.Success, TaskState.Failed, TaskState.Skipped, TaskState.Deferred, TaskState.UpForRetry, TaskState.Queued,
                TaskState.Cancelled],
        [TaskState.Deferred] = [TaskState.Running, TaskState.Cancelled],
        [TaskState.UpForRetry] = [TaskState.Running, TaskState.Cancelled],
    };

    /// <summary>The states that a task instance never leaves by itself.</summary>
    public static IReadOnlyList<TaskState> Terminal { get; } = [.. Enum.GetValues<TaskState>().Where(state => !Allowed.ContainsKey(state))];

    /// <summary>Whether a state is never left but by a clear.</summary>
    public static bool IsTerminal(this TaskState state) => !Allowed.ContainsKey(state);

    /// <summary>Whether an instance in this state may be claimed once its time has come.</summary>
    public static bool IsClaimable(this TaskState state) => state is TaskState.Queued or TaskState.Deferred or TaskState.UpForRetry;

    /// <summary>Whether one state may follow another.</summary>
    public static bool CanBecome(this TaskState from, TaskState to) => Allowed.TryGetValue(from, out var next) && next.Contains(to);

    /// <summary>The states that may follow.</summary>
    public static IReadOnlyList<TaskState> Next(this TaskState from) => Allowed.GetValueOrDefault(from, []);
}
