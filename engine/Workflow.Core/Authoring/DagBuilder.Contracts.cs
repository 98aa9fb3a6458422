using System.Runtime.CompilerServices;

namespace Workflow;

/// <content>What the DAG promises of its datasets.</content>
public sealed partial class DagBuilder
{
    /// <summary>
    /// A contract of a dataset. Loading the DAG registers it, or refuses the DAG when it breaks what is promised; what the DAG's tasks then
    /// write into the dataset must meet it.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="define">Says what is promised.</param>
    /// <param name="line">Given by the compiler: where messages say that the contract is.</param>
    /// <exception cref="DagDefinitionException">It cannot hold, or the dataset has a contract here already.</exception>
    public DagBuilder Contract(string dataset, Action<ContractBuilder> define, [CallerLineNumber] int line = 0) =>
        Contract(DataContract.Of(dataset, define), line);

    /// <summary>A contract that several DAGs share, such as a static value in the folder of shared code.</summary>
    /// <param name="contract">What is promised.</param>
    /// <param name="line">Given by the compiler: where messages say that the contract is.</param>
    /// <exception cref="DagDefinitionException">The dataset has a contract here already.</exception>
    public DagBuilder Contract(DataContract contract, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var others = settings.Contracts ?? [];
        if (others.Any(other => other.Dataset == contract.Dataset))
        {
            throw new DagDefinitionException($"The dataset '{contract.Dataset}' has two contracts in this DAG: keep one.") { Line = line };
        }

        // In the order of the names: where a contract stands says nothing of what it promises.
        settings = settings with
        {
            Contracts = [.. others.Append(contract with { Line = line }).OrderBy(one => one.Dataset, StringComparer.Ordinal)],
        };
        return this;
    }
}
