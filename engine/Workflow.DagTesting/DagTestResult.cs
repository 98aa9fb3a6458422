using System.Text.Json;
using Workflow.Runs;

namespace Workflow.DagTesting;

/// <summary>What became of a run.</summary>
/// <param name="State">How it ended.</param>
/// <param name="EndedAt">Where the clock stood at its end.</param>
/// <param name="Tasks">Every task instance, in the order of the graph: of a mapped task the whole, then its elements.</param>
public sealed record DagTestResult(RunState State, DateTimeOffset EndedAt, IReadOnlyList<TaskResult> Tasks)
{
    /// <summary>A task, or one element of a mapped task.</summary>
    /// <exception cref="WorkflowException">There is none; the message lists those that there are.</exception>
    public TaskResult this[string taskId, int mapIndex = TaskKey.Whole] =>
        Tasks.FirstOrDefault(task => task.TaskId == taskId && task.MapIndex == mapIndex)
        ?? throw new WorkflowException(
            $"The run has no task '{taskId}'{(mapIndex == TaskKey.Whole ? "" : $" with element {mapIndex}")}: it has "
            + $"{string.Join(", ", Tasks.Select(task => task.MapIndex == TaskKey.Whole ? task.TaskId : $"{task.TaskId}[{task.MapIndex}]"))}.");
}

/// <summary>What became of a task instance.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="MapIndex">Which element, or -1.</param>
/// <param name="State">Its state.</param>
/// <param name="Message">Why, as the dashboard would show it; null for success.</param>
/// <param name="Attempts">How many attempts it had.</param>
/// <param name="Log">What its attempts logged.</param>
/// <param name="OutputJson">Its output as others get it; null when it has none.</param>
/// <param name="Exception">What its last attempt threw, if it threw.</param>
/// <param name="EndedAt">When it ended; null when it has not.</param>
public sealed record TaskResult(
    string TaskId, int MapIndex, TaskState State, string? Message, int Attempts, IReadOnlyList<LogLine> Log, string? OutputJson,
    Exception? Exception, DateTimeOffset? EndedAt)
{
    internal JsonSerializerOptions? Json { get; init; }

    /// <summary>Its output, as a task that takes it gets it.</summary>
    /// <exception cref="WorkflowException">It has none.</exception>
    public T Output<T>() => OutputJson is { } json
        ? JsonSerializer.Deserialize<T>(json, Json)!
        : throw new WorkflowException($"Task '{TaskId}' has no output: it is {State.Name()}. {Message}");
}

/// <summary>A line of a log.</summary>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Text">The line.</param>
public sealed record LogLine(int Attempt, TaskLogLevel Level, string Text);
