namespace Workflow.Contracts;

/// <summary>A version of a contract as the registry keeps it.</summary>
/// <param name="Version">Its number, counted from 1 for each dataset.</param>
/// <param name="Contract">What it says.</param>
public sealed record RegisteredContract(int Version, DataContract Contract);

/// <summary>A change that a level refuses.</summary>
/// <param name="Version">The registered version that it breaks.</param>
/// <param name="Change">The change.</param>
public sealed record ContractBreak(int Version, ContractChange Change);

/// <summary>What becomes of a contract that a DAG declares.</summary>
/// <param name="Level">The level that it was judged by: that of the newest registered version. Null for the first.</param>
/// <param name="Newest">The newest registered version; 0 for none.</param>
/// <param name="Changes">The differences from that version.</param>
/// <param name="Breaks">What the level refuses; empty when it is compatible.</param>
public sealed record ContractVerdict(
    Compatibility? Level, int Newest, IReadOnlyList<ContractChange> Changes, IReadOnlyList<ContractBreak> Breaks)
{
    /// <summary>Whether it says what the newest version says.</summary>
    public required bool IsUnchanged { get; init; }

    /// <summary>Whether it may be registered.</summary>
    public bool IsCompatible => Breaks.Count == 0;
}

/// <summary>Decides whether a contract may follow the registered versions.</summary>
public static class ContractRules
{
    /// <summary>Judges a contract by the level of the newest registered version.</summary>
    /// <param name="proposed">What a DAG declares.</param>
    /// <param name="history">
    /// The registered versions since the last break that a person accepted, oldest first: what was before it is no longer promised.
    /// </param>
    public static ContractVerdict Judge(DataContract proposed, IReadOnlyList<RegisteredContract> history)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        ArgumentNullException.ThrowIfNull(history);
        if (history.Count == 0)
            return new ContractVerdict(null, 0, [], []) { IsUnchanged = false };
        var newest = history[^1];
        var level = newest.Contract.Compatibility;
        var against = level.IsTransitive() ? history : [newest];
        var breaks = against.SelectMany(version => ContractChanges.Between(version.Contract, proposed)
            .Where(change => (change.Breaks & level.Refuses()) != BreakDirection.None)
            .Select(change => new ContractBreak(version.Version, change)));
        var isUnchanged = newest.Contract.Hash == proposed.Hash;
        var changes = ContractChanges.Between(newest.Contract, proposed);
        return new ContractVerdict(level, newest.Version, changes, isUnchanged ? [] : [.. breaks])
        {
            IsUnchanged = isUnchanged,
        };
    }
}
