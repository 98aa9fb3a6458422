using Workflow.Graphs;

namespace Workflow;

/// <summary>How a task is run: the settings shared by every kind of task.</summary>
public static class TaskSettings
{
    /// <summary>The longest span that a timer of the platform takes is a little under 50 days.</summary>
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

    private const int MostRetries = 100;

    /// <summary>The queue that workers subscribe to; <c>default</c> unless named.</summary>
    public static THandle Queue<THandle>(this THandle task, string queue)
        where THandle : TaskHandle
    {
        Identifier.Require(queue, "queue");
        task.Draft.Queue = queue;
        return task;
    }

    /// <summary>How often a failed task is tried again, and after which waits; five minutes each unless given.</summary>
    public static THandle Retries<THandle>(this THandle task, int retries, Backoff? backoff = null)
        where THandle : TaskHandle
    {
        if (retries is < 0 or > MostRetries)
            throw new DagDefinitionException($"Task '{task.Id}': retries must lie between 0 and {MostRetries}, got {retries}.");
        task.Draft.Retries = retries;
        task.Draft.Backoff = backoff ?? Backoff.Constant();
        return task;
    }

    /// <summary>What becomes of the task after particular exceptions, instead of what its retries say of any.</summary>
    /// <param name="task">The task.</param>
    /// <param name="define">Names the exceptions; the first that fits decides.</param>
    public static THandle RetryRules<THandle>(this THandle task, Action<RetryRules> define)
        where THandle : TaskHandle
    {
        define(new RetryRules(task.Draft.RetryRules));
        return task;
    }

    /// <summary>How long one attempt may take before it is cancelled and counts as failed. No limit unless given.</summary>
    public static THandle Timeout<THandle>(this THandle task, TimeSpan timeout)
        where THandle : TaskHandle
    {
        task.Draft.Timeout = RequireSpan(task, "the timeout", timeout);
        return task;
    }

    /// <summary>The condition over the direct upstreams under which the task runs.</summary>
    public static THandle Rule<THandle>(this THandle task, TriggerRule rule)
        where THandle : TaskHandle
    {
        task.Draft.TriggerRule = rule;
        return task;
    }

    /// <summary>Makes the task wait for others without taking their outputs.</summary>
    public static THandle After<THandle>(this THandle task, params TaskHandle[] upstreams)
        where THandle : TaskHandle
    {
        foreach (var upstream in upstreams)
            task.Dag.Connect(upstream, task);
        return task;
    }

    /// <summary>Makes the task wait for a whole group.</summary>
    public static THandle After<THandle>(this THandle task, TaskGroup group)
        where THandle : TaskHandle
    {
        foreach (var leaf in group.Leaves)
            task.Dag.Connect(new TaskHandle(task.Dag, leaf), task);
        return task;
    }

    /// <summary>
    /// Makes the task a setup: what follows it, up to its teardowns, runs only if it succeeded, whatever the trigger rules say.
    /// </summary>
    public static THandle AsSetup<THandle>(this THandle task)
        where THandle : TaskHandle
    {
        task.Draft.Role = TaskRole.Setup;
        return task;
    }

    /// <summary>
    /// Makes the task the teardown of setups: it runs when everything before it has ended, whatever became of that, if one of its setups
    /// succeeded; also when the run is stopped. Its own failure does not fail the run.
    /// </summary>
    public static THandle AsTeardown<THandle>(this THandle task, params TaskHandle[] setups)
        where THandle : TaskHandle
    {
        task.Draft.Role = TaskRole.Teardown;
        task.Draft.TriggerRule = TriggerRule.AllDoneSetupSuccess;
        foreach (var setup in setups)
        {
            task.Dag.Connect(setup, task);
            task.Draft.TearsDown.Add(setup.AsSetup().Draft);
        }

        return task;
    }

    /// <summary>Makes a failure of the teardown fail the run.</summary>
    public static THandle FailsRun<THandle>(this THandle teardown)
        where THandle : TaskHandle
    {
        teardown.Draft.FailsRun = true;
        return teardown;
    }

