using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs.Histories;

/// <summary>Draws what happens next to a run: claims, ends of attempts, and what people do to it.</summary>
internal sealed class RandomHistory(Random random)
{
    private static readonly TaskState[] Marks = [TaskState.Success, TaskState.Failed, TaskState.Skipped];
    private static readonly RunState[] Stops = [RunState.Cancelled, RunState.Failed, RunState.Success];

    /// <summary>The next event.</summary>
    /// <param name="run">The run.</param>
    /// <param name="byPeople">Whether people do something too; without it every run ends.</param>
    /// <returns>Null when nothing can happen.</returns>
    public RunEvent? Next(RunModel run, bool byPeople)
    {
        if (byPeople && random.Next(8) == 0)
            return ByPerson(run);
        if (random.Next(4) == 0
            && run.Instances.FirstOrDefault(instance => instance is { WaitsForPast: true, State: TaskState.Pending }) is { } waiting)
            return new RunEvent.Release(waiting.Task);
        var possible = run.Instances.Where(instance => instance.State.IsClaimable() || instance.State == TaskState.Running).ToList();
        if (possible.Count == 0)
        {
            return run.Instances.FirstOrDefault(instance => instance is { WaitsForPast: true, State: TaskState.Pending }) is { } late
                ? new RunEvent.Release(late.Task)
                : null;
        }

        var instance = possible[random.Next(possible.Count)];
        return instance.State == TaskState.Running
            ? new RunEvent.End((instance.Task, instance.MapIndex), Outcome(run, instance))
            : new RunEvent.Claim((instance.Task, instance.MapIndex));
    }

    /// <summary>How an attempt ends.</summary>
    public TaskOutcome Outcome(RunModel run, TaskInstance instance)
    {
        var (graph, task) = (run.Graph, instance.Task);
        return random.Next(30) switch
        {
            < 3 => new TaskOutcome.Failed("no", Retryable: true),
            3 or 4 => new TaskOutcome.Failed("never", Retryable: false),
            5 => new TaskOutcome.TimedOut(TimeSpan.FromSeconds(1)),
            6 or 7 => new TaskOutcome.Skipped("nothing to do"),
            8 => new TaskOutcome.Deferred("not yet", TimeSpan.FromSeconds(1), null),
            9 => new TaskOutcome.Lost("gone"),
            10 => new TaskOutcome.Returned("no slot"),
            11 when run.Ordered is not null => new TaskOutcome.Cancelled(),
            _ => new TaskOutcome.Succeeded(Output(), graph.Tasks[task].Kind switch
            {
                "branch" => [.. graph.Downstreams(task).Where(_ => random.Next(2) == 0)],
                "short_circuit" => random.Next(2) == 0 ? [] : [.. graph.Edges(task).Select(edge => edge.To)],
                _ => null,
            }),
        };
    }

    public RunEvent ByPerson(RunModel run)
    {
        var instances = run.Instances.ToList();
        var keys = Enumerable.Range(0, random.Next(1, 4)).Select(_ => instances[random.Next(instances.Count)])
            .Select(instance => (instance.Task, instance.MapIndex)).Distinct().ToList();
        if (random.Next(3) == 0)
            keys = [.. keys.Concat(run.Graph.Descendants(keys[0].Task).Select(task => (task, TaskKey.Whole))).Distinct()];
        return random.Next(9) switch
        {
            0 => new RunEvent.Stop(Stops[random.Next(Stops.Length)]),
            < 4 => new RunEvent.Mark(keys, Marks[random.Next(Marks.Length)]),
            _ => new RunEvent.Clear(keys),
        };
    }

    /// <summary>A list of up to three items; sometimes null, sometimes nothing.</summary>
    private string? Output() => random.Next(12) switch
    {
        0 => null,
        1 => "null",
        _ => $"[{string.Join(',', Enumerable.Repeat('0', random.Next(4)))}]",
    };
}
