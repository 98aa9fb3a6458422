namespace Workflow;

/// <content>When runs are created.</content>
public sealed partial class DagBuilder
{
    private ScheduleSettings schedule = ScheduleSettings.Manual;
    private ITimetable? timetable;

    /// <summary>When runs are created by themselves; without it the DAG is only triggered by hand.</summary>
    /// <exception cref="DagDefinitionException">A timetable of the author's own without its object.</exception>
    public DagBuilder Schedule(Schedule when)
    {
        ArgumentNullException.ThrowIfNull(when);
        if (when is Custom)
            throw new DagDefinitionException("A timetable of your own is given itself: dag.Schedule(new MyTimetable()).");
        schedule = schedule with { Schedule = when };
        timetable = null;
        return this;
    }

    /// <summary>When runs are created by themselves: at the times of a cron expression.</summary>
    /// <remarks>A method of its own, since DAGs that are stored compiled call it.</remarks>
    public DagBuilder Schedule(Cron cron) => Schedule((Schedule)cron);

    /// <summary>Runs are created when a timetable of the author's own says so.</summary>
    public DagBuilder Schedule(ITimetable own)
    {
        ArgumentNullException.ThrowIfNull(own);
        schedule = schedule with { Schedule = new Custom(own.GetType().FullName ?? own.GetType().Name) };
        timetable = own;
        return this;
    }

    /// <summary>The schedule does not fire before this instant; with <see cref="Catchup"/> it fires from there on.</summary>
    public DagBuilder StartDate(DateTimeOffset first)
    {
        schedule = schedule with { StartDate = Whole(first) };
        return this;
    }

    /// <summary>The schedule does not fire after this instant.</summary>
    public DagBuilder EndDate(DateTimeOffset last)
    {
        schedule = schedule with { EndDate = Whole(last) };
        return this;
    }

    /// <summary>
    /// Creates a run for every fire time since the start date, oldest first, also for those that were missed or passed while the DAG was
    /// paused. Without it only the newest missed fire time gets a run, and none that passed while the DAG was paused.
    /// </summary>
    public DagBuilder Catchup()
    {
        schedule = schedule with { Catchup = true };
        return this;
    }

    /// <remarks>To the microsecond, as the database keeps it: otherwise every load would find a bound changed.</remarks>
    private static DateTimeOffset Whole(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
