using Workflow.Graphs;

namespace Workflow;

/// <summary>Whether a task runs in a process of its own, and what that process may use.</summary>
public static class IsolationSettings
{
    /// <summary>The least memory limit: 64 MiB. The runtime alone takes most of that.</summary>
    public const long LeastMemoryLimit = 64L << 20;

    private static readonly string[] IsolatedQueues = ["etl", "training"];

    /// <summary>
    /// Whether each attempt runs in a child process of its worker, so that a crash or a leak takes down nothing else. Such a process has no
    /// access to the engine's database. Default: yes for the queues <c>etl</c> and <c>training</c>, no for others.
    /// </summary>
    public static THandle Isolated<THandle>(this THandle task, bool isolated = true)
        where THandle : TaskHandle
    {
        task.Draft.Isolated = isolated;
        return task;
    }

    /// <summary>
    /// How long one attempt may take before its process is ended, whatever its code is doing. No limit unless given; given, the task is
    /// isolated. A <see cref="TaskSettings.Timeout"/> beside it asks the code to stop, and must be shorter.
    /// </summary>
    public static THandle HardTimeout<THandle>(this THandle task, TimeSpan timeout)
        where THandle : TaskHandle
    {
        task.Draft.HardTimeout = TaskSettings.RequireSpan(task, "the hard timeout", timeout);
        return task;
    }

    /// <summary>
    /// How much memory the process of an attempt may take before it is ended, in bytes. No limit unless given; given, the task is isolated.
    /// </summary>
    public static THandle MemoryLimit<THandle>(this THandle task, long bytes)
        where THandle : TaskHandle
    {
        if (bytes < LeastMemoryLimit)
        {
            throw new DagDefinitionException(
                $"Task '{task.Id}': the memory limit must be at least {LeastMemoryLimit:N0} bytes, which the runtime itself needs; "
                + $"got {bytes:N0}.");
        }

        task.Draft.MemoryLimit = bytes;
        return task;
    }

    /// <summary>Settles whether a task is isolated, once all its settings are known.</summary>
    internal static bool IsIsolated(TaskDraft draft)
    {
        var limits = draft.HardTimeout is not null || draft.MemoryLimit is not null;
        if (limits && draft.Isolated == false)
        {
            var limit = draft.HardTimeout is not null ? "HardTimeout" : "MemoryLimit";
            throw new DagDefinitionException(
                $"Task '{draft.Id}': {limit} ends the process of an attempt, and Isolated(false) gives it none of its own. "
                + "Remove one of the two.");
        }

        if (draft.HardTimeout <= draft.Timeout)
        {
            throw new DagDefinitionException(
                $"Task '{draft.Id}': the hard timeout {draft.HardTimeout} must be longer than the timeout {draft.Timeout}, so that the task is "
                + "asked to stop before it is ended. Make it longer, or remove Timeout.");
        }

        // A wait looks into the database and runs for a moment: only one that asks author's code may have a process.
        return (draft.Spec is not WaitSpec or WaitForSpec) && (limits || (draft.Isolated ?? IsolatedQueues.Contains(draft.Queue)));
    }
}
