using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>
/// What a run must come to, written down from the words of the rules and not from the product's code: no counters, each task looked at
/// once, after all of its upstreams have ended.
/// </summary>
internal static class ReferenceInterpreter
{
    /// <summary>The final states.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="outcomes">How each task ends if it runs.</param>
    public static TaskState[] Interpret(DagGraph graph, TaskState[] outcomes)
    {
        var ends = new TaskState[graph.Tasks.Count];
        foreach (var task in graph.Tasks)
        {
            var upstreams = task.Upstreams.Select(upstream => ends[upstream]).ToList();
            ends[task.Index] = Without(task.TriggerRule, upstreams) ?? outcomes[task.Index];
        }

        return ends;
    }

    public static RunState RunState(DagGraph graph, TaskState[] ends) =>
        graph.Tasks.Any(task => !graph.Tasks.Any(other => other.Upstreams.Contains(task.Index)) && IsBad(ends[task.Index]))
            ? Workflow.Runs.RunState.Failed
            : Workflow.Runs.RunState.Success;

    /// <summary>The state of a task that does not run; null for one that does.</summary>
    private static TaskState? Without(TriggerRule rule, List<TaskState> upstreams)
    {
        const TaskState failed = TaskState.Failed, skipped = TaskState.Skipped, upstreamFailed = TaskState.UpstreamFailed;
        if (upstreams.Count == 0)
            return null;
        var anyBad = upstreams.Exists(IsBad);
        var anySkipped = upstreams.Contains(skipped);
        var anySuccess = upstreams.Contains(TaskState.Success);
        return rule switch
        {
            TriggerRule.AllSuccess => anyBad ? upstreamFailed : anySkipped ? skipped : null,
            TriggerRule.AllFailed => upstreams.TrueForAll(IsBad) ? null : skipped,
            TriggerRule.AllDone or TriggerRule.Always or TriggerRule.AllDoneSetupSuccess => null,
            TriggerRule.AllDoneMinOneSuccess => anySkipped ? skipped : anySuccess ? null : upstreamFailed,
            TriggerRule.AllSkipped => upstreams.TrueForAll(state => state == skipped) ? null : skipped,
            TriggerRule.OneFailed => anyBad ? null : skipped,
            TriggerRule.OneSuccess => anySuccess ? null : upstreams.TrueForAll(state => state == skipped) ? skipped : upstreamFailed,
            TriggerRule.OneDone => anySuccess || upstreams.Contains(failed) ? null : skipped,
            TriggerRule.NoneFailed => anyBad ? upstreamFailed : null,
            TriggerRule.NoneFailedMinOneSuccess => anyBad ? upstreamFailed : anySuccess ? null : skipped,
            TriggerRule.NoneSkipped => anySkipped ? skipped : null,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
        };
    }

    private static bool IsBad(TaskState state) => state is TaskState.Failed or TaskState.UpstreamFailed;
}
