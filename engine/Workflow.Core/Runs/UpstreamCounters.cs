namespace Workflow.Runs;

/// <summary>How many of a task's direct upstreams ended in which state.</summary>
/// <param name="Success">Succeeded.</param>
/// <param name="Failed">Failed.</param>
/// <param name="UpstreamFailed">Could not run.</param>
/// <param name="Skipped">Were skipped.</param>
public readonly record struct UpstreamCounters(int Success, int Failed, int UpstreamFailed, int Skipped)
{
    /// <summary>How many finished.</summary>
    public int Finished => Success + Failed + UpstreamFailed + Skipped;

    /// <summary>How many failed or could not run: what the rules call failed.</summary>
    public int Bad => Failed + UpstreamFailed;
}
