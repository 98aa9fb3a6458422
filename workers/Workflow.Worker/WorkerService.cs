using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Postgres;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Worker.Dispatching;
using Workflow.Worker.Execution;
using Workflow.Worker.Logs;

namespace Workflow.Worker;

/// <summary>A worker process: registers, keeps its lease, dispatches, and drains when it is asked to stop.</summary>
/// <remarks>The heartbeat has a loop of its own: however busy the tasks are, the lease does not depend on them.</remarks>
public sealed class WorkerService(
    WorkerStore workers, TaskQueue queue, Dispatcher dispatcher, CallbackRunner callbacks, Listener listener, LogWriter logs,
    WorkerOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<WorkerService> logger) : BackgroundService
{
    private readonly CancellationTokenSource aborted = new();

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        logs.Start();
        await RegisterPatientlyAsync(stoppingToken).ConfigureAwait(false);
        using var ended = new CancellationTokenSource();
        var listening = listener.RunAsync([Channels.Tasks], (_, payload) => OnNotifiedAsync(payload), ended.Token);
        var beating = BeatAsync(ended.Token);
        var calling = callbacks.RunAsync(() => dispatcher.WorkerId, stoppingToken);
        await using var drain = stoppingToken.Register(() => _ = DrainAsync()).ConfigureAwait(false);
        try
        {
            await dispatcher.RunAsync(stoppingToken, aborted.Token).ConfigureAwait(false);
        }
        finally
        {
            await calling.ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(listening, beating).ConfigureAwait(false);
            await logs.DisposeAsync().ConfigureAwait(false);
            await SayStoppedAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Registers at the start: a database that stumbles at that moment shall not end the worker.</summary>
    private async Task RegisterPatientlyAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await RegisterAsync(stopping).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception.IsPassing())
            {
                // Whether a row was added is not known. One that was has no heartbeat, and is over with its lease.
                logger.RegistrationFailed(exception.Message);
                await Task.Delay(options.PollInterval, time, stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        dispatcher.WorkerId =
            await workers.RegisterAsync(options.Name, options.Queues, options.Slots, EngineVersion.Text, cancellationToken)
            .ConfigureAwait(false);
        var queues = options.Queues.Count == 0 ? "all" : string.Join(", ", options.Queues);
        logger.Registered(options.Name, dispatcher.WorkerId, options.Slots, queues);
    }

    private async Task SayStoppedAsync()
    {
        try
        {
            await workers.StopAsync(dispatcher.WorkerId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException exception)
        {
            logger.StopNotReported(dispatcher.WorkerId, exception.Message);
        }
    }

    private async Task OnNotifiedAsync(string payload)
    {
        if (payload == Channels.Cancel)
            await CheckLeasesAsync(CancellationToken.None).ConfigureAwait(false);
        dispatcher.Wake();
        callbacks.Wake();
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WorkerStore.HeartbeatInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await BeatOnceAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // Whatever it was: a worker that stops beating loses all its tasks.
                    logger.HeartbeatFailed(exception.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The worker has drained.
        }
    }

    /// <summary>One heartbeat: renews the lease, or starts anew when it is gone, and stops attempts that may not go on.</summary>
    private async Task BeatOnceAsync(CancellationToken cancellationToken)
    {
        if (!await workers.HeartbeatAsync(dispatcher.WorkerId, cancellationToken).ConfigureAwait(false))
        {
            logger.DeclaredDead(dispatcher.WorkerId, dispatcher.Running.Count);
            foreach (var attempt in dispatcher.Running)
                attempt.Stop(StopReason.WorkerStops);
            await RegisterAsync(cancellationToken).ConfigureAwait(false);
        }

        await CheckLeasesAsync(cancellationToken).ConfigureAwait(false);
        if (dispatcher.IsExhausted)
            lifetime.StopApplication();
    }

    private async Task CheckLeasesAsync(CancellationToken cancellationToken)
    {
        foreach (var group in dispatcher.Running.GroupBy(attempt => attempt.WorkerId))
        {
            var byKey = group.ToDictionary(attempt => attempt.Task.Key);
            var leases = await queue.LeasesAsync(
                group.Key, [.. byKey.Values.Select(attempt => (attempt.Task.Key, attempt.Task.Attempt.Number))], cancellationToken)
                .ConfigureAwait(false);
            foreach (var lease in leases)
            {
                var attempt = byKey[lease.Key];
                if (!lease.IsHeld)
                    attempt.Stop(StopReason.WorkerStops);
                else if (lease.Stops || (lease.RunStops && attempt.IsTeardown == false))
                    attempt.Stop(StopReason.RunCancelled);
            }
        }
    }

    /// <summary>Lets running tasks go on up to the limit, then tells them to stop; they are handed in as lost and run elsewhere.</summary>
    private async Task DrainAsync()
    {
        logger.Draining(dispatcher.Running.Count, options.DrainLimit);
        await Task.Delay(options.DrainLimit, time).ConfigureAwait(false);
        foreach (var attempt in dispatcher.Running)
            attempt.Stop(StopReason.WorkerStops);
        await Task.Delay(options.CancelGrace + options.CancelGrace, time).ConfigureAwait(false);
        await aborted.CancelAsync().ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        aborted.Dispose();
        base.Dispose();
    }
}
