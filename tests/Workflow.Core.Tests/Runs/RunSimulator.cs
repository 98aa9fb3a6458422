using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>
/// Runs a graph to its end by the machine itself: the outcome of each task is given, the order in which running tasks end is the caller's
/// choice.
/// </summary>
internal sealed class RunSimulator(DagGraph graph, TaskState[] outcomes)
{
    private readonly RunModel run = RunModel.Start(graph, _ => []);

    public TaskState[] States => [.. graph.Tasks.Select(task => run[task.Index].State)];

    public RunState? RunState => run.State;

    /// <summary>Ends queued tasks until there are none.</summary>
    /// <param name="choose">Takes the number of tasks that could end next; gives which of them does.</param>
    public void RunToEnd(Func<int, int> choose)
    {
        while (run.Instances.Where(instance => instance.State == TaskState.Queued).ToList() is { Count: > 0 } queued)
        {
            var task = queued[choose(queued.Count)];
            run.Claim(task);
            run.End(task, Outcome(outcomes[task.Task]), "");
        }
    }

    /// <summary>Counts each task's upstreams anew.</summary>
    public void CheckCounters()
    {
        run.Unfinished.ShouldBe(States.Count(state => !state.IsTerminal()));
        run.FailedLeaves.ShouldBe(graph.Tasks.Count(task => RunMachine.FailsRun(graph, task.Index, TaskKey.Whole, States[task.Index])));
    }

    private static TaskOutcome Outcome(TaskState end) => end switch
    {
        TaskState.Success => new TaskOutcome.Succeeded(null),
        TaskState.Failed => new TaskOutcome.Failed("", Retryable: false),
        TaskState.Skipped => new TaskOutcome.Skipped(""),
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, null),
    };
}
