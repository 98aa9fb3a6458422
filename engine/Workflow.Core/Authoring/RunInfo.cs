using System.Text.Json.Nodes;

namespace Workflow;

/// <summary>What a task may know of the run it belongs to.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="RunKey">The run's name, unique within its DAG, such as <c>manual__2026-01-31T02:00:00.000000Z</c>.</param>
/// <param name="LogicalDate">The fire time that the run stands for; null when it was triggered by hand without one.</param>
/// <param name="RunAfter">The instant from which the run was allowed to start.</param>
/// <param name="Conf">The parameters that the run was given.</param>
public sealed record RunInfo(string DagId, string RunKey, DateTimeOffset? LogicalDate, DateTimeOffset RunAfter, JsonObject Conf);
