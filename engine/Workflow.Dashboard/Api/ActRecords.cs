using System.Text.Json;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Makes tasks run again.</summary>
/// <param name="DagRunId">The run.</param>
/// <param name="DryRun">Whether to say only what would be cleared.</param>
/// <param name="OnlyFailed">Only those that failed, could not run or were cancelled; with downstream, what follows from them too.</param>
/// <param name="TaskIds">Ids of tasks, or pairs of an id and a map index; null for all tasks.</param>
/// <param name="IncludeUpstream">With everything that they come from.</param>
/// <param name="IncludeDownstream">With everything that follows from them.</param>
/// <param name="IncludeFuture">In later runs too.</param>
/// <param name="IncludePast">In earlier runs too.</param>
/// <param name="ResetDagRuns">Whether runs that have ended go on; otherwise those are left alone.</param>
/// <param name="RunOnLatestVersion">Whether on the DAG's newest version; for a whole run only.</param>
/// <param name="Note">A remark on the run.</param>
public sealed record ClearTaskInstances(
    string DagRunId, bool DryRun = true, bool OnlyFailed = true, IReadOnlyList<JsonElement>? TaskIds = null, bool IncludeUpstream = false,
    bool IncludeDownstream = false, bool IncludeFuture = false, bool IncludePast = false, bool ResetDagRuns = true,
    bool RunOnLatestVersion = false, string? Note = null);

/// <summary>Gives a task an end by hand.</summary>
/// <param name="NewState">Success, failed or skipped.</param>
/// <param name="IncludeUpstream">With everything that it comes from.</param>
/// <param name="IncludeDownstream">With everything that follows from it.</param>
/// <param name="IncludeFuture">In later runs too.</param>
/// <param name="IncludePast">In earlier runs too.</param>
public sealed record TaskInstancePatch(
    TaskState NewState, bool IncludeUpstream = false, bool IncludeDownstream = false, bool IncludeFuture = false, bool IncludePast = false);

/// <summary>What an act concerned, or would.</summary>
/// <param name="DryRun">Whether nothing was done.</param>
/// <param name="TotalEntries">How many there are.</param>
public sealed record AffectedTaskInstances(bool DryRun, IReadOnlyList<AffectedTaskInstance> TaskInstances, int TotalEntries);

/// <summary>A task instance that an act concerned.</summary>
/// <param name="MapIndex">-1 when the task is not mapped, and for a mapped task with all of its elements.</param>
/// <param name="State">The state that it had before; null for a task that is new to the run.</param>
public sealed record AffectedTaskInstance(string DagId, string DagRunId, string TaskId, int MapIndex, TaskState? State);
