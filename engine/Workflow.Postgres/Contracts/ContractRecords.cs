using Workflow.Contracts;
using Workflow.Runs;

namespace Workflow.Postgres.Contracts;

/// <summary>What reads a dataset, directly or through what was made of it.</summary>
/// <param name="Dags">DAGs that are scheduled on it or made something of it.</param>
/// <param name="Datasets">Datasets that were made of it.</param>
/// <param name="Models">Models that were trained on it.</param>
public sealed record ContractConsumers(IReadOnlyList<string> Dags, IReadOnlyList<string> Datasets, IReadOnlyList<string> Models)
{
    /// <summary>Them all in words; that there are none, where so.</summary>
    public override string ToString()
    {
        var parts = new[] { Part("DAGs", Dags), Part("datasets", Datasets), Part("models", Models) }.OfType<string>().ToList();
        return parts.Count == 0 ? "nothing yet" : string.Join("; ", parts);
    }

    private static string? Part(string what, IReadOnlyList<string> names) => names.Count == 0 ? null : $"{what} {string.Join(", ", names)}";
}

/// <summary>A contract that breaks what is promised.</summary>
/// <param name="DagId">The DAG that declares it.</param>
/// <param name="Contract">The contract.</param>
/// <param name="Verdict">What it breaks.</param>
/// <param name="Consumers">Whom that would concern.</param>
public sealed record RefusedContract(string DagId, DataContract Contract, ContractVerdict Verdict, ContractConsumers Consumers)
{
    private const int ShownHash = 12;

    /// <summary>What is wrong, whom it concerns and what to do, as a person reads it.</summary>
    public string Message
    {
        get
        {
            var breaks = Verdict.Breaks.Select(found =>
                $"{found.Change} (breaks version {found.Version}, {Readers(found.Change.Breaks)}). {found.Change.Remedy}");
            return $"The contract of '{Contract.Dataset}' breaks what version {Verdict.Newest} promises (level {Verdict.Level!.Value.Name()}): "
                + $"{string.Join(" ", breaks)} Affected: {Consumers}. "
                + "Mend the contract, or let a person allow it: "
                + $"workflow contracts accept {Contract.Dataset} --dag {DagId} --hash {Contract.Hash[..ShownHash]} --reason \"...\".";
        }
    }

    private static string Readers(BreakDirection direction) => direction switch
    {
        BreakDirection.Protection => "loosens the protection of people",
        BreakDirection.Backward => "backward",
        BreakDirection.Forward => "forward",
        _ => "backward and forward",
    };
}

/// <summary>A DAG declares contracts that break what is promised: neither its version nor any of its contracts is stored.</summary>
/// <param name="refused">The contracts.</param>
public sealed class ContractRefusedException(IReadOnlyList<RefusedContract> refused)
    : WorkflowException(string.Join(Environment.NewLine, refused.Select(one => one.Message)))
{
    /// <summary>The contracts, with what they break.</summary>
    public IReadOnlyList<RefusedContract> Refused { get; } = refused;
}

/// <summary>A refusal as it is kept.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="File">The DAG's file.</param>
/// <param name="Contract">What it declares, as JSON.</param>
/// <param name="Hash">The hash of what it says.</param>
/// <param name="Message">Why it is refused.</param>
/// <param name="RefusedAt">Since when.</param>
public sealed record RefusalRow(
    string DagId, string Dataset, string File, string Contract, string Hash, string Message, DateTime RefusedAt);

/// <summary>The newest version of a contract.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Version">Its number.</param>
/// <param name="Compatibility">The level, as the database names it.</param>
/// <param name="Contract">The contract as JSON.</param>
/// <param name="DagId">The DAG that brought it.</param>
/// <param name="RegisteredAt">When.</param>
/// <param name="Refused">How many DAGs are refused for breaking it.</param>
public sealed record ContractRow(
    string Dataset, int Version, string Compatibility, string Contract, string DagId, DateTime RegisteredAt, int Refused);

/// <summary>A registered version of a contract.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Contract">The contract as JSON.</param>
/// <param name="Hash">The hash of what it says.</param>
/// <param name="DagId">The DAG that brought it.</param>
/// <param name="DagVersion">The number of the DAG's version; null where a person accepted a break.</param>
/// <param name="RegisteredAt">When.</param>
/// <param name="AcceptedBy">Who allowed the break; null when it breaks nothing.</param>
/// <param name="Reason">Why.</param>
public sealed record ContractVersionRow(
    int Version, string Contract, string Hash, string DagId, int? DagVersion, DateTime RegisteredAt, string? AcceptedBy, string? Reason);

/// <summary>A DAG that declares a contract, and which version of it.</summary>
public sealed record DeclarationRow(string DagId, int Version);

/// <summary>What would become of a contract, and whom a break would concern.</summary>
/// <param name="Verdict">The judgement.</param>
/// <param name="Consumers">Who reads the dataset.</param>
public sealed record ContractCheck(ContractVerdict Verdict, ContractConsumers Consumers);
