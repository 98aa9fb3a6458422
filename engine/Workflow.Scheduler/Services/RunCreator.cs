using Microsoft.Extensions.Logging;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Runs;
using Workflow.Runs;
using Workflow.Scheduler.Timetables;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Creates the runs whose time has come. Any number of schedulers may do so at once: the schema lets one of them create each run.
/// </summary>
/// <remarks>
/// A kill after a run was created and before the fire time moved on makes the next turn create it again, which inserts nothing. After a
/// downtime the newest missed fire time runs; earlier ones pass by. A paused DAG's fire times pass by.
/// </remarks>
public sealed class RunCreator(DagStore dags, RunStore runs, ILogger<RunCreator> logger) : IntervalService(TimeSpan.FromSeconds(5), logger)
{
    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var created = 0;
        foreach (var due in await dags.DueAsync(cancellationToken).ConfigureAwait(false))
        {
            var fire = FireTime(due);
            if (!due.IsPaused)
            {
                var key = $"scheduled__{RunKeys.Stamp(fire)}";
                var run = new NewRun(
                    due.DagId, key, RunType.Scheduled, [], "schedule", fire, Timetable.PreviousFire(due.Schedule, fire), fire);
                try
                {
                    if (await runs.CreateAsync(run, cancellationToken).ConfigureAwait(false) is not null)
                    {
                        logger.RunCreated(due.DagId, key);
                        created++;
                    }
                }
                catch (WorkflowException refused)
                {
                    // A parameter that no schedule gives, say. Its fire time passes, and the other DAGs do not wait for it.
                    logger.RunRefused(due.DagId, key, refused.Message);
                }
            }

            var next = Timetable.NextFire(due.Schedule, fire);
            await dags.AdvanceAsync(due.DagId, Utc(due.FireAt), next, cancellationToken).ConfigureAwait(false);
        }

        return created;
    }

    /// <summary>The newest fire time that has come.</summary>
    private static DateTimeOffset FireTime(DueDag due)
    {
        var newest = Timetable.PreviousFire(due.Schedule, Utc(due.Now).AddTicks(1));
        return newest > Utc(due.FireAt) ? newest.Value : Utc(due.FireAt);
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
