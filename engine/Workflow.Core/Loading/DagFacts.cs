using Workflow.Graphs;

namespace Workflow.Loading;

/// <summary>
/// What a definition says, as values: everything but the code that runs. Unlike <see cref="DagDefinition"/> it holds no author's type or
/// delegate, so it may be kept for as long as the engine runs.
/// </summary>
/// <param name="Id">The DAG's id.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Tags">Words to find it by.</param>
/// <param name="ScheduleSettings">When runs are created.</param>
/// <param name="Parameters">Its parameters, in the order of definition.</param>
/// <param name="Settings">What concerns its runs as a whole.</param>
/// <param name="Graph">The graph.</param>
/// <param name="DefinitionHash">The hash of the definition: see <see cref="DagDefinition.Hash"/>.</param>
public sealed record DagFacts(
    string Id, string Description, string Owner, IReadOnlyList<string> Tags, ScheduleSettings ScheduleSettings,
    IReadOnlyList<ParamDefinition> Parameters, DagSettings Settings, DagGraph Graph, string DefinitionHash)
{
    /// <summary>Takes the facts out of a definition.</summary>
    public static DagFacts Of(DagDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new DagFacts(
            definition.Id, definition.Description, definition.Owner, definition.Tags, definition.ScheduleSettings, definition.Parameters,
            definition.Settings, definition.Graph, definition.Hash);
    }
}
