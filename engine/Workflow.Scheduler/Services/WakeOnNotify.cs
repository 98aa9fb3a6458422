using Microsoft.Extensions.Hosting;
using Workflow.Postgres;

namespace Workflow.Scheduler.Services;

/// <summary>Wakes services when what they wait for is announced, instead of at their next turn.</summary>
/// <param name="listener">Listens.</param>
/// <param name="wakes">For each channel whom it wakes; a channel may wake several.</param>
public sealed class WakeOnNotify(Listener listener, IReadOnlyList<(string Channel, Action Wake)> wakes) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(
            [.. wakes.Select(each => each.Channel).Distinct()],
            (channel, _) =>
            {
                foreach (var (_, wake) in wakes.Where(each => each.Channel == channel))
                    wake();
                return Task.CompletedTask;
            },
            stoppingToken);
}
