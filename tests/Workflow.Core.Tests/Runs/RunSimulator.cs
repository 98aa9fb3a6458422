using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>
/// Runs a graph in memory as the stores do: counters per task, one task finished at a time, one added to each of its direct downstreams.
/// The outcome of each task is given; the order in which running tasks end is the caller's choice.
/// </summary>
internal sealed class RunSimulator
{
    private readonly DagGraph graph;
    private readonly TaskState[] outcomes;
    private readonly UpstreamCounters[] seen;
    private int failedLeaves;

    public RunSimulator(DagGraph graph, TaskState[] outcomes)
    {
        this.graph = graph;
        this.outcomes = outcomes;
        seen = new UpstreamCounters[graph.Tasks.Count];
        States = [.. graph.Tasks.Select(RunMachine.Initial)];
        Unfinished = graph.Tasks.Count;
    }

    public TaskState[] States { get; }

    public int Unfinished { get; private set; }

    public RunState? RunState => RunMachine.Settle(Unfinished, failedLeaves, cancelled: false);

    /// <summary>Ends queued tasks until there are none.</summary>
    /// <param name="choose">Takes the number of tasks that could end next; gives which of them does.</param>
    /// <returns>The tasks in the order in which they ended.</returns>
    public IReadOnlyList<int> RunToEnd(Func<int, int> choose)
    {
        var order = new List<int>();
        while (Queued() is { Count: > 0 } queued)
        {
            var task = queued[choose(queued.Count)];
            Move(task, TaskState.Running);
            Finish(task, outcomes[task], order);
        }

        return order;
    }

    /// <summary>Counts each task's upstreams anew.</summary>
    public void CheckCounters()
    {
        foreach (var task in graph.Tasks)
        {
            int Count(TaskState state) => task.Upstreams.Count(upstream => States[upstream] == state);
            seen[task.Index].ShouldBe(
                new(Count(TaskState.Success), Count(TaskState.Failed), Count(TaskState.UpstreamFailed), Count(TaskState.Skipped)), task.Id);
        }

        Unfinished.ShouldBe(States.Count(state => !state.IsTerminal()));
        failedLeaves.ShouldBe(graph.Tasks.Count(task => RunMachine.FailsRun(graph, task.Index, States[task.Index])));
    }

    private List<int> Queued() => [.. graph.Tasks.Where(task => States[task.Index] == TaskState.Queued).Select(task => task.Index)];

    /// <remarks>
    /// What a task's end decides may end further tasks. Each end is added to all of the direct downstreams before anything is decided, wave
    /// by wave, as one statement of a store does.
    /// </remarks>
    private void Finish(int task, TaskState end, List<int> order)
    {
        Move(task, end);
        var ended = new Queue<int>([task]);
        while (ended.TryDequeue(out var current))
        {
            order.Add(current);
            Unfinished--;
            failedLeaves += RunMachine.FailsRun(graph, current, States[current]) ? 1 : 0;
            foreach (var downstream in graph.Downstreams(current))
                seen[downstream] = Add(seen[downstream], States[current]);
            foreach (var downstream in graph.Downstreams(current).Where(each => States[each] == TaskState.Pending))
            {
                if (RunMachine.Decide(graph.Tasks[downstream], seen[downstream]) is not { } next)
                    continue;
                Move(downstream, next);
                if (next.IsTerminal())
                    ended.Enqueue(downstream);
            }
        }
    }

    private static UpstreamCounters Add(UpstreamCounters seen, TaskState end) => end switch
    {
        TaskState.Success => seen with { Success = seen.Success + 1 },
        TaskState.Failed => seen with { Failed = seen.Failed + 1 },
        TaskState.UpstreamFailed => seen with { UpstreamFailed = seen.UpstreamFailed + 1 },
        TaskState.Skipped => seen with { Skipped = seen.Skipped + 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, null),
    };

    private void Move(int task, TaskState to)
    {
        States[task].CanBecome(to).ShouldBeTrue($"{graph.Tasks[task].Id}: {States[task]} to {to}");
        States[task] = to;
    }
}
