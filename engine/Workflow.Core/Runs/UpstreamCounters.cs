namespace Workflow.Runs;

/// <summary>How many of the tasks that a task waits for ended in which state: all that its decision reads.</summary>
/// <param name="Success">Direct upstreams that succeeded.</param>
/// <param name="Failed">Direct upstreams that failed.</param>
/// <param name="UpstreamFailed">Direct upstreams that could not run.</param>
/// <param name="Skipped">Direct upstreams that were skipped.</param>
/// <param name="Cancelled">Direct upstreams that were cancelled with their run.</param>
/// <param name="SetupSuccess">Setups that succeeded.</param>
/// <param name="SetupFailed">Setups that failed, could not run or were cancelled.</param>
/// <param name="SetupSkipped">Setups that were skipped.</param>
/// <param name="Deciders">Branches and short circuits that ended.</param>
/// <param name="Unchosen">Those of them that decided against the task.</param>
/// <remarks>For the summary of an expanded task the first five count its elements instead.</remarks>
public readonly record struct UpstreamCounters(
    int Success, int Failed, int UpstreamFailed, int Skipped, int Cancelled = 0, int SetupSuccess = 0, int SetupFailed = 0,
    int SetupSkipped = 0,
    int Deciders = 0, int Unchosen = 0)
{
    /// <summary>How many direct upstreams finished.</summary>
    public int Finished => Success + Failed + UpstreamFailed + Skipped + Cancelled;

    /// <summary>How many direct upstreams failed or could not run: what the rules call failed.</summary>
    public int Bad => Failed + UpstreamFailed;

    /// <summary>How many setups ended.</summary>
    public int Setups => SetupSuccess + SetupFailed + SetupSkipped;

    /// <summary>The counters after one more task ended along an edge.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="edge">What it is to the task.</param>
    /// <param name="unchosen">Whether it decided against the task.</param>
    public UpstreamCounters Add(TaskState end, EdgeKind edge, bool unchosen)
    {
        var seen = this;
        if (edge.HasFlag(EdgeKind.Upstream))
        {
            seen = end switch
            {
                TaskState.Success => seen with { Success = seen.Success + 1 },
                TaskState.Failed => seen with { Failed = seen.Failed + 1 },
                TaskState.UpstreamFailed => seen with { UpstreamFailed = seen.UpstreamFailed + 1 },
                TaskState.Skipped => seen with { Skipped = seen.Skipped + 1 },
                TaskState.Cancelled => seen with { Cancelled = seen.Cancelled + 1 },
                _ => throw new ArgumentOutOfRangeException(nameof(end), end, "Only an end counts."),
            };
        }

        if (edge.HasFlag(EdgeKind.Setup))
        {
            seen = end switch
            {
                TaskState.Success => seen with { SetupSuccess = seen.SetupSuccess + 1 },
                TaskState.Skipped => seen with { SetupSkipped = seen.SetupSkipped + 1 },
                _ => seen with { SetupFailed = seen.SetupFailed + 1 },
            };
        }

        return edge.HasFlag(EdgeKind.Decider) ? seen with { Deciders = seen.Deciders + 1, Unchosen = seen.Unchosen + (unchosen ? 1 : 0) }
            : seen;
    }
}
