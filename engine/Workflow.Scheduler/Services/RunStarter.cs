using Microsoft.Extensions.Logging;
using Workflow.Postgres.Runs;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Starts the runs that wait for their time or for their DAG to have fewer running. Woken whenever a run was created or ended.
/// </summary>
public sealed class RunStarter(RunStore runs, ILogger<RunStarter> logger) : IntervalService(TimeSpan.FromSeconds(2), logger)
{
    /// <inheritdoc />
    public override Task<int> RunOnceAsync(CancellationToken cancellationToken) => runs.StartQueuedAsync(cancellationToken);
}
