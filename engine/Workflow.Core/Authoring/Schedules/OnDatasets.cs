using System.Text.Json.Serialization;

namespace Workflow;

/// <summary>
/// A schedule: a run when datasets have got new versions or were reported to have changed, since the run before. What happened in the
/// meantime is one run's: its tasks see all of it by <see cref="TaskContext.TriggeringDatasetsAsync"/>.
/// </summary>
/// <param name="When">Which datasets, such as <c>Dataset.Named("a") &amp; (Dataset.Named("b") | Dataset.Named("c"))</c>.</param>
public sealed record OnDatasets(DatasetCondition When) : Schedule
{
    /// <inheritdoc />
    [JsonIgnore]
    public override DatasetCondition? Condition => When;

    /// <summary>Makes a schedule.</summary>
    public static OnDatasets Of(DatasetCondition when) => new(when);

    /// <inheritdoc />
    public override string ToString() => $"on {When}";
}
