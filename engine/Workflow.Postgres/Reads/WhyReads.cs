using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>How many tasks of an urgency wait on a queue.</summary>
public sealed record UrgentRow(string Queue, int Urgency, int Count);

/// <summary>How many tasks that wait for slots come before one of them, by the limit that they wait for.</summary>
public sealed record RankRow(int TaskIndex, int MapIndex, int OfPool, int OfDag, int OfRun, int OfTask, int OfTaskInRun);

/// <summary>A task of the run before; null when that run has none yet.</summary>
public sealed record PastRow(string RunKey, string? TaskId, string? State);

/// <summary>What keeps tasks from running.</summary>
public sealed partial class WhyReads(NpgsqlDataSource dataSource)
{
    /// <summary>Those of some instances of a run that have not ended.</summary>
    public Task<IReadOnlyList<(int Task, int MapIndex)>> UnfinishedAsync(
        long runId, IReadOnlyList<(int Task, int MapIndex)> keys, CancellationToken cancellationToken) =>
        dataSource.ListAsync<(int Task, int MapIndex)>(
            Unfinished, new { runId, tasks = keys.Select(key => key.Task).ToArray(), maps = keys.Select(key => key.MapIndex).ToArray() },
            cancellationToken);

    /// <summary>Those of some queues that no live worker serves.</summary>
    public Task<IReadOnlyList<string>> UnservedAsync(IReadOnlyList<string> queues, TimeSpan lease, CancellationToken cancellationToken) =>
        dataSource.ListAsync<string>(Unserved, new { queues = queues.ToArray(), lease }, cancellationToken);

    /// <summary>What waits on some queues and is more urgent than the least urgent task that is asked about.</summary>
    public Task<IReadOnlyList<UrgentRow>> MoreUrgentAsync(IReadOnlyList<string> queues, int least, CancellationToken cancellationToken) =>
        dataSource.ListAsync<UrgentRow>(MoreUrgent, new { queues = queues.ToArray(), least }, cancellationToken);

    /// <summary>Where the tasks of a run that wait for slots stand.</summary>
    public Task<IReadOnlyList<RankRow>> RanksAsync(long runId, CancellationToken cancellationToken) =>
        dataSource.ListAsync<RankRow>(Ranks, new { runId }, cancellationToken);

    /// <summary>The run before, with its tasks; empty without any.</summary>
    public Task<IReadOnlyList<PastRow>> PastAsync(long runId, CancellationToken cancellationToken) =>
        dataSource.ListAsync<PastRow>(Past, new { runId }, cancellationToken);
}
