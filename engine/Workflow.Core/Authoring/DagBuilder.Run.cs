using Workflow.Graphs;

namespace Workflow;

/// <content>What concerns runs as a whole: limits, timeout, deadlines, callbacks.</content>
public sealed partial class DagBuilder
{
    private readonly List<(DeadlineDefinition Definition, Func<CallbackContext, Task> Callback)> deadlines = [];
    private readonly Dictionary<CallbackKind, Func<CallbackContext, Task>> runCallbacks = [];
    private DagSettings settings = new();

    /// <summary>
    /// How many runs of the DAG may run at once, those of backfills aside; others wait in the order of their dates. 16 unless given.
    /// </summary>
    public DagBuilder MaxActiveRuns(int count)
    {
        settings = settings with { MaxActiveRuns = RequireCount("active runs", count) };
        return this;
    }

    /// <summary>How many task instances of the DAG may be under way at once, over all runs and within one. No limit unless given.</summary>
    public DagBuilder MaxActiveTasks(int? inAllRuns = null, int? inOneRun = null)
    {
        settings = settings with
        {
            MaxActiveTasks = inAllRuns is { } all ? RequireCount("active tasks", all) : null,
            MaxActiveTasksPerRun = inOneRun is { } one ? RequireCount("active tasks", one) : null,
        };
        return this;
    }

    /// <summary>How long a run may take from its start; then what runs is stopped and the run fails.</summary>
    public DagBuilder RunTimeout(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            throw new DagDefinitionException($"The run timeout must be positive, got {timeout}.");
        settings = settings with { RunTimeout = timeout };
        return this;
    }

    /// <summary>Calls author's code once when a run has not ended by a deadline; the run goes on. A DAG may have several.</summary>
    /// <param name="deadline">When; see the factories of <see cref="DeadlineDefinition"/>.</param>
    /// <param name="callback">What to call.</param>
    public DagBuilder Deadline(DeadlineDefinition deadline, Func<CallbackContext, Task> callback)
    {
        deadlines.Add((deadline, callback));
        settings = settings with { Deadlines = [.. settings.Deadlines, deadline] };
        return this;
    }

    /// <summary>Calls author's code after a run succeeded.</summary>
    public DagBuilder OnSuccess(Func<CallbackContext, Task> callback) => CallAfterRun(CallbackKind.Success, callback);

    /// <summary>Calls author's code after a run failed.</summary>
    public DagBuilder OnFailure(Func<CallbackContext, Task> callback) => CallAfterRun(CallbackKind.Failure, callback);

    private DagBuilder CallAfterRun(CallbackKind kind, Func<CallbackContext, Task> callback)
    {
        runCallbacks[kind] = callback;
        settings = settings with { Callbacks = [.. runCallbacks.Keys.Order()] };
        return this;
    }

    private static int RequireCount(string what, int count) =>
        count > 0 ? count : throw new DagDefinitionException($"The number of {what} must be 1 or more, got {count}.");
}
