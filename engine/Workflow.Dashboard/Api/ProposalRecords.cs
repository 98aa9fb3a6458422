using System.Text.Json;

namespace Workflow.Dashboard.Api;

/// <summary>A check that history suggests, and what a person decided of it.</summary>
/// <param name="Gate">The gate's task; null for every gate of the dataset that learns.</param>
/// <param name="Check">The check.</param>
/// <param name="Evidence">What history says.</param>
/// <param name="Versions">How many versions it was learnt from.</param>
/// <param name="State">proposed, accepted, rejected or withdrawn.</param>
public sealed record Proposal(
    long ProposalId, string Dataset, string? Gate, IReadOnlyDictionary<string, JsonElement> Check, string Evidence, int Versions,
    string State,
    DateTime ProposedAt, string ProposedBy, DateTime? DecidedAt, string? DecidedBy, DateTime? WithdrawnAt, string? WithdrawnBy);

/// <summary>A page of proposals.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record ProposalCollection(IReadOnlyList<Proposal> Proposals, int TotalEntries);

/// <summary>Asks for checks that past versions of a dataset would have passed.</summary>
/// <param name="Where">The slices to learn from, such as <c>month&lt;2019-01</c>; conditions joined with commas, compared as text.</param>
/// <param name="Last">How many of the newest versions to learn from, at most 500; 20 unless given.</param>
/// <param name="Gate">The gate's task; every gate of the dataset that learns unless given.</param>
/// <param name="By">Who asks; whoever is signed in unless given.</param>
public sealed record SuggestRequest(string? Where = null, int? Last = null, string? Gate = null, string? By = null);

/// <summary>What was suggested.</summary>
/// <param name="Versions">How many versions it was learnt from.</param>
/// <param name="Added">How many proposals are new.</param>
public sealed record Suggestion(string Dataset, int Versions, int Added, IReadOnlyList<Proposal> Proposals);

/// <summary>Decides a proposal.</summary>
/// <param name="By">Who; whoever is signed in unless given.</param>
public sealed record ProposalDecision(string? By = null);
