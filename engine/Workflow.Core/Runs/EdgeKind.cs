namespace Workflow.Runs;

/// <summary>What one task is to another that waits for it. One pair of tasks may be joined in several ways at once.</summary>
[Flags]
public enum EdgeKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A direct upstream: the trigger rule reads it.</summary>
    Upstream = 1,

    /// <summary>A setup in whose scope the other lies: it must succeed, whatever the trigger rule.</summary>
    Setup = 2,

    /// <summary>A branch or short circuit: it must have ended, and may decide against the other.</summary>
    Decider = 4,
}
