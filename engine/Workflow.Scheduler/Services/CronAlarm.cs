using Microsoft.Extensions.Hosting;
using Quartz;
using Workflow.Postgres.Dags;

namespace Workflow.Scheduler.Services;

/// <summary>
/// The alarm clock: Quartz, in memory, wakes the <see cref="RunCreator"/> at each schedule's fire times. It decides nothing: an alarm that is
/// missed or rings twice costs a look at the database, which alone knows what is due.
/// </summary>
public sealed class CronAlarm(RunCreator creator, DagStore dags) : IHostedService
{
    private const string CreatorKey = "creator";

    private readonly Dictionary<string, Cron> set = [];
    private IScheduler? quartz;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        quartz = await QuartzSchedulerBuilder.Create(setup =>
        {
            setup.ConfigureScheduler(options => options.InstanceName = "workflow-alarm");
            setup.UseDefaultThreadPool(1);
        }).BuildScheduler().ConfigureAwait(false);
        quartz.Context[CreatorKey] = creator;
        await quartz.Start(cancellationToken).ConfigureAwait(false);
        await ResetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets the alarms to the schedules as they are now.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        if (quartz is null)
            return;
        var wanted = (await dags.SchedulesAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(pair => pair.DagId, pair => pair.Schedule);
        foreach (var dagId in set.Keys.Where(dagId => wanted.GetValueOrDefault(dagId) != set[dagId]).ToList())
        {
            await quartz.DeleteJob(new JobKey(dagId), cancellationToken).ConfigureAwait(false);
            set.Remove(dagId);
        }

        foreach (var (dagId, cron) in wanted.Where(pair => !set.ContainsKey(pair.Key)))
        {
            var job = JobBuilder.Create<WakeJob>().WithIdentity(dagId).Build();
            var expression = CronExpression.Parse(cron.Expression, CronFormat.Unix).WithTimeZone(TimeZoneInfo.FindSystemTimeZoneById(cron.TimeZone));
            var trigger = TriggerBuilder.Create().WithIdentity(dagId).WithCronSchedule(expression).Build();
            await quartz.ScheduleJob(job, trigger, cancellationToken: cancellationToken).ConfigureAwait(false);
            set[dagId] = cron;
        }

        creator.Wake();
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (quartz is not null)
            await quartz.Shutdown(waitForJobsToComplete: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What Quartz calls at a fire time.</summary>
    private sealed class WakeJob : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            ((RunCreator)context.Scheduler.Context[CreatorKey]!).Wake();
            return ValueTask.CompletedTask;
        }
    }
}
