using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>Compares the machine's run with the reference's, and its counters with a recount.</summary>
internal static class Agreement
{
    /// <summary>In what both differ; null when they agree.</summary>
    public static string? Complaint(ModelRun model, ReferenceRun reference)
    {
        var run = model.Run;
        var theirs = reference.Nodes.ToList();
        var ours = run.Instances.OrderBy(instance => instance.Task).ThenBy(instance => instance.MapIndex).ToList();
        if (!ours.Select(instance => (instance.Task, instance.MapIndex)).SequenceEqual(theirs.Select(pair => pair.Key)))
            return $"there are {ours.Count} instances, but {theirs.Count} in the reference";

        foreach (var (instance, (_, node)) in ours.Zip(theirs))
        {
            var name = $"{run.Graph.Tasks[instance.Task].Id}[{instance.MapIndex}]";
            if (!IsSame(instance, node) || (instance.MapIndex == TaskKey.Whole && instance.Mapped != reference.Mapped(instance.Task)))
            {
                return $"{name} is {instance.State} #{instance.Attempt}-{instance.Uncounted} lost {instance.Lost} ordered {instance.Ordered} "
                    + $"unchosen {string.Join(',', instance.Unchosen)} mapped {instance.Mapped}, but in the reference {node.State} "
                    + $"#{node.Attempt}-{node.Uncounted} lost {node.Lost} ordered {node.Ordered} unchosen {string.Join(',', node.Unchosen)} "
                    + $"mapped {reference.Mapped(instance.Task)}";
            }

            if (instance.State == TaskState.Pending && instance.Seen != model.Recount(instance))
                return $"{name} counts {instance.Seen}, but there are {model.Recount(instance)}";
        }

        return (run.Unfinished, run.FailedLeaves, run.State) == (reference.Unfinished, reference.FailedLeaves, reference.State)
            ? null
            : $"the run is ({run.Unfinished}, {run.FailedLeaves}, {run.State}), but in the reference "
                + $"({reference.Unfinished}, {reference.FailedLeaves}, {reference.State})";
    }

    /// <summary>A graph in words, for messages.</summary>
    public static string Describe(DagGraph graph) => string.Join(Environment.NewLine, graph.Tasks.Select(task =>
        $"{task.Index} {task.Id} {task.Role} {task.TriggerRule} after {string.Join(',', task.Upstreams)} setups {string.Join(',', task.Setups)} "
        + $"deciders {string.Join(',', task.Deciders)} root {task.MapRoot} over {string.Join(',', task.MapSources)} retries {task.Retries}"));

    // Of what belongs to an earlier expansion nothing reads more.
    private static bool IsSame(TaskInstance ours, ReferenceRun.Node theirs) =>
        ours.State == theirs.State && ours.Attempt == theirs.Attempt && ours.Ordered == theirs.Ordered
        && (ours.State == TaskState.Removed
            || (ours.Uncounted == theirs.Uncounted && ours.Lost == theirs.Lost && theirs.Unchosen.SetEquals(ours.Unchosen)));
}
