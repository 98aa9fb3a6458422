using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Workers;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Says what the waiting tasks of a page wait for, with one query for their upstreams and one for their queues.</summary>
internal sealed class Waiting
{
    private const int NamedUpstreams = 5;

    private readonly DagGraph graph;
    private readonly HashSet<int> unfinished;
    private readonly HashSet<string> unserved;

    private Waiting(DagGraph graph, HashSet<int> unfinished, HashSet<string> unserved) =>
        (this.graph, this.unfinished, this.unserved) = (graph, unfinished, unserved);

    public static async Task<Waiting> OfAsync(
        long runId, DagGraph graph, IReadOnlyList<TaskRow> tasks, TaskReads reads, CancellationToken cancellationToken)
    {
        var upstreams = In(tasks, TaskState.Pending).SelectMany(task => graph.Tasks[task.TaskIndex].Upstreams).Distinct().ToList();
        var queues = In(tasks, TaskState.Queued).Select(task => task.Queue).Distinct().ToList();
        var unfinished = upstreams.Count == 0 ? [] : await reads.UnfinishedAsync(runId, upstreams, cancellationToken).ConfigureAwait(false);
        var unserved = queues.Count == 0 ? [] : await reads.UnservedAsync(queues, WorkerStore.Lease, cancellationToken).ConfigureAwait(false);
        return new Waiting(graph, [.. unfinished.Select(row => row.TaskIndex)], [.. unserved]);
    }

    /// <summary>Why the task waits; for one that does not, what it says of itself.</summary>
    public string? Message(TaskRow task) => StateNames.Parse<TaskState>(task.State) switch
    {
        TaskState.Pending => Pending(graph.Tasks[task.TaskIndex]),
        TaskState.Queued when unserved.Contains(task.Queue) =>
            $"Waits for a worker on queue {task.Queue}, but no live worker serves that queue. Start one, or correct the queue's name.",
        TaskState.Queued => $"Waits for a worker on queue {task.Queue}.",
        _ => task.Message,
    };

    private string Pending(TaskDefinition task)
    {
        var awaited = task.Upstreams.Where(unfinished.Contains).Select(upstream => graph.Tasks[upstream].Id).ToList();
        var more = awaited.Count > NamedUpstreams ? $" and {awaited.Count - NamedUpstreams} more" : "";
        return awaited.Count == 0 ? "Is about to be queued." : $"Waits for {string.Join(", ", awaited.Take(NamedUpstreams))}{more}.";
    }

    private static IEnumerable<TaskRow> In(IReadOnlyList<TaskRow> tasks, TaskState state) => tasks.Where(task => task.State == state.Name());
}
