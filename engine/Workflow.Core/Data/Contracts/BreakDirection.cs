namespace Workflow.Contracts;

/// <summary>Whom a change of a contract breaks.</summary>
[Flags]
public enum BreakDirection
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>Readers of the new version, when they read old data.</summary>
    Backward = 1,

    /// <summary>Readers of the old version, when they read new data.</summary>
    Forward = 2,

    /// <summary>The people of whom the data tell: it counts at every level, and only a person can allow it.</summary>
    Protection = 4,
}
