namespace Workflow.Graphs;

/// <summary>A gate that compares a dataset version with what counts as normal.</summary>
/// <param name="Drift">How it judges.</param>
public sealed record DriftGateSpec(DriftGateSettings Drift) : TaskSpec
{
    /// <inheritdoc />
    public override string Kind => "gate";

    /// <inheritdoc />
    public override object Settings => Drift;
}
