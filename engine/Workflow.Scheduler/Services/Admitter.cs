using Microsoft.Extensions.Logging;
using Workflow.Postgres.Steps;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Gives slots to the tasks that limits apply to. Woken whenever such a task becomes ready or ends; its interval only brings on those whose
/// wait for a retry is over.
/// </summary>
public sealed class Admitter(AdmissionStore store, ILogger<Admitter> logger) : IntervalService(TimeSpan.FromSeconds(1), logger)
{
    /// <inheritdoc />
    public override Task<int> RunOnceAsync(CancellationToken cancellationToken) => store.AdmitAsync(cancellationToken);
}
