using System.Text.Json.Nodes;

namespace Workflow;

/// <summary>A change of a dataset that a run was created for.</summary>
/// <param name="Name">The dataset.</param>
/// <param name="Version">The version that appeared; null when the change was reported from outside.</param>
/// <param name="At">When it happened.</param>
/// <param name="Extra">What was said about it.</param>
public sealed record TriggeringDataset(string Name, int? Version, DateTimeOffset At, JsonObject Extra);
