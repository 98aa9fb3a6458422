using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>The product's run in memory, with the outputs that its tasks gave: what a store would know beside it.</summary>
internal sealed class ModelRun
{
    private readonly Dictionary<(int Task, int Map, int Attempt), string> outputs = [];

    public ModelRun(DagGraph graph, IReadOnlySet<int>? waitsForPast = null) =>
        Run = RunModel.Start(graph, task => [.. task.MapSources.Select(Length)], waitsForPast);

    public RunModel Run { get; }

    public void Apply(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Claim claim:
                Run.Claim(Run[claim.Key.Task, claim.Key.Map]);
                break;
            case RunEvent.End end:
                var instance = Run[end.Key.Task, end.Key.Map];
                if (instance.Ordered is null && end.Outcome is TaskOutcome.Succeeded { OutputJson: { } output })
                    outputs[(instance.Task, instance.MapIndex, instance.Attempt)] = output;
                Run.End(instance, end.Outcome, "");
                break;
            case RunEvent.Clear clear:
                Run.Clear(clear.Keys);
                break;
            case RunEvent.Mark mark:
                Run.Mark(mark.Keys, mark.State, "by hand");
                break;
            case RunEvent.Stop stop:
                Run.Stop(new RunStop(stop.State, "stopped"));
                break;
            case RunEvent.Release release:
                Run.ReleasePast(release.Task);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened));
        }
    }

    /// <summary>What the counters of an instance must say: a count of all that it waits for.</summary>
    public UpstreamCounters Recount(TaskInstance instance)
    {
        var seen = default(UpstreamCounters);
        var task = Run.Graph.Tasks[instance.Task];
        if (instance.Mapped is { } count)
        {
            for (var map = 0; map < count; map++)
                seen = Add(seen, Run[instance.Task, map], EdgeKind.Upstream);
            return seen;
        }

        foreach (var (list, kind) in new[] { (task.Upstreams, EdgeKind.Upstream), (task.Setups, EdgeKind.Setup),
            (task.Deciders, EdgeKind.Decider) })
        {
            foreach (var other in list)
            {
                if (instance.MapIndex == TaskKey.Whole)
                    seen = Add(seen, Run[other], kind);
                else if (Run.Graph.Tasks[other].IsMapped && Run.Graph.Tasks[other].MapRoot == task.MapRoot)
                    seen = Add(seen, Run[other, instance.MapIndex], kind);
            }
        }

        return seen;

        UpstreamCounters Add(UpstreamCounters counted, TaskInstance other, EdgeKind kind) =>
            RuleWords.IsEnd(other.State) ? counted.Add(other.State, kind, other.Unchosen.Contains(instance.Task)) : counted;
    }

    private int? Length(int source)
    {
        var whole = Run[source];
        if (whole.Mapped is { } count)
            return Enumerable.Range(0, count)
                .Count(map => Run[source, map].State == TaskState.Success && Output(Run[source, map]) is not null);
        return whole.State == TaskState.Success && Output(whole) is { } output && output != "null" ? output.Count(letter => letter == '0')
            : null;

        string? Output(TaskInstance instance) => outputs.GetValueOrDefault((instance.Task, instance.MapIndex, instance.Attempt));
    }
}
