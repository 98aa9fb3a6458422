using System.Globalization;
using Npgsql;
using Workflow.Runs;

namespace Workflow.Postgres.Reads;

/// <summary>A task instance.</summary>
public sealed record TaskRow(
    int TaskIndex, int MapIndex, string TaskId, string Queue, string State, DateTime? ReadyAt, int Attempt, DateTime? StartedAt,
    DateTime? FinishedAt, string? Message, string? Worker, int? Mapped, int Uncounted, bool WaitsForPast, bool Admitted, int Urgency,
    string? Ordered, DateTime Now, string Counters)
{
    /// <summary>What of that which it waits for has ended.</summary>
    public UpstreamCounters Seen =>
        Counters.Split(',').Select(count => int.Parse(count, CultureInfo.InvariantCulture)).ToList()
            is [var a, var b, var c, var d, var e, var f, var g, var h, var i, var j]
            ? new UpstreamCounters(a, b, c, d, e, f, g, h, i, j)
            : throw new FormatException($"'{Counters}' are no counters.");
}

/// <summary>How many elements of a mapped task are in a state.</summary>
public sealed record ElementCountRow(int TaskIndex, string State, int Count);

/// <summary>An attempt.</summary>
public sealed record TryRow(int Attempt, string State, DateTime StartedAt, DateTime? FinishedAt, string? Message, string? Worker);

/// <summary>A line of a log.</summary>
public sealed record LogRow(int Seq, DateTime LoggedAt, string Level, string Line);

/// <summary>What an attempt found of what a task before it had handed on.</summary>
public sealed record InputRow(int TaskIndex, int MapIndex, int Attempt, string Value);

/// <summary>What pages show of task instances.</summary>
public sealed partial class TaskReads(NpgsqlDataSource dataSource)
{
    /// <summary>Stands for all elements of a mapped task among the inputs that are asked for.</summary>
    public const int AllElements = -2;

    /// <summary>The task instances of a run in the order of its graph; a map index of -1 leaves elements out.</summary>
    public Task<PageOf<TaskRow>> ListAsync(long runId, int? mapIndex, int limit, int offset, CancellationToken cancellationToken) =>
        PageAsync(runId, null, mapIndex, false, null, limit, offset, cancellationToken);

    /// <summary>The elements of a mapped task, or those in one state.</summary>
    public Task<PageOf<TaskRow>> ElementsAsync(
        long runId, int taskIndex, string? state, int limit, int offset, CancellationToken cancellationToken) =>
        PageAsync(runId, taskIndex, null, true, state, limit, offset, cancellationToken);

    /// <summary>How many elements of mapped tasks are in which state.</summary>
    public Task<IReadOnlyList<ElementCountRow>> ElementCountsAsync(
        long runId, IReadOnlyList<int> tasks, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ElementCountRow>(ElementCounts, new { runId, tasks = tasks.ToArray() }, cancellationToken);

    /// <summary>One task instance, or null.</summary>
    public async Task<TaskRow?> FindAsync(long runId, int taskIndex, int mapIndex, CancellationToken cancellationToken) =>
        (await PageAsync(runId, taskIndex, mapIndex, false, null, 1, 0, cancellationToken).ConfigureAwait(false)).Items.FirstOrDefault();

    /// <summary>The attempts of a task instance, oldest first.</summary>
    public Task<IReadOnlyList<TryRow>> TriesAsync(long runId, int taskIndex, int mapIndex, CancellationToken cancellationToken) =>
        dataSource.ListAsync<TryRow>(Tries, new { runId, taskIndex, mapIndex }, cancellationToken);

    /// <summary>Lines of an attempt's log after one of them.</summary>
    public Task<IReadOnlyList<LogRow>> LogAsync(
        long runId, int taskIndex, int mapIndex, int attempt, long after, int limit, CancellationToken cancellationToken) =>
        dataSource.ListAsync<LogRow>(Log, new { runId, taskIndex, mapIndex, attempt, after, limit }, cancellationToken);

    /// <summary>The output of a task that succeeded as JSON, or null.</summary>
    public Task<string?> OutputAsync(long runId, int taskIndex, int mapIndex, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<string>(Output, new { runId, taskIndex, mapIndex }, cancellationToken);

    /// <summary>The output of an attempt as JSON, or null.</summary>
    public Task<string?> OutputAsync(long runId, int taskIndex, int mapIndex, int attempt, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<string>(OutputOfTry, new { runId, taskIndex, mapIndex, attempt }, cancellationToken);

    /// <summary>The outputs of other tasks that an attempt found when it began.</summary>
    /// <param name="key">The task instance.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="upstreams">The tasks, and which element of each, the whole, or <see cref="AllElements"/>.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<IReadOnlyList<InputRow>> InputsAsync(
        TaskKey key, int attempt, IReadOnlyList<(int Task, int MapIndex)> upstreams, int limit, CancellationToken cancellationToken) =>
        dataSource.ListAsync<InputRow>(
            Inputs,
            new
            {
                key.RunId,
                key.TaskIndex,
                key.MapIndex,
                attempt,
                upstreams = upstreams.Select(upstream => upstream.Task).ToArray(),
                maps = upstreams.Select(upstream => upstream.MapIndex).ToArray(),
                limit,
            },
            cancellationToken);

    private Task<PageOf<TaskRow>> PageAsync(
        long runId, int? taskIndex, int? mapIndex, bool elements, string? state, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<TaskRow>(List, Count, new { runId, taskIndex, mapIndex, elements, state, limit, offset }, cancellationToken);
}
