using System.Globalization;
using Workflow.Runs;

namespace Workflow.Timetables;

/// <summary>A backfill that cannot be, and which part of what was asked for is to blame.</summary>
/// <param name="field">The part, as the API calls it.</param>
/// <param name="message">What is wrong with it and what to do.</param>
public sealed class BackfillRefusedException(string field, string message) : WorkflowException(message)
{
    /// <summary>The part, as the API calls it.</summary>
    public string Field { get; } = field;
}

/// <summary>What is asked of a backfill as far as its dates go.</summary>
/// <param name="From">The first instant.</param>
/// <param name="To">The last instant.</param>
/// <param name="Reprocess">Which runs that exist already run again.</param>
/// <param name="RunBackwards">Whether the newest date comes first.</param>
public sealed record BackfillRange(DateTimeOffset From, DateTimeOffset To, ReprocessBehavior Reprocess, bool RunBackwards);

/// <summary>Which dates a backfill has: pure, so that a dry run and the real one agree.</summary>
public static class BackfillPlan
{
    /// <summary>How many dates a backfill has at most.</summary>
    public const int MostDates = 100_000;

    private static readonly string[] DateForms = ["yyyy-MM-dd"];
    private static readonly string[] TimeForms = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    // What clocks show at a midnight is asked of a calendar that must go on for some days before and after.
    private static readonly (int First, int Last) Years = (1000, 9000);

    /// <summary>The fire times of a schedule within a range, both ends included, in the order in which their turn comes.</summary>
    /// <param name="range">What is asked for.</param>
    /// <param name="settings">The DAG's schedule; nothing outside its bounds fires.</param>
    /// <param name="dependsOnPast">Whether a task of the DAG depends on the past.</param>
    /// <param name="now">The database's clock; what has not come yet is left to the schedule.</param>
    /// <exception cref="BackfillRefusedException">There is no such backfill; the message says why and what to do.</exception>
    public static IReadOnlyList<DueRun> Dates(BackfillRange range, ScheduleSettings settings, bool dependsOnPast, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(settings);
        if (WhyNotPeriodic(settings.Schedule) is { } reason)
            throw new BackfillRefusedException("dag_id", $"The DAG cannot be backfilled: {reason}");
        if (range.From > range.To)
            throw new BackfillRefusedException(
                "from_date", $"The backfill would begin at {range.From:u} and end before that, at {range.To:u}: swap the dates.");
        if (range.From > now)
            throw new BackfillRefusedException(
                "from_date", $"The range begins at {range.From:u}, which is in the future: begin before {now:u}.");
        if (dependsOnPast && range.RunBackwards)
            throw new BackfillRefusedException(
                "run_backwards", "A DAG with tasks that depend on the past cannot run backwards: leave it out.");
        if (dependsOnPast && range.Reprocess == ReprocessBehavior.None)
        {
            throw new BackfillRefusedException(
                "reprocess_behavior",
                "A DAG with tasks that depend on the past needs the reprocess behavior failed or completed: a failed run would hold up those after it.");
        }

        return Dates(range, settings.Schedule!, Later(range.From, settings.StartDate), Earlier(Earlier(range.To, settings.EndDate), now));
    }

    /// <summary>The instant at which a range begins.</summary>
    /// <param name="text">A date such as <c>2026-01-31</c>, which begins at midnight in the schedule's zone, or a time, in UTC unless it
    /// names an offset.</param>
    /// <param name="schedule">The DAG's schedule.</param>
    /// <exception cref="BackfillRefusedException">It is neither.</exception>
    public static DateTimeOffset From(string text, Schedule? schedule) =>
        Date(text) is { } day ? Midnight(day, schedule) : Time("from_date", text);

    /// <summary>The last instant of a range; a date without a time includes its whole day.</summary>
    /// <inheritdoc cref="From"/>
    public static DateTimeOffset To(string text, Schedule? schedule) =>
        Date(text) is { } day ? Midnight(day.AddDays(1), schedule).AddMicroseconds(-1) : Time("to_date", text);

    private static List<DueRun> Dates(BackfillRange range, Schedule schedule, DateTimeOffset first, DateTimeOffset last)
    {
        var fires = Timetable.Fires(schedule, first, last).Take(MostDates + 1).ToList();
        if (fires.Count == 0)
        {
            throw new BackfillRefusedException(
                "from_date",
                $"The schedule '{schedule}' does not fire from {range.From:u} to {range.To:u}, as far as that is past and within its start and end date: "
                + "choose another range.");
        }

        if (fires.Count > MostDates)
        {
            throw new BackfillRefusedException(
                "to_date",
                string.Create(CultureInfo.InvariantCulture,
                    $"The schedule '{schedule}' fires more than {MostDates:N0} times in that range: make several of it."));
        }

        var dates = new List<DueRun>(fires.Count);
        var previous = Timetable.PreviousFire(schedule, fires[0]);
        foreach (var fire in fires)
        {
            dates.Add(new DueRun(fire, previous));
            previous = fire;
        }

        if (range.RunBackwards)
            dates.Reverse();
        return dates;
    }

    private static string? WhyNotPeriodic(Schedule? schedule) => schedule switch
    {
        null => "it has no schedule that could name the dates. Trigger its runs instead.",
        Continuous => "it runs continuously, at no times that could be named.",
        Custom => "only the code of its own timetable knows its dates. Trigger its runs instead.",
        OnDatasets => "it runs when datasets change, at no times that could be named. Trigger its runs instead.",
        At { Times.Count: < 2 } => "its schedule fires once at most. Trigger its run instead.",
        AnyOf union when union.Schedules.All(each => WhyNotPeriodic(each) is not null) => WhyNotPeriodic(union.Schedules[0]),
        _ => null,
    };

    private static DateOnly? Date(string text) =>
        DateOnly.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && IsWithinYears(day.Year)
        ? day : null;

    private static DateTimeOffset Time(string field, string text) =>
        DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && IsWithinYears(time.Year)
            ? time.ToUniversalTime()
            : throw new BackfillRefusedException(
                field, $"'{text}' is neither a date, such as 2026-01-31, nor an ISO 8601 time, such as 2026-01-31T02:00:00Z, of the years {Years.First} to {Years.Last}.");

    private static bool IsWithinYears(int year) => year >= Years.First && year <= Years.Last;

    private static DateTimeOffset Midnight(DateOnly day, Schedule? schedule) => new(
        DateTime.SpecifyKind(
            ZoneClock.Of(schedule?.Zone ?? "UTC")
            .Instants(day.ToDateTime(TimeOnly.MinValue), Gap.FireAfter, Fold.First)[0], DateTimeKind.Utc));

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset? right) => right > left ? right.Value : left;

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset? right) => right < left ? right.Value : left;
}
