using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Engine.Hosting;
using Workflow.Postgres.Workers;

namespace Workflow.Engine.Up;

/// <summary>
/// Starts worker processes and starts them again when they end. A dead worker is reported at once, so that its tasks need not wait until
/// its lease runs out. The pipe to each worker's standard input is its lifeline: when it closes, the worker drains and ends.
/// </summary>
internal sealed partial class WorkerSupervisor(
    int count, string connectionString, string artifacts, WorkerStore workers, TimeProvider time, ILogger<WorkerSupervisor> logger)
        : BackgroundService
{
    private static readonly TimeSpan FirstRestartDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRestartDelay = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(1, count).Select(number => KeepAsync(number, stoppingToken)));

    private async Task KeepAsync(int number, CancellationToken stopping)
    {
        var delay = FirstRestartDelay;
        while (!stopping.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            await RunAsync(number, stopping).ConfigureAwait(false);
            if (stopping.IsCancellationRequested)
                return;
            delay = time.GetElapsedTime(started) > LongestRestartDelay ? FirstRestartDelay
                : TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestRestartDelay.Ticks));
            await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(int number, CancellationToken stopping)
    {
        var name = $"worker-{number}/{Guid.CreateVersion7():N}";
        using var process = Process.Start(StartInfo(name)) ?? throw new WorkflowException("The worker process did not start.");
        Started(logger, number, process.Id);
        await using var stop = stopping.Register(process.StandardInput.Close).ConfigureAwait(false);

        // The host's shutdown limit bounds this wait; whoever is still running then ends with the pipe.
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        if (stopping.IsCancellationRequested)
            return;
        Ended(logger, number, process.Id, process.ExitCode);
        try
        {
            await workers.StopByNameAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException exception)
        {
            // Its lease runs out instead.
            NotReported(logger, number, exception.Message);
        }
    }

    private ProcessStartInfo StartInfo(string name)
    {
        var start = new ProcessStartInfo(OwnCommand.Prefix[0]) { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (string[])[.. OwnCommand.Prefix.Skip(1), "worker", "--name", name, "--stop-with-input"])
            start.ArgumentList.Add(argument);
        start.Environment[Settings.ConnectionStringKey.Replace(":", "__", StringComparison.Ordinal)] = connectionString;
        start.Environment[Settings.ArtifactsKey.Replace(":", "__", StringComparison.Ordinal)] = artifacts;
        return start;
    }

    [LoggerMessage(5000, Microsoft.Extensions.Logging.LogLevel.Information, "Worker {Number} runs as process {ProcessId}")]
    private static partial void Started(ILogger logger, int number, int processId);

    [LoggerMessage(5001, Microsoft.Extensions.Logging.LogLevel.Warning,
        "Worker {Number} (process {ProcessId}) ended with code {ExitCode}; another is started")]
    private static partial void Ended(ILogger logger, int number, int processId, int exitCode);

    [LoggerMessage(5002, Microsoft.Extensions.Logging.LogLevel.Warning, "The end of worker {Number} could not be reported: {Reason}")]
    private static partial void NotReported(ILogger logger, int number, string reason);
}
