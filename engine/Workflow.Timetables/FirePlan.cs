namespace Workflow.Timetables;

/// <summary>A run that is due.</summary>
/// <param name="Fire">Its fire time.</param>
/// <param name="Previous">The fire time before it, where its data interval starts; null for the first of all.</param>
public sealed record DueRun(DateTimeOffset Fire, DateTimeOffset? Previous);

/// <summary>What is to be done about a DAG whose fire time has come.</summary>
/// <param name="Runs">The runs to create, oldest first.</param>
/// <param name="Last">The newest fire time that is dealt with: it has a run, or it passes without one.</param>
/// <param name="Next">The fire time to wait for, which may have come already; null for none.</param>
public sealed record FirePlan(IReadOnlyList<DueRun> Runs, DateTimeOffset? Last, DateTimeOffset? Next)
{
    /// <summary>The first fire time of a schedule that is new, or was changed.</summary>
    /// <param name="settings">The schedule.</param>
    /// <param name="last">The newest fire time that was dealt with under any schedule of the DAG; null for none.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="own">The author's timetable for <see cref="Custom"/>.</param>
    /// <remarks>The past is never fired again: without catchup from now on, with it from the start date or the last fire time on.</remarks>
    public static DateTimeOffset? First(ScheduleSettings settings, DateTimeOffset? last, DateTimeOffset now, ITimetable? own = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var start = settings.StartDate?.AddTicks(-1);
        var after = settings.Catchup ? Later(start, last) ?? now : Later(start, now)!.Value;
        return Following(settings, after, own);
    }

    /// <summary>What to do when a fire time has come.</summary>
    /// <param name="settings">The schedule.</param>
    /// <param name="due">The fire time.</param>
    /// <param name="last">The newest fire time that was dealt with; null for none.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="isPaused">Whether fire times pass without runs.</param>
    /// <param name="limit">How many runs at most with catchup: the rest is due at the next turn.</param>
    /// <param name="own">The author's timetable for <see cref="Custom"/>.</param>
    public static FirePlan Due(
        ScheduleSettings settings, DateTimeOffset due, DateTimeOffset? last, DateTimeOffset now, bool isPaused, int limit,
        ITimetable? own = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var runs = new List<DueRun>();
        if (settings.Catchup && !isPaused)
        {
            DateTimeOffset? at = due;
            for (var previous = Before(settings, due, last, own); at is { } fire && fire <= now && runs.Count < limit; previous = fire)
            {
                runs.Add(new DueRun(fire, previous));
                at = Following(settings, fire, own);
            }

            return new FirePlan(runs, runs.Count > 0 ? runs[^1].Fire : last, at);
        }

        var newest = Newest(settings, due, last, now, own);
        return new FirePlan(isPaused ? [] : [newest], newest.Fire, Following(settings, newest.Fire, own));
    }

    private static DateTimeOffset? Following(ScheduleSettings settings, DateTimeOffset after, ITimetable? own)
    {
        var next = settings.Schedule switch
        {
            null => null,
            Custom when own is not null => Ascending(own, after),
            var schedule => Timetable.NextFire(schedule, after),
        };
        return next > settings.EndDate ? null : next;
    }

    private static DateTimeOffset? Before(ScheduleSettings settings, DateTimeOffset fire, DateTimeOffset? last, ITimetable? own) =>
        own is null && settings.Schedule is { } schedule ? Timetable.PreviousFire(schedule, fire) : last;

    private static DueRun Newest(ScheduleSettings settings, DateTimeOffset due, DateTimeOffset? last, DateTimeOffset now, ITimetable? own)
    {
        if (own is null)
        {
            var bound = settings.EndDate < now ? settings.EndDate.Value : now;
            var newest = Later(due, Timetable.PreviousFire(settings.Schedule!, bound.AddTicks(1)))!.Value;
            return new DueRun(newest, Before(settings, newest, last, own));
        }

        // An author's timetable knows the way forward only.
        var (fire, previous) = (due, last);
        while (Following(settings, fire, own) is { } next && next <= now)
            (fire, previous) = (next, fire);
        return new DueRun(fire, previous);
    }

    /// <remarks>Rounded up to what the database keeps: rounded down, the timetable would name the same instant again.</remarks>
    private static DateTimeOffset? Ascending(ITimetable own, DateTimeOffset after)
    {
        if (own.Next(after)?.UtcDateTime is not { } next)
            return null;
        if (next <= after.UtcDateTime)
            throw new WorkflowException($"Next({after:O}) answered {next:O}, which does not lie after that.");
        var rest = next.Ticks % TimeSpan.TicksPerMicrosecond;
        return rest == 0 ? next : next.AddTicks(TimeSpan.TicksPerMicrosecond - rest);
    }

    private static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null || right > left ? right ?? left : left;
}
