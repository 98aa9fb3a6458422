using Microsoft.Extensions.Hosting;
using Quartz;
using Workflow.Postgres;
using Workflow.Postgres.Dags;

namespace Workflow.Scheduler.Services;

/// <summary>
/// The alarm clock: Quartz, in memory, rings at the next fire time of each DAG. It decides nothing: an alarm that is missed or rings twice
/// costs a look at the database, which alone knows what is due.
/// </summary>
/// <remarks>Alarms are set to so much time from now by the database's clock, so this machine's clock need not agree with it.</remarks>
public sealed class FireAlarm(ScheduleStore schedules, TimeProvider time) : IHostedService
{
    private const string Key = "alarm";

    private IScheduler? quartz;

    /// <summary>A fire time has come, or the schedules have changed.</summary>
    public event Action? Rang;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        quartz = await QuartzSchedulerBuilder.Create(setup =>
        {
            setup.ConfigureScheduler(options => options.InstanceName = "workflow-alarm");
            setup.UseDefaultThreadPool(1);
        }).BuildScheduler().ConfigureAwait(false);
        quartz.Context[Key] = this;
        await quartz.Start(cancellationToken).ConfigureAwait(false);
        try
        {
            await ResetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception.IsPassing())
        {
            // A database that is away at this moment shall not end the scheduler: the run creator looks by itself meanwhile, says so, and
            // sets the alarm of each DAG that it finds due.
        }
    }

    /// <summary>Sets the alarms to the fire times as the database has them, and has everything looked at once.</summary>
    /// <remarks>An alarm of a DAG that is gone may stay: it rings once, for nothing.</remarks>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        if (quartz is null)
            return;
        foreach (var (dagId, wait) in await schedules.AlarmsAsync(cancellationToken).ConfigureAwait(false))
            await SetAsync(dagId, wait, cancellationToken).ConfigureAwait(false);
        Rang?.Invoke();
    }

    /// <summary>Sets a DAG's alarm.</summary>
    public async Task SetAsync(string dagId, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (quartz is null)
            return;
        var job = JobBuilder.Create<RingJob>().WithIdentity(dagId).Build();
        var trigger = TriggerBuilder.Create().WithIdentity(dagId).StartAt(time.GetUtcNow() + wait).Build();
        await quartz.ScheduleJob(job, [trigger], new ScheduleJobOptions { Replace = true }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (quartz is not null)
            await quartz.Shutdown(waitForJobsToComplete: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What Quartz calls at a fire time.</summary>
    private sealed class RingJob : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            ((FireAlarm)context.Scheduler.Context[Key]!).Rang?.Invoke();
            return ValueTask.CompletedTask;
        }
    }
}
