using Workflow.Graphs;

namespace Workflow;

/// <summary>A task within a DAG that is being defined. Passing it to another task makes the dependency.</summary>
public class TaskHandle
{
    internal TaskHandle(DagBuilder dag, TaskDraft draft)
    {
        Dag = dag;
        Draft = draft;
    }

    /// <summary>The task's id.</summary>
    public string Id => Draft.Id;

    internal DagBuilder Dag { get; }

    internal TaskDraft Draft { get; }
}

/// <summary>A task whose output is of type <typeparamref name="T"/>. A task that takes it gets the value; a wrong type does not compile.</summary>
/// <typeparam name="T">The output: small, and written as JSON. Large data is a dataset.</typeparam>
public class TaskHandle<T> : TaskHandle
{
    internal TaskHandle(DagBuilder dag, TaskDraft draft)
        : base(dag, draft)
    {
    }
}

/// <summary>A gate: it hands its subject on unchanged when it passes. Only what went through a gate can be promoted.</summary>
/// <typeparam name="T">The subject.</typeparam>
public sealed class GateHandle<T> : TaskHandle<T>
{
    internal GateHandle(DagBuilder dag, TaskDraft draft)
        : base(dag, draft)
    {
    }
}

/// <summary>How a task is run: the settings shared by every kind of task.</summary>
public static class TaskSettings
{
    // The longest span that a timer of the platform takes is a little under 50 days.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(49);

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
        if (retries is < 0 or > 100)
            throw new DagDefinitionException($"Task '{task.Id}': retries must lie between 0 and 100, got {retries}.");
        task.Draft.Retries = retries;
        task.Draft.Backoff = backoff ?? Backoff.Constant();
        return task;
    }

    /// <summary>How long one attempt may take before it is cancelled and counts as failed. No limit unless given.</summary>
    public static THandle Timeout<THandle>(this THandle task, TimeSpan timeout)
        where THandle : TaskHandle
    {
        if (timeout <= TimeSpan.Zero || timeout > LongestTimeout)
            throw new DagDefinitionException($"Task '{task.Id}': the timeout must be positive and at most {LongestTimeout.Days} days, got {timeout}.");
        task.Draft.Timeout = timeout;
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
}
