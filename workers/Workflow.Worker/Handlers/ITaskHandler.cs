using Workflow.Graphs;
using Workflow.Worker.Execution;

namespace Workflow.Worker.Handlers;

/// <summary>Performs one kind of task.</summary>
public interface ITaskHandler
{
    /// <summary>The kind: the type of <see cref="TaskSpec"/> that it performs.</summary>
    Type Spec { get; }

    /// <summary>Performs the task.</summary>
    /// <param name="context">What the attempt can reach.</param>
    /// <param name="spec">What to do, of the type <see cref="Spec"/>.</param>
    /// <param name="inputs">The outputs of the task's inputs, in order.</param>
    /// <returns>The task's output, or null.</returns>
    Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs);
}

/// <summary>Performs a plain task: calls the author's code.</summary>
public sealed class PlainHandler : ITaskHandler
{
    /// <inheritdoc />
    public Type Spec => typeof(PlainSpec);

    /// <inheritdoc />
    public Task<object?> RunAsync(AttemptContext context, TaskSpec spec, IReadOnlyList<object?> inputs) =>
        ((PlainSpec)spec).Body(context, inputs);
}
