using System.Text.Json;
using Microsoft.Extensions.Logging;
using Workflow.Postgres;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Runs;
using Workflow.Runs;
using Workflow.Scheduler.Timetables;
using Workflow.Timetables;

namespace Workflow.Scheduler.Services;

/// <summary>
/// Creates the runs whose time has come. Any number of schedulers may do so at once: the schema lets one of them create each run.
/// </summary>
/// <remarks>
/// <para>
/// A kill after a run was created and before the fire time moved on makes the next turn create it again, which inserts nothing. After a
/// downtime the newest missed fire time runs and earlier ones pass by; with catchup each of them runs, oldest first, so many a turn. A
/// paused DAG's fire times pass by; with catchup they wait for it.
/// </para>
/// <para>Of a schedule that changes while this works, a fire time that had come may still run; nothing is moved on by the old one.</para>
/// </remarks>
public sealed class RunCreator : IntervalService
{
    /// <summary>How many runs of one DAG a turn creates at most, so that a long catchup does not hold up the other DAGs.</summary>
    public const int Batch = 20;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    private readonly ScheduleStore schedules;
    private readonly DagStore dags;
    private readonly RunStore runs;
    private readonly FireAlarm alarm;
    private readonly ILogger<RunCreator> logger;
    private readonly Dictionary<string, (long? Version, DateTime Until)> failed = [];
    private volatile bool watchesRuns;

    /// <summary>Makes a creator that the alarm wakes.</summary>
    public RunCreator(ScheduleStore schedules, DagStore dags, RunStore runs, FireAlarm alarm, ILogger<RunCreator> logger)
        : base(TimeSpan.FromSeconds(5), logger)
    {
        (this.schedules, this.dags, this.runs, this.alarm, this.logger) = (schedules, dags, runs, alarm, logger);
        alarm.Rang += Wake;
    }

    /// <summary>A run was created or ended: that matters to DAGs that run continuously, and to no others.</summary>
    public void RunsChanged()
    {
        if (watchesRuns)
            Wake();
    }

    /// <inheritdoc />
    public override async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var created = 0;
        foreach (var due in await schedules.DueAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                created += await FireAsync(due, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is JsonException or FormatException or TimeZoneNotFoundException)
            {
                // A newer engine's schedule, or a zone that this machine does not have: another scheduler may know it.
                logger.ScheduleFailed(due.DagId, exception.Message);
            }
        }

        watchesRuns = await schedules.AnyContinuousAsync(cancellationToken).ConfigureAwait(false);
        if (!watchesRuns)
            return created;
        foreach (var idle in await schedules.IdleAsync(cancellationToken).ConfigureAwait(false))
        {
            var due = new DueRun(idle.FireAt.Utc(), idle.Previous.Utc());
            created += await CreateAsync(idle.DagId, due, cancellationToken).ConfigureAwait(false);
        }

        return created;
    }

    private async Task<int> FireAsync(DueDag due, CancellationToken cancellationToken)
    {
        var settings = due.Settings;
        if (due.FireAt is null && IsGivenUp(due))
            return 0;
        FirePlan plan;
        string? error = null;
        try
        {
            var code = settings.Schedule is Custom ? await CodeAsync(due, cancellationToken).ConfigureAwait(false) : null;
            plan = code is null ? Plan(due, settings, own: null)
                : OwnTimetables.Ask(due.DagId, code.Assembly, own => Plan(due, settings, own), packages: code.Packages);
        }
        catch (WorkflowException exception)
        {
            error = exception.Message;
            logger.ScheduleFailed(due.DagId, error);
            var isStuck = exception is TimetableException { IsStuck: true };
            failed[due.DagId] = (due.VersionId, isStuck ? DateTime.MaxValue : due.Now + AskAgainAfter);
            plan = WithoutTimetable(due);
        }

        var created = 0;
        foreach (var run in plan.Runs)
            created += await CreateAsync(due.DagId, run, cancellationToken).ConfigureAwait(false);
        await schedules.AdvanceAsync(due, plan.Last, plan.Next, error, cancellationToken).ConfigureAwait(false);
        if (plan.Next is { } next)
        {
            // What is left of a catchup is due already.
            if (next <= due.Now.Utc())
                Wake();
            else
                await alarm.SetAsync(due.DagId, next - due.Now.Utc(), cancellationToken).ConfigureAwait(false);
        }

        return created;
    }

    private bool IsGivenUp(DueDag due) =>
        failed.GetValueOrDefault(due.DagId) is var (version, until) && version == due.VersionId && due.Now < until;

    private async Task<DagCode> CodeAsync(DueDag due, CancellationToken cancellationToken) => due.VersionId is { } version
        ? await dags.LoadCodeAsync(version, cancellationToken).ConfigureAwait(false)
        : throw new WorkflowException($"DAG '{due.DagId}' has no code that could hold its timetable.");

    private static FirePlan Plan(DueDag due, ScheduleSettings settings, ITimetable? own) => due.FireAt.Utc() is { } fire
        ? FirePlan.Due(settings, fire, due.LastFireAt.Utc(), due.Now.Utc(), due.IsPaused, Batch, own)
        : new FirePlan([], due.LastFireAt.Utc(), FirePlan.First(settings, due.LastFireAt.Utc(), due.Now.Utc(), own));

    /// <summary>The fire time that had been named before the timetable failed is still one.</summary>
    private static FirePlan WithoutTimetable(DueDag due)
    {
        var last = due.LastFireAt.Utc();
        return due.FireAt.Utc() is { } fire
            ? new FirePlan(due.IsPaused ? [] : [new DueRun(fire, last)], fire, Next: null)
            : new FirePlan([], last, Next: null);
    }

    private async Task<int> CreateAsync(string dagId, DueRun due, CancellationToken cancellationToken)
    {
        var key = $"scheduled__{RunKeys.Stamp(due.Fire)}";
        var run = new NewRun(dagId, key, RunType.Scheduled, [], "schedule", due.Fire, due.Previous, due.Fire);
        try
        {
            if (await runs.CreateAsync(run, cancellationToken).ConfigureAwait(false) is null)
                return 0;
            logger.RunCreated(dagId, key);
            return 1;
        }
        catch (WorkflowException refused)
        {
            // A parameter that no schedule gives, say. Its fire time passes, and the other DAGs do not wait for it.
            logger.RunRefused(dagId, key, refused.Message);
            return 0;
        }
    }
}
