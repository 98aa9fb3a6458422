namespace Workflow.Dashboard.Api;

/// <summary>A version that a gate holds until a person decides.</summary>
/// <param name="Version">The version's number.</param>
/// <param name="Checks">What the gate found.</param>
/// <param name="Replacement">The number of the version that takes its place, where it was repaired.</param>
public sealed record ReviewDetails(
    long ReviewId, ReviewState State, string DagId, string RunId, string TaskId, int MapIndex, string Dataset, int? Version,
    IReadOnlyDictionary<string, string> Partition, long Rows, DateTime OpenedAt, DateTime? DecidedAt, string? DecidedBy, string? Reason,
    int? Replacement, IReadOnlyList<GateCheck> Checks);

/// <summary>A page of reviews.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record ReviewCollection(IReadOnlyList<ReviewDetails> Reviews, int TotalEntries);

/// <summary>Decides a review.</summary>
/// <param name="Reason">Why; kept for good.</param>
/// <param name="Version">The number of the version that takes the held one's place: for a repair only.</param>
/// <param name="By">Who; whoever is signed in unless given.</param>
public sealed record ReviewDecision(string Reason, int? Version = null, string? By = null);
