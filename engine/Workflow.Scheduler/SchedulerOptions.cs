using Workflow.Artifacts;
using Workflow.Scheduler.OpenLineage;
using Workflow.Scheduler.Retention;

namespace Workflow.Scheduler;

/// <summary>How a scheduler works.</summary>
public sealed record SchedulerOptions
{
    /// <summary>What it is called in the health report.</summary>
    public required string Name { get; init; }

    /// <summary>The folder of the DAG files.</summary>
    public required string DagsFolder { get; init; }

    /// <summary>How long what is over is kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>
    /// The artifacts, of which those that nothing refers to are deleted; null when this scheduler cannot reach them and leaves that to
    /// others.
    /// </summary>
    public IArtifactStore? Artifacts { get; init; }

    /// <summary>Where lineage events go.</summary>
    public OpenLineageOptions OpenLineage { get; init; } = new();
}
