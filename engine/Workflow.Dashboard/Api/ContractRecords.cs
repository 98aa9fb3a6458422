using System.Text.Json;

namespace Workflow.Dashboard.Api;

/// <summary>The newest version of a dataset's contract.</summary>
/// <param name="PersonalColumns">Its columns that tell of people.</param>
/// <param name="DagId">The DAG that brought the version.</param>
/// <param name="Refused">How many DAGs are refused for breaking it.</param>
public sealed record Contract(
    string Dataset, int Version, Compatibility Compatibility, string? Owner, string? Licence, int Columns,
    IReadOnlyList<string> PersonalColumns, string DagId, DateTime RegisteredAt, int Refused);

/// <summary>A page of contracts.</summary>
/// <param name="TotalEntries">How many there are in all.</param>
public sealed record ContractCollection(IReadOnlyList<Contract> Contracts, int TotalEntries);

/// <summary>A dataset's contract with its history.</summary>
/// <param name="Version">The newest version.</param>
/// <param name="Says">What that version says.</param>
/// <param name="DeclaredBy">The DAGs in service that declare it.</param>
/// <param name="Versions">Every version, newest first.</param>
/// <param name="Refused">DAGs that are refused for breaking it.</param>
/// <param name="Affected">Who reads the dataset.</param>
public sealed record ContractDetails(
    string Dataset, int Version, JsonElement Says, IReadOnlyList<ContractDeclaration> DeclaredBy, IReadOnlyList<ContractVersion> Versions,
    IReadOnlyList<ContractRefusal> Refused, ContractReaders Affected);

/// <summary>A DAG that declares a version of a contract.</summary>
public sealed record ContractDeclaration(string DagId, int Version);

/// <summary>A version of a contract.</summary>
/// <param name="DagVersion">The version of the DAG that brought it; null where a person accepted a break.</param>
/// <param name="AcceptedBy">Who allowed it to break what was promised.</param>
/// <param name="Changes">What it changed against the version before.</param>
public sealed record ContractVersion(
    int Version, string DagId, int? DagVersion, DateTime RegisteredAt, string? AcceptedBy, string? Reason,
    IReadOnlyList<ContractDifference> Changes);

/// <summary>A difference between versions of a contract.</summary>
/// <param name="Field">The column; null for the contract as a whole.</param>
/// <param name="What">What of it changed.</param>
/// <param name="Breaks">Whom it breaks: <c>backward</c>, <c>forward</c>, <c>protection</c>.</param>
/// <param name="Remedy">What to do instead; empty when it breaks nobody.</param>
/// <param name="AgainstVersion">The version that it is a difference from.</param>
/// <param name="Message">The difference in words.</param>
public sealed record ContractDifference(
    string? Field, string What, string? Old, string? New, IReadOnlyList<string> Breaks, string Remedy, int AgainstVersion, string Message);

/// <summary>A DAG whose contract is refused.</summary>
/// <param name="Hash">The hash of the contract, by which it is accepted.</param>
/// <param name="Message">What it breaks, whom that concerns and what to do.</param>
public sealed record ContractRefusal(string DagId, string File, string Hash, string Message, DateTime RefusedAt);

/// <summary>Who reads a dataset, directly or through what was made of it.</summary>
public sealed record ContractReaders(IReadOnlyList<string> Dags, IReadOnlyList<string> Datasets, IReadOnlyList<string> Models);

/// <summary>What would become of a contract.</summary>
public enum ContractOutcome
{
    /// <summary>It says what the newest version says.</summary>
    Unchanged,

    /// <summary>It would be the next version.</summary>
    Compatible,

    /// <summary>It would be refused.</summary>
    Breaking,
}

/// <summary>The answer of a dry run.</summary>
/// <param name="Version">The version that it is or would be; for one that breaks, the newest.</param>
/// <param name="Compatibility">The level that it was judged by; null for a first contract.</param>
/// <param name="Changes">The differences from the newest version.</param>
/// <param name="Breaks">Those that the level refuses, against every version that it looks at.</param>
/// <param name="Affected">Who reads the dataset.</param>
public sealed record ContractDryRun(
    string Dataset, ContractOutcome Outcome, int Version, Compatibility? Compatibility, IReadOnlyList<ContractDifference> Changes,
    IReadOnlyList<ContractDifference> Breaks, ContractReaders Affected);

/// <summary>Allows a break.</summary>
/// <param name="Reason">Why; kept with the version for good.</param>
/// <param name="DagId">The DAG whose contract is meant; needed where several are refused.</param>
/// <param name="Hash">The hash of the contract that was read, or how it begins: no other is accepted. Any unless given.</param>
public sealed record ContractAcceptance(string Reason, string? DagId = null, string? Hash = null);

/// <summary>A break that was allowed.</summary>
/// <param name="Version">The version that it is now.</param>
public sealed record AcceptedContract(string Dataset, int Version, string AcceptedBy, string Reason);
