using Workflow.Graphs;

namespace Workflow.Scheduler.Loading.Validation;

/// <summary>Where in its file a part of a definition is written.</summary>
internal static class SourceLine
{
    /// <summary>The line, from 1; null where it is not known, and the DAG's class stands for it.</summary>
    /// <param name="part">A <see cref="TaskDefinition"/> or another part of the definition.</param>
    internal static int? Of(object part) => part switch
    {
        TaskDefinition { Line: > 0 } task => task.Line,
        _ => null,
    };
}
