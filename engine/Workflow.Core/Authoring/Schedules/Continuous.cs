namespace Workflow;

/// <summary>A schedule: a new run whenever no run of the DAG is active.</summary>
public sealed record Continuous : Schedule
{
    /// <inheritdoc />
    public override string ToString() => "continuous";
}
