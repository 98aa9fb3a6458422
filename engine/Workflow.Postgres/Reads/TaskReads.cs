using Npgsql;

namespace Workflow.Postgres.Reads;

/// <summary>A task instance.</summary>
public sealed record TaskRow(
    int TaskIndex, int MapIndex, string TaskId, string Queue, string State, DateTime? ReadyAt, int Attempt, DateTime? StartedAt,
    DateTime? FinishedAt, string? Message, string? Worker);

/// <summary>The state of a task instance.</summary>
public sealed record TaskStateRow(int TaskIndex, string State);

/// <summary>An attempt.</summary>
public sealed record TryRow(int Attempt, string State, DateTime StartedAt, DateTime? FinishedAt, string? Message, string? Worker);

/// <summary>A line of a log.</summary>
public sealed record LogRow(int Seq, DateTime LoggedAt, string Level, string Line);

/// <summary>What pages show of task instances.</summary>
public sealed partial class TaskReads(NpgsqlDataSource dataSource)
{
    /// <summary>The task instances of a run in the order of its graph.</summary>
    public Task<PageOf<TaskRow>> ListAsync(long runId, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<TaskRow>(List, Count, new { runId, limit, offset }, cancellationToken);

    /// <summary>The unfinished ones of some tasks of a run.</summary>
    public Task<IReadOnlyList<TaskStateRow>> UnfinishedAsync(long runId, IReadOnlyList<int> tasks, CancellationToken cancellationToken) =>
        dataSource.ListAsync<TaskStateRow>(Unfinished, new { runId, tasks = tasks.ToArray() }, cancellationToken);

    /// <summary>Those of some queues that no live worker serves.</summary>
    public Task<IReadOnlyList<string>> UnservedAsync(IReadOnlyList<string> queues, TimeSpan lease, CancellationToken cancellationToken) =>
        dataSource.ListAsync<string>(Unserved, new { queues = queues.ToArray(), lease }, cancellationToken);

    /// <summary>The attempts of a task instance, oldest first.</summary>
    public Task<IReadOnlyList<TryRow>> TriesAsync(long runId, int taskIndex, CancellationToken cancellationToken) =>
        dataSource.ListAsync<TryRow>(Tries, new { runId, taskIndex }, cancellationToken);

    /// <summary>Lines of an attempt's log after one of them.</summary>
    public Task<IReadOnlyList<LogRow>> LogAsync(
        long runId, int taskIndex, int attempt, long after, int limit, CancellationToken cancellationToken) =>
        dataSource.ListAsync<LogRow>(Log, new { runId, taskIndex, attempt, after, limit }, cancellationToken);

    /// <summary>The output of a task as JSON, or null.</summary>
    public Task<string?> OutputAsync(long runId, int taskIndex, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<string>(Output, new { runId, taskIndex }, cancellationToken);
}
