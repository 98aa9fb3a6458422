using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workflow.Postgres;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Events;

/// <summary>
/// Looks for changes once for all open streams: at every notification, and twice a second while somebody listens. Tasks start and end
/// without a notification, so the look is what a page of a running run lives on.
/// </summary>
internal sealed class ChangePoller(ChangeHub hub, HealthReads reads, Listener listener, TimeProvider time, ILogger<ChangePoller> logger)
    : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How many running runs are followed: a page shows fewer, and its next look shows the others.</summary>
    private const int Followed = 200;

    private readonly Channel<bool> bell =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        listener.RunAsync([Channels.Runs], (_, _) => Ring(), stoppingToken),
        LoopAsync(stoppingToken));

    private Task Ring()
    {
        bell.Writer.TryWrite(true);
        return Task.CompletedTask;
    }

    private async Task LoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await hub.SomeoneListens.WaitAsync(stopping).ConfigureAwait(false);
                await FollowAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // What changed meanwhile is unknown: ended streams make the pages ask for everything.
                logger.LookFailed(exception.Message);
                hub.EndAll();
                await Task.Delay(Interval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        var changes = new RunChanges(await reads.NewestRunAsync(stopping).ConfigureAwait(false));
        // What runs now must be known before anybody is told to ask: the end of an unknown old run would be no news.
        changes.Next(
            await reads.RunsAsync(changes.Running, changes.After, Followed, stopping).ConfigureAwait(false), time.GetUtcNow());
        var dags = await reads.DagsFingerprintAsync(stopping).ConfigureAwait(false);
        var heartbeatAt = time.GetUtcNow() + Heartbeat;

        // Whoever connected while this was read may have missed a change.
        hub.Send(Event("anything", new { }));
        while (!hub.IsIdle)
        {
            var rang = bell.Reader.TryRead(out _);
            var now = time.GetUtcNow();
            var seen = await reads.RunsAsync(changes.Running, changes.After, Followed, stopping).ConfigureAwait(false);
            foreach (var run in changes.Next(seen, now))
                hub.Send(Event("run", new { dag_id = run.DagId, dag_run_id = run.RunKey }));
            if (rang && await reads.DagsFingerprintAsync(stopping).ConfigureAwait(false) is var current && current != dags)
            {
                dags = current;
                hub.Send(Event("dags", new { }));
            }

            if (now >= heartbeatAt)
            {
                hub.Send(": alive\n\n");
                heartbeatAt = now + Heartbeat;
            }

            await WaitAsync(stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Until the bell rings, at most an interval.</summary>
    private async Task WaitAsync(CancellationToken stopping)
    {
        using var interval = new CancellationTokenSource(Interval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, stopping);
        try
        {
            await bell.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
        }
    }

    private static string Event(string name, object data) => $"event: {name}\ndata: {JsonSerializer.Serialize(data)}\n\n";
}
