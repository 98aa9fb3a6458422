using Microsoft.Extensions.Hosting;
using Workflow.Postgres;

namespace Workflow.Scheduler.Services;

/// <summary>Wakes the rescuer as soon as a worker is reported dead, instead of at its next turn.</summary>
public sealed class WakeOnNotify(Listener listener, Rescuer rescuer) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(
            [Channels.Workers],
            (_, _) =>
            {
                rescuer.Wake();
                return Task.CompletedTask;
            },
            stoppingToken);
}
