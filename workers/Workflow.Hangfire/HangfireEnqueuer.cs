using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using Workflow.Scheduler.Services;

namespace Workflow.Hangfire;

/// <summary>
/// Turns task instances that are due into Hangfire jobs, and heals: a job that was lost is made anew. Woken whenever tasks are queued or
/// slots become free; its interval brings on those whose wait is over, and the lost.
/// </summary>
/// <remarks>
/// Several may run: the first that enters a task instance makes its job. A kill after the entry leaves it without a job, and it is healed;
/// a kill after the job was made, before its number was recorded, makes a second job, which claims nothing.
/// </remarks>
public sealed class HangfireEnqueuer(Func<PostgreSqlStorage> open, JobLedger ledger, ILogger<HangfireEnqueuer> logger)
    : IntervalService(TimeSpan.FromSeconds(1), logger)
{
    /// <summary>
    /// How many jobs may wait for each slot: enough that no slot waits for this service, and few enough that order is kept.
    /// </summary>
    private const int Ahead = 2;

    /// <summary>How long a task may be due without a job in Hangfire's queue.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> known = [];
    private BackgroundJobClient? client;

    /// <inheritdoc />
    public override Task<int> RunOnceAsync(CancellationToken cancellationToken) => RunOnceAsync(Patience, cancellationToken);

    /// <summary>One turn with another patience.</summary>
    /// <param name="patience">How long a task may be due without a job in Hangfire's queue.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<int> RunOnceAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        // Not at the start: a database that stumbles at that moment would end the scheduler.
        if (client is null)
        {
            var storage = open();
            await ledger.PrepareAsync(cancellationToken).ConfigureAwait(false);
            client = new BackgroundJobClient(storage, Storage.Filters);
        }

        var lost = await ledger.HealAsync(patience, cancellationToken).ConfigureAwait(false);
        if (lost > 0)
            logger.JobsLost(lost);
        var tasks = await ledger.TakeAsync(Ahead, cancellationToken).ConfigureAwait(false);
        if (tasks.Count == 0)
            return lost;

        // Before the first job: a worker that serves all queues must know of this one.
        var queues = tasks.Select(task => QueueNames.Of(task.Queue)).Where(queue => !known.Contains(queue)).Distinct().ToList();
        if (queues.Count > 0)
        {
            await ledger.AddQueuesAsync(queues, cancellationToken).ConfigureAwait(false);
            known.UnionWith(queues);
        }

        // Hangfire's client blocks.
        var jobs = await Task.Run(() => tasks.Select(task => (task.Key, Enqueue(client, task))).ToList(), cancellationToken)
            .ConfigureAwait(false);
        await ledger.RecordAsync(jobs, cancellationToken).ConfigureAwait(false);
        return tasks.Count + lost;
    }

    private static long Enqueue(BackgroundJobClient client, DueTask task)
    {
        var (runId, taskIndex, mapIndex) = (task.Key.RunId, task.Key.TaskIndex, task.Key.MapIndex);
        var job = Job.FromExpression<TaskJob>(body => body.RunAsync(task.Label, runId, taskIndex, mapIndex));
        return long.Parse(client.Create(job, new EnqueuedState(QueueNames.Of(task.Queue))),
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
