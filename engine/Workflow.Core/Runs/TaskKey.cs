namespace Workflow.Runs;

/// <summary>The key of a task instance.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TaskIndex">The task's place in the graph of the run's DAG version.</param>
/// <param name="MapIndex">The place in a dynamic fan-out; <see cref="Whole"/> for a task that is not mapped, and for the summary of one
/// that is.</param>
public readonly record struct TaskKey(long RunId, int TaskIndex, int MapIndex)
{
    /// <summary>The map index of what is not an element.</summary>
    public const int Whole = -1;
}
