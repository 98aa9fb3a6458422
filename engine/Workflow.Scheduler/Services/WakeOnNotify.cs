using Microsoft.Extensions.Hosting;
using Workflow.Postgres;

namespace Workflow.Scheduler.Services;

/// <summary>Wakes services as soon as there is something to do, instead of at their next turn.</summary>
public sealed class WakeOnNotify(Listener listener, Rescuer rescuer, RunCreator creator, DatasetTrigger datasets) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(
            [Channels.Workers, Channels.Datasets, Channels.Runs],
            (channel, _) =>
            {
                switch (channel)
                {
                    case Channels.Workers:
                        rescuer.Wake();
                        break;
                    case Channels.Datasets:
                        datasets.Wake();
                        break;
                    default:
                        creator.RunsChanged();
                        break;
                }

                return Task.CompletedTask;
            },
            stoppingToken);
}