    /// <summary>The pool whose slots an attempt takes, and how many; while the pool is full the task waits.</summary>
    public static THandle Pool<THandle>(this THandle task, string pool, int slots = 1)
        where THandle : TaskHandle
    {
        Identifier.Require(pool, "pool");
        task.Draft.Pool = pool;
        task.Draft.PoolSlots = RequireCount(task, "pool slots", slots);
        return task;
    }

    /// <summary>Where slots are scarce, the task with the higher priority goes first; 0 unless given.</summary>
    public static THandle Priority<THandle>(this THandle task, int priority)
        where THandle : TaskHandle
    {
        if (priority is < -1000 or > 1000)
            throw new DagDefinitionException($"Task '{task.Id}': the priority must lie between -1000 and 1000, got {priority}.");
        task.Draft.Priority = priority;
        return task;
    }

    /// <summary>How many instances of the task may be under way at once, over all runs and within one.</summary>
    public static THandle MaxActive<THandle>(this THandle task, int? inAllRuns = null, int? inOneRun = null)
        where THandle : TaskHandle
    {
        task.Draft.MaxActive = inAllRuns is { } all ? RequireCount(task, "active instances", all) : null;
        task.Draft.MaxActivePerRun = inOneRun is { } one ? RequireCount(task, "active instances", one) : null;
        return task;
    }

    /// <summary>Makes the task wait until the same task of the run before has succeeded or was skipped.</summary>
    public static THandle DependsOnPast<THandle>(this THandle task)
        where THandle : TaskHandle
    {
        task.Draft.DependsOnPast = true;
        return task;
    }

    /// <summary>How long a wait may last in all, over every look and retry; then it fails for good.</summary>
    public static THandle WaitTimeout<THandle>(this THandle task, TimeSpan timeout)
        where THandle : TaskHandle
    {
        if (timeout <= TimeSpan.Zero)
            throw new DagDefinitionException($"Task '{task.Id}': the timeout of the wait must be positive, got {timeout}.");
        task.Draft.WaitTimeout = timeout;
        return task;
    }

    /// <summary>Calls author's code after the task succeeded.</summary>
    public static THandle OnSuccess<THandle>(this THandle task, Func<CallbackContext, Task> callback)
        where THandle : TaskHandle => Call(task, CallbackKind.Success, callback);

    /// <summary>Calls author's code after the task failed for good.</summary>
    public static THandle OnFailure<THandle>(this THandle task, Func<CallbackContext, Task> callback)
        where THandle : TaskHandle => Call(task, CallbackKind.Failure, callback);

    /// <summary>Calls author's code after an attempt failed that is followed by another.</summary>
    public static THandle OnRetry<THandle>(this THandle task, Func<CallbackContext, Task> callback)
        where THandle : TaskHandle => Call(task, CallbackKind.Retry, callback);

    /// <summary>Calls author's code after the task was skipped.</summary>
    public static THandle OnSkipped<THandle>(this THandle task, Func<CallbackContext, Task> callback)
        where THandle : TaskHandle => Call(task, CallbackKind.Skipped, callback);

    internal static TimeSpan RequireSpan(TaskHandle task, string what, TimeSpan span) => span > TimeSpan.Zero && span <= LongestTimeout
        ? span
        : throw new DagDefinitionException(
            $"Task '{task.Id}': {what} must be positive and at most {LongestTimeout.Days} days, got {span}.");

    private static int RequireCount(TaskHandle task, string what, int count) =>
        count > 0 ? count : throw new DagDefinitionException($"Task '{task.Id}': the number of {what} must be 1 or more, got {count}.");

    private static THandle Call<THandle>(THandle task, CallbackKind kind, Func<CallbackContext, Task> callback)
        where THandle : TaskHandle
    {
        task.Draft.Callbacks[kind] = callback;
        return task;
    }
}
