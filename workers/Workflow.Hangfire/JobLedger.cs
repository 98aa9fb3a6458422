using Npgsql;
using Workflow.Runs;

namespace Workflow.Hangfire;

/// <summary>A task instance that is to become a Hangfire job.</summary>
/// <param name="Key">The task instance.</param>
/// <param name="Queue">The task's queue.</param>
/// <param name="Label">What people call it.</param>
public sealed record DueTask(TaskKey Key, string Queue, string Label);

/// <summary>
/// Which queueing of which task instance has a Hangfire job. It need not be exact: a job too many claims nothing, and a job too few is
/// missed after a while.
/// </summary>
/// <param name="dataSource">Its own pool, which it closes.</param>
public sealed partial class JobLedger(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    /// <summary>The channel on which a new queue is announced.</summary>
    public const string QueuesChannel = "workflow_hangfire";

    /// <summary>Adds its tables beside Hangfire's, and lets workers use both.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(Prepare, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a scheduler has prepared the database.</summary>
    public async Task<bool> IsPreparedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Prepared);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Forgets what is settled, and the jobs that are missing.</summary>
    /// <param name="patience">How long a job may be missing.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>How many jobs were missing.</returns>
    public async Task<int> HealAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var sweep = dataSource.CreateCommand(Sweep);
        await sweep.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await using var heal = dataSource.CreateCommand(Heal);
        heal.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = patience });
        return await heal.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Enters the task instances that are due and have no job, as many as there is room for.</summary>
    /// <param name="ahead">How many jobs may wait for each slot of a queue's workers.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<DueTask>> TakeAsync(int ahead, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Take);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ahead });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var taken = new List<DueTask>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            taken.Add(
                new DueTask(new TaskKey(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2)), reader.GetString(3),
                    reader.GetString(4)));
        return taken;
    }

    /// <summary>Remembers the jobs that were made.</summary>
    public async Task RecordAsync(IReadOnlyList<(TaskKey Key, long JobId)> jobs, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Record);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. jobs.Select(job => job.Key.RunId)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. jobs.Select(job => job.Key.TaskIndex)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. jobs.Select(job => job.Key.MapIndex)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. jobs.Select(job => job.JobId)] });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the job of a task instance, so that another is made at once.</summary>
    public async Task ForgetAsync(TaskKey key, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Forget);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key.RunId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = key.TaskIndex });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = key.MapIndex });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes Hangfire's queues known to the workers that serve all.</summary>
    public async Task AddQueuesAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(AddQueues);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. names] });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hangfire's queues.</summary>
    public async Task<IReadOnlyList<string>> QueuesAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Queues);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            names.Add(reader.GetString(0));
        return names;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => dataSource.DisposeAsync();
}
