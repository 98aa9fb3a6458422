using System.Text.Json;
using System.Text.Json.Nodes;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>A run of a DAG.</summary>
/// <param name="StartDate">When it was created: its first task may start from then on.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Failure">The first task that failed; in a list it is looked for among the first 500 tasks of a run.</param>
/// <param name="TaskCounts">How many task instances are in each state; empty for the finished runs of a list.</param>
public sealed record DagRun(
    string DagRunId, string DagId, RunType RunType, RunState State, DateTime? LogicalDate, DateTime? DataIntervalStart,
    DateTime? DataIntervalEnd, DateTime RunAfter, DateTime QueuedAt, DateTime? StartDate, DateTime? EndDate, double? Duration,
    IReadOnlyDictionary<string, JsonElement> Conf, int DagVersionNumber, string TriggeredBy, string? Note, RunFailure? Failure,
    IReadOnlyDictionary<string, int> TaskCounts);

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
public sealed record TriggerRequest(DateTimeOffset? LogicalDate, JsonObject? Conf = null, string? DagRunId = null, string? Note = null);
