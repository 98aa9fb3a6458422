using Workflow.Graphs;

namespace Workflow.Runs;

/// <summary>The machine's own reasons, as sentences.</summary>
public static partial class Reasons
{
    /// <summary>Why an instance ended without having run.</summary>
    public static string ForEnd(DagGraph graph, int task, int mapIndex, int? mapped, UpstreamCounters seen)
    {
        if (mapped is { } elements)
            return $"Of its {elements} elements {Counts(seen)}.";
        var definition = graph.Tasks[task];
        if (definition.TriggerRule != TriggerRule.AllDoneSetupSuccess)
        {
            var needed = definition.MapRoot is null ? "A setup that it needs" : "A setup that it needs, or what it is mapped over,";
            if (seen.SetupFailed > 0)
                return $"{needed} did not succeed.";
            if (seen.SetupSkipped > 0)
                return $"{needed} was skipped.";
            if (seen.Unchosen > 0)
                return "A branch or short circuit before it decided against it.";
        }
        else if (seen.SetupSuccess == 0 && seen.Setups > 0)
        {
            return "None of its setups succeeded, so there is nothing to take down.";
        }

        var (upstreams, setups, deciders) = graph.Awaited(task, mapIndex != TaskKey.Whole);
        if (TriggerRules.Decide(definition.TriggerRule, upstreams, seen, setups, deciders) == TaskState.Queued)
            return "Its mapped group has no elements.";
        return $"Its trigger rule {definition.TriggerRule.Name()} cannot hold: of {upstreams} upstreams {Counts(seen)}.";
    }

    private static string Counts(UpstreamCounters seen)
    {
        (int Count, string What)[] parts =
        [
            (seen.Failed, "failed"), (seen.UpstreamFailed, "could not run"), (seen.Skipped, "were skipped"),
            (seen.Cancelled, "were cancelled"),
            (seen.Success, "succeeded"),
        ];
        return string.Join(", ", parts.Where(part => part.Count > 0).Select(part => $"{part.Count} {part.What}"));
    }
}
