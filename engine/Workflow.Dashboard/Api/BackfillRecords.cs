using System.Text.Json;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>A range of a schedule's past that is run on demand.</summary>
/// <param name="Message">Why it was paused, when nobody did so.</param>
/// <param name="Progress">How far it is; in a list only for those that have not ended.</param>
public sealed record Backfill(
    long Id, string DagId, DateTime FromDate, DateTime ToDate, IReadOnlyDictionary<string, JsonElement> DagRunConf,
    ReprocessBehavior ReprocessBehavior, int MaxActiveRuns, bool RunBackwards, BackfillState State, bool IsPaused, string? Message,
    string CreatedBy, DateTime CreatedAt, DateTime UpdatedAt, DateTime? StartDate, DateTime? CompletedAt, BackfillProgress? Progress);

/// <summary>How far a backfill is.</summary>
/// <param name="Dates">How many dates it has.</param>
/// <param name="Outcomes">How many of them came to what; pending are those whose turn has not come.</param>
/// <param name="Runs">The states of the runs that it created or cleared.</param>
public sealed record BackfillProgress(int Dates, IReadOnlyDictionary<string, int> Outcomes, IReadOnlyDictionary<string, int> Runs);

/// <summary>A page of backfills.</summary>
public sealed record BackfillCollection(IReadOnlyList<Backfill> Backfills, int TotalEntries);

/// <summary>A date of a backfill and its run.</summary>
/// <param name="Outcome">What came of it, or in a dry run what would.</param>
public sealed record BackfillDate(
    DateTime LogicalDate, DateTime? DataIntervalStart, DateTime? DataIntervalEnd, BackfillOutcome Outcome, string? DagRunId,
    RunState? RunState, DateTime? StartDate, DateTime? EndDate);

/// <summary>A page of the dates of a backfill, in the order in which their turn comes.</summary>
public sealed record BackfillDateCollection(IReadOnlyList<BackfillDate> Dates, int TotalEntries);

/// <summary>Creates a backfill.</summary>
/// <param name="FromDate">A date, its midnight in the schedule's time zone; or a time, in UTC unless it names an offset.</param>
/// <param name="ToDate">Likewise; a date without a time includes its whole day.</param>
/// <param name="DagRunConf">The parameters of its runs; a run that exists already keeps what is not named here.</param>
/// <param name="ReprocessBehavior">Which runs that exist already run again: none unless given.</param>
/// <param name="MaxActiveRuns">How many of its runs run at once, whatever else the DAG has running: 10 unless given.</param>
/// <param name="RunBackwards">Whether the newest date comes first.</param>
public sealed record BackfillRequest(
    string DagId, string FromDate, string ToDate, IReadOnlyDictionary<string, JsonElement>? DagRunConf = null,
    ReprocessBehavior ReprocessBehavior = ReprocessBehavior.None, int MaxActiveRuns = BackfillPolicy.DefaultMaxActiveRuns,
    bool RunBackwards = false);
