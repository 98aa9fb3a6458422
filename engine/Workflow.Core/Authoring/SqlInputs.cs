using Workflow.Graphs;

namespace Workflow;

/// <summary>Collects what a SQL transform reads, each under the name that its SQL has for it.</summary>
public sealed class SqlInputs
{
    private readonly List<SqlInput> inputs = [];

    internal SqlInputs()
    {
    }

    internal List<TaskHandle> Handles { get; } = [];

    internal IReadOnlyList<SqlInput> Inputs => inputs;

    /// <summary>The version that another task gave. The first of them gives the result its partition.</summary>
    public SqlInputs Read(string name, TaskHandle<DatasetVersion> version)
    {
        Handles.Add(version);
        return Add(new SqlInput(name, Handles.Count - 1, null, AsOf.Newest));
    }

    /// <summary>A dataset as a whole, with all of its slices.</summary>
    /// <param name="name">What the SQL calls it.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="at">Which version; the newest when the attempt begins unless given. Which one that was is recorded.</param>
    public SqlInputs Whole(string name, string dataset, AsOf? at = null)
    {
        Identifier.Require(dataset, "dataset name");
        return Add(new SqlInput(name, null, dataset, at ?? AsOf.Newest));
    }

    private SqlInputs Add(SqlInput input)
    {
        Identifier.Require(input.Name, "name of an input");
        if (inputs.Any(other => string.Equals(other.Name, input.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DagDefinitionException($"Two inputs are called '{input.Name}': give one of them another name.");
        inputs.Add(input);
        return this;
    }
}
