namespace Workflow.Scheduler;

/// <summary>How a scheduler works.</summary>
public sealed record SchedulerOptions
{
    /// <summary>What it is called in the health report.</summary>
    public required string Name { get; init; }

    /// <summary>The folder of the DAG files.</summary>
    public required string DagsFolder { get; init; }
}
