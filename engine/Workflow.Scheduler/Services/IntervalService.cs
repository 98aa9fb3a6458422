using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Workflow.Scheduler.Services;

/// <summary>
/// A service that does its work at an interval, or when it is woken. What fails is logged, and tried again at the next turn.
/// </summary>
public abstract class IntervalService(TimeSpan interval, ILogger logger) : BackgroundService
{
    private readonly SemaphoreSlim wake = new(0, 1);

    /// <summary>Makes the next turn come now.</summary>
    public void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    /// <summary>One turn: reads, decides, writes.</summary>
    /// <returns>How many things it changed.</returns>
    public abstract Task<int> RunOnceAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken).ConfigureAwait(false);
                await wake.WaitAsync(interval, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException exception)
            {
                logger.DatabaseAway(GetType().Name, exception.Message);
                await wake.WaitAsync(interval, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                logger.ServiceFailed(exception, GetType().Name);
                await wake.WaitAsync(interval, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
