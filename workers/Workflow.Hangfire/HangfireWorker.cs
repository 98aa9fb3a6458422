using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres;
using Workflow.Worker;

namespace Workflow.Hangfire;

/// <summary>
/// The Hangfire server of a worker process: as many threads as the worker has slots, each of which holds a job while its attempt runs. When
/// the process stops it fetches no more at once, and ends when the worker has drained: it must be added before the worker.
/// </summary>
internal sealed class HangfireWorker(
    PostgreSqlStorage storage, JobLedger ledger, OfferedTasks offers, TaskJob job, Listener listener, WorkerOptions options,
    TimeProvider time, IHostApplicationLifetime lifetime, ILogger<HangfireWorker> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ServedQueues served = new(storage, [.. options.Queues.Distinct().Select(QueueNames.Of)]);
    private BackgroundJobServer? server;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var closing = lifetime.ApplicationStopping.Register(StopFetching).ConfigureAwait(false);
        if (!await IsPreparedAsync(lifetime.ApplicationStopping).ConfigureAwait(false))
            return;
        server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                ServerName = options.Name,
                Queues = served.ServerNames,
                WorkerCount = options.Slots,
                FilterProvider = Storage.Filters,
                Activator = new TaskJob.Activator(job),
                SchedulePollingInterval = TimeSpan.FromMinutes(1),

                // A job ends with its attempt, and attempts end with the worker's drain.
                StopTimeout = options.DrainLimit + (2 * options.CancelGrace),
                ShutdownTimeout = options.CancelGrace,
            },
            storage);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            StopFetching();
        await listener.RunAsync([Storage.NewJobChannel, JobLedger.QueuesChannel], (channel, _) => OnNotifiedAsync(channel), stoppingToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref server, null) is not { } stopping)
            return;
        stopping.SendStop();
        await stopping.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        stopping.Dispose();
    }

    private void StopFetching()
    {
        offers.Close();
        server?.SendStop();
    }

    private async Task OnNotifiedAsync(string channel)
    {
        if (channel == Storage.NewJobChannel)
            served.Wake();
        else if (served.ServesAll)
            served.Change(await ledger.QueuesAsync(CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>Waits until a scheduler has made Hangfire's tables, and learns the queues.</summary>
    /// <returns>False when the process stops before.</returns>
    private async Task<bool> IsPreparedAsync(CancellationToken stopping)
    {
        var hasSaid = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await ledger.IsPreparedAsync(stopping).ConfigureAwait(false))
                {
                    await OnNotifiedAsync(JobLedger.QueuesChannel).ConfigureAwait(false);
                    return true;
                }

                if (!hasSaid)
                    logger.NotPrepared();
                hasSaid = true;
            }
            catch (NpgsqlException exception)
            {
                logger.DatabaseAway(exception.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(RetryAfter, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }
}
