namespace Workflow;

/// <summary>What has become of a version that a gate holds.</summary>
public enum ReviewState
{
    /// <summary>It waits for a person.</summary>
    Open,

    /// <summary>A person let it pass, with a reason.</summary>
    Released,

    /// <summary>Another version takes its place, and is judged.</summary>
    Repaired,

    /// <summary>A person refused it: the gate fails.</summary>
    Discarded,
}

/// <summary>A version that a gate holds until a person decides.</summary>
/// <param name="ReviewId">The engine's key.</param>
/// <param name="State">What has become of it.</param>
/// <param name="DecidedBy">Who decided; null while it is open.</param>
/// <param name="Reason">Why; null while it is open.</param>
/// <param name="Replacement">What takes its place, where it was repaired.</param>
/// <param name="Checks">What the gate found.</param>
public sealed record Review(
    long ReviewId, ReviewState State, string? DecidedBy, string? Reason, DatasetVersion? Replacement, IReadOnlyList<CheckResult> Checks);

/// <summary>A check that a person has accepted.</summary>
/// <param name="ProposalId">The engine's key of the proposal.</param>
/// <param name="Check">The check.</param>
public sealed record LearntCheck(long ProposalId, DataCheck Check);
