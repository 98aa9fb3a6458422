using System.Text.Json;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>A run of a DAG.</summary>
/// <param name="StartDate">When its first tasks became ready; null while it waits for its start.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Failure">The first task that failed; in a list it is looked for among the first 500 tasks of a run.</param>
/// <param name="TaskCounts">How many task instances are in each state; empty for the finished runs of a list.</param>
/// <param name="Message">Why it waits for its start, or why it was stopped.</param>
public sealed record DagRun(
    string DagRunId, string DagId, RunType RunType, RunState State, DateTime? LogicalDate, DateTime? DataIntervalStart,
    DateTime? DataIntervalEnd, DateTime RunAfter, DateTime QueuedAt, DateTime? StartDate, DateTime? EndDate, double? Duration,
    IReadOnlyDictionary<string, JsonElement> Conf, int DagVersionNumber, string TriggeredBy, string? Note, RunFailure? Failure,
    IReadOnlyDictionary<string, int> TaskCounts, string? Message);

/// <summary>The task that made the run fail.</summary>
public sealed record RunFailure(string TaskId, string Message);

/// <summary>A page of dag runs.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record DagRunCollection(IReadOnlyList<DagRun> DagRuns, int TotalEntries);

/// <summary>Starts a run.</summary>
/// <param name="LogicalDate">The key is required, null means none.</param>
/// <param name="Conf">The parameters; without them the DAG's defaults hold.</param>
/// <param name="DagRunId">The run's name; one is made when it has none.</param>
/// <param name="Note">A remark.</param>
public sealed record TriggerRequest(
    DateTimeOffset? LogicalDate, IReadOnlyDictionary<string, JsonElement>? Conf = null, string? DagRunId = null, string? Note = null);

/// <summary>Changes a run; what is null stays as it is.</summary>
/// <param name="State">Success or failed: ends it so.</param>
/// <param name="Note">A remark; an empty one takes it away.</param>
public sealed record DagRunPatch(RunState? State = null, string? Note = null);

/// <summary>Makes a run go through its tasks again.</summary>
/// <param name="DryRun">Whether to say only what would be cleared.</param>
/// <param name="OnlyFailed">Whether only what failed runs again, with what follows from it.</param>
/// <param name="RunOnLatestVersion">Whether on the DAG's newest version rather than on that which the run is pinned to.</param>
/// <param name="Note">A remark on the run.</param>
public sealed record DagRunClear(bool DryRun = true, bool OnlyFailed = false, bool RunOnLatestVersion = false, string? Note = null);
