using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Says why tasks are where they are: reads what <see cref="Reasons"/> asks for, each kind of fact once for a page.</summary>
internal sealed class Explainer(WhyReads reads, AdmissionStore admission, GraphCache graphs)
{
    /// <summary>For each task instance of a run its reason, in their order.</summary>
    public async Task<IReadOnlyList<string?>> ReasonsAsync(RunRow run, IReadOnlyList<TaskRow> tasks, CancellationToken cancellationToken)
    {
        var (graph, settings) = await graphs.GetVersionAsync(run.DagVersionId, cancellationToken).ConfigureAwait(false);
        var unfinished = await UnfinishedAsync(run.RunId, graph, tasks, cancellationToken).ConfigureAwait(false);
        var past = await PastAsync(run.RunId, tasks, cancellationToken).ConfigureAwait(false);
        var claimable = tasks.Where(task => StateOf(task).IsClaimable() && task.ReadyAt <= task.Now).ToList();
        var (unserved, urgent) = await QueuesAsync(claimable.Where(task => task.Admitted).ToList(), cancellationToken)
            .ConfigureAwait(false);
        var limits = await LimitsAsync(run, graph, settings, claimable.Where(task => !task.Admitted).ToList(), cancellationToken)
            .ConfigureAwait(false);
        return [.. tasks.Select(task => Reasons.Why(new TaskSituation(graph, task.TaskIndex, task.MapIndex, StateOf(task))
        {
            RunId = run.RunId,
            Message = task.Message,
            Now = Utc(task.Now),
            ReadyAt = task.ReadyAt is { } ready ? Utc(ready) : null,
            Failures = task.Attempt - task.Uncounted,
            Seen = task.Seen,
            Mapped = task.Mapped,
            Unfinished = Awaited(graph, task).Where(unfinished.Contains).Select(key => key.Task).ToHashSet(),
            Past = task.WaitsForPast ? past.GetValueOrDefault(task.TaskId) ?? past.GetValueOrDefault("") : null,
            IsAdmitted = task.Admitted,
            Limits = limits.GetValueOrDefault((task.TaskIndex, task.MapIndex)) ?? [],
            IsServed = !unserved.Contains(task.Queue),
            Ahead = urgent.Where(row => row.Queue == task.Queue && row.Urgency < task.Urgency).Sum(row => row.Count),
            Ordered = task.Ordered is { } ordered ? StateNames.Parse<TaskState>(ordered) : null,
            RunStops = run.Ordered is not null,
        }))];
    }

    /// <summary>What an instance waits for: an element only for elements of the same index.</summary>
    public static IEnumerable<(int Task, int MapIndex)> Awaited(DagGraph graph, TaskRow task)
    {
        if (task.Mapped is not null)
            return [];
        var definition = graph.Tasks[task.TaskIndex];
        var all = definition.Upstreams.Concat(definition.Setups).Concat(definition.Deciders).Distinct();
        return task.MapIndex == TaskKey.Whole
            ? all.Select(other => (other, TaskKey.Whole))
            : all.Where(other => graph.AreInOneMap(task.TaskIndex, other)).Select(other => (other, task.MapIndex));
    }

    private async Task<HashSet<(int Task, int MapIndex)>> UnfinishedAsync(
        long runId, DagGraph graph, IReadOnlyList<TaskRow> tasks, CancellationToken cancellationToken)
    {
        var keys = tasks.Where(task => StateOf(task) == TaskState.Pending).SelectMany(task => Awaited(graph, task)).Distinct().ToList();
        return keys.Count == 0 ? [] : [.. await reads.UnfinishedAsync(runId, keys, cancellationToken).ConfigureAwait(false)];
    }

    /// <summary>The tasks of the run before, by id; that of "" stands for all of a run that has none yet.</summary>
    private async Task<Dictionary<string,
        PastTask>> PastAsync(long runId, IReadOnlyList<TaskRow> tasks, CancellationToken cancellationToken) =>
        tasks.Any(task => task.WaitsForPast && StateOf(task) == TaskState.Pending)
            ? (await reads.PastAsync(runId, cancellationToken).ConfigureAwait(false)).ToDictionary(
                row => row.TaskId ?? "", row =>
                new PastTask(row.RunKey, row.State is { } state ? StateNames.Parse<TaskState>(state) : null))
            : [];

    private async Task<(HashSet<string> Unserved, IReadOnlyList<UrgentRow> Urgent)> QueuesAsync(
        IReadOnlyList<TaskRow> tasks, CancellationToken cancellationToken)
    {
        if (tasks.Count == 0)
            return ([], []);
        var queues = tasks.Select(task => task.Queue).Distinct().ToList();
        var unserved = await reads.UnservedAsync(queues, WorkerStore.Lease, cancellationToken).ConfigureAwait(false);
        return ([.. unserved], await reads.MoreUrgentAsync(queues, tasks.Max(task => task.Urgency), cancellationToken)
            .ConfigureAwait(false));
    }

    private async Task<Dictionary<(int Task, int MapIndex), IReadOnlyList<LimitUse>>> LimitsAsync(
        RunRow run, DagGraph graph, DagSettings settings, IReadOnlyList<TaskRow> tasks, CancellationToken cancellationToken)
    {
        if (tasks.Count == 0)
            return [];
        var use = await admission.UseAsync(cancellationToken).ConfigureAwait(false);
        var ranks =
            (await reads.RanksAsync(run.RunId, cancellationToken).ConfigureAwait(false)).ToDictionary(row => (row.TaskIndex, row.MapIndex));
        return tasks.ToDictionary(
            task => (task.TaskIndex, task.MapIndex),
            IReadOnlyList<LimitUse> (task) =>
            [.. Admission.Limits(run.DagId, run.RunId, graph.Tasks[task.TaskIndex], settings, use.Pools).Select(limit =>
                new LimitUse(
                    limit.Key, limit.Amount, use.Used.GetValueOrDefault(limit.Key), limit.Capacity,
                    ranks.TryGetValue((task.TaskIndex, task.MapIndex), out var rank) ? Ahead(rank, limit.Key, run) : 0))]);
    }

    private static int Ahead(RankRow rank, string limit, RunRow run) => limit switch
    {
        _ when limit.StartsWith("pool:", StringComparison.Ordinal) => rank.OfPool,
        _ when limit.StartsWith("dag:", StringComparison.Ordinal) => rank.OfDag,
        _ when limit.StartsWith("run:", StringComparison.Ordinal) => rank.OfRun,
        _ when limit.StartsWith($"task:{run.RunId}/", StringComparison.Ordinal) => rank.OfTaskInRun,
        _ => rank.OfTask,
    };

    private static TaskState StateOf(TaskRow task) => StateNames.Parse<TaskState>(task.State);

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
