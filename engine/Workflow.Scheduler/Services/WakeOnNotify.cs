using Microsoft.Extensions.Hosting;
using Workflow.Postgres;

namespace Workflow.Scheduler.Services;

/// <summary>Wakes services when what they wait for is announced, instead of at their next turn.</summary>
/// <param name="listener">Listens.</param>
/// <param name="services">For each channel whom it wakes.</param>
public sealed class WakeOnNotify(Listener listener, IReadOnlyDictionary<string, IntervalService> services) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(
            [.. services.Keys],
            (channel, _) =>
            {
                services[channel].Wake();
                return Task.CompletedTask;
            },
            stoppingToken);
}
