using System.Text.Json;
using Microsoft.Extensions.Logging;
using Workflow.Postgres.Events;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Creates the runs of DAGs that run on datasets, when what is queued for them meets their condition. Any number of schedulers may do so at
/// once: a run takes its events in the transaction that creates it, and no event can be taken twice.
/// </summary>
public sealed class DatasetTrigger(DatasetEventStore events, ILogger<DatasetTrigger> logger)
    : IntervalService(TimeSpan.FromSeconds(5), logger)
{
    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var created = 0;
        foreach (var dag in await events.WaitingAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (dag.Condition is { } condition && condition.IsMetBy(dag.Datasets.ToHashSet())
                    && await events.TriggerAsync(dag, condition, cancellationToken).ConfigureAwait(false) is not null)
                {
                    logger.RunCreated(dag.DagId, DatasetEventStore.RunKey(dag));
                    created++;
                }
            }
            catch (WorkflowException refused)
            {
                // A parameter that no dataset gives, say. The events pass, or they would be refused at every turn.
                logger.RunRefused(dag.DagId, DatasetEventStore.RunKey(dag), refused.Message);
                await events.DropAsync(dag, cancellationToken).ConfigureAwait(false);
            }
            catch (JsonException exception)
            {
                // A newer engine's schedule: another scheduler may know it.
                logger.ScheduleFailed(dag.DagId, exception.Message);
            }
        }

        return created;
    }
}
