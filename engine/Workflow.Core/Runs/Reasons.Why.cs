using Workflow.Graphs;

namespace Workflow.Runs;

/// <content>Why something does not run.</content>
public static partial class Reasons
{
    private const int NamedTasks = 5;

    /// <summary>Why a task instance is where it is, as a sentence; null for one that runs or succeeded and has nothing to say.</summary>
    public static string? Why(TaskSituation task) => task.State switch
    {
        TaskState.Pending => task.Mapped is { } elements ? Elements(elements, task.Seen) : Pending(task),
        TaskState.Queued => task.Message is { } lost ? $"{lost} {Queued(task)}" : Queued(task),
        TaskState.Running => Stopping(task),
        TaskState.Deferred when IsDue(task) => $"{task.Message ?? "It waits."} It is about to look again. {Queued(task)}",
        TaskState.Deferred => $"{task.Message ?? "It waits."} It looks again at {Time(task.ReadyAt)} at the latest.",
        TaskState.UpForRetry => $"{Failed(task)} {(IsDue(task) ? Queued(task) : $"It is tried again at {Time(task.ReadyAt)}.")}",
        TaskState.Cancelled => task.Message ?? RunStop.CancelledMessage,
        TaskState.Removed => "Its task was expanded anew, over a list without this element.",
        _ => task.Message,
    };

    /// <summary>Why a run has not started.</summary>
    public static string Why(QueuedRunSituation run)
    {
        if (run.RunAfter > run.Now)
            return $"Waits for its time: it may start at {Time(run.RunAfter)}.";
        if (run.IsBackfill)
            return "Waits for its backfill, which starts one run after the other.";
        if (run.IsPaused)
            return "Its DAG is paused. Unpause it, or trigger a run by hand.";
        if (run.Running >= run.MaxActiveRuns)
            return $"Waits for another run to end: {run.Running} of at most {run.MaxActiveRuns} are running{Ahead(run.Ahead)}.";
        return run.Ahead > 0 ? $"Waits for its turn: {run.Ahead} due {(run.Ahead == 1 ? "run comes" : "runs come")} before it."
            : "Is about to start.";
    }

    private static string Elements(int elements, UpstreamCounters seen) => seen.Finished == 0
        ? $"None of its {elements} elements has ended."
        : $"{seen.Finished} of {elements} elements have ended: {Counts(seen)}.";

    private static string Pending(TaskSituation task)
    {
        var definition = task.Graph.Tasks[task.Task];
        var names = task.Unfinished.Order().Select(other => NameOf(task.Graph.Tasks[other], definition)).ToList();
        if (names.Count > 0)
        {
            var more = names.Count > NamedTasks ? $" and {names.Count - NamedTasks} more" : "";
            var rule = definition.TriggerRule is TriggerRule.AllSuccess or TriggerRule.AllDoneSetupSuccess
                ? ""
                : $"; its trigger rule is {definition.TriggerRule.Name()}";
            return $"Waits for {string.Join(", ", names.Take(NamedTasks))}{more}{rule}.";
        }

        return task.Past switch
        {
            null => "Is about to be queued.",
            { State: null } past => $"Depends on the past: waits for the run before, {past.RunKey}, which waits for its start.",
            { } past => $"Depends on the past: waits for the run before, {past.RunKey}, in which it is {past.State.Value.Name()}.",
        };
    }

    private static string NameOf(TaskDefinition awaited, TaskDefinition of) => awaited switch
    {
        { Role: TaskRole.Setup } when of.Setups.Contains(awaited.Index) => $"setup {awaited.Id}",
        { Kind: TaskDefinition.ExpandKind } => $"the expansion of {awaited.Id}",
        _ when of.Deciders.Contains(awaited.Index) => $"{awaited.Id} to decide",
        _ => awaited.Id,
    };

    private static string Queued(TaskSituation task)
    {
        var definition = task.Graph.Tasks[task.Task];
        if (!task.IsAdmitted)
            return Limited(task, definition);
        if (!task.IsServed)
            return $"Waits for a worker on queue {definition.Queue}, but no live worker serves that queue. Start one, or correct the queue's name.";
        var behind = task.Ahead == 0 ? "" : $", behind {task.Ahead} more urgent {(task.Ahead == 1 ? "task" : "tasks")}";
        return $"Waits for a worker on queue {definition.Queue}{behind}.";
    }

    private static string Limited(TaskSituation task, TaskDefinition definition)
    {
        var full = task.Limits.Where(limit => limit.IsFull).ToList();
        if (full.Count > 0)
            return string.Join(" ", full.Select(limit => Full(task, definition, limit)));
        return task.Limits.MaxBy(limit => limit.Ahead) is { Ahead: > 0 } longest
            ? $"Waits for its turn: {longest.Ahead} ahead of it for {What(task, definition, longest.Key)}."
            : "Is about to get its slots.";
    }

    private static string Full(TaskSituation task, TaskDefinition definition, LimitUse limit)
    {
        if (limit.Key == Admission.PoolKey(definition.Pool) && limit.Capacity == 0)
            return $"Waits for pool {definition.Pool}, which has no slots. Give it some.";
        var needs = limit.Amount > 1 ? $" and it needs {limit.Amount}" : "";
        var what = What(task, definition, limit.Key);
        return limit.Key == Admission.PoolKey(definition.Pool)
            ? $"Waits for {what}: {limit.Used} of {limit.Capacity} slots are taken{needs}{Ahead(limit.Ahead)}."
            : $"Waits for {what}: {limit.Used} of {limit.Capacity} are under way{Ahead(limit.Ahead)}.";
    }

    private static string What(TaskSituation task, TaskDefinition definition, string key) => key switch
    {
        _ when key == Admission.PoolKey(definition.Pool) => $"pool {definition.Pool}",
        _ when key.StartsWith("dag:", StringComparison.Ordinal) => "the limit of tasks of its DAG",
        _ when key.StartsWith("run:", StringComparison.Ordinal) => "the limit of tasks of its run",
        _ when key == $"task:{task.RunId}/{definition.Id}" => $"the limit of {definition.Id} within a run",
        _ => $"the limit of {definition.Id} over all runs",
    };

    private static string? Stopping(TaskSituation task) => task switch
    {
        { Ordered: TaskState.Pending } => "It is being stopped, and runs again then: it was cleared.",
        { Ordered: TaskState.Removed } => "It is being stopped: its task was cleared and gets new elements.",
        { Ordered: { } end } => task.Message ?? $"It is being stopped, and is {end.Name()} then.",
        { RunStops: true } => "It is being stopped with its run.",
        _ => task.Message,
    };

    private static string Failed(TaskSituation task)
    {
        var attempts = $"Attempt {task.Failures} of {task.Graph.Tasks[task.Task].Retries + 1} failed";
        return task.Message is { } message ? $"{attempts}: {message}" : $"{attempts}.";
    }

    private static bool IsDue(TaskSituation task) => task.ReadyAt <= task.Now;

    private static string Ahead(int count) => count == 0 ? "" : $", {count} ahead of it";

    private static string Time(DateTimeOffset? time) => $"{time?.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}
