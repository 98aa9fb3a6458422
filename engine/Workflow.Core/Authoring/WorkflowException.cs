namespace Workflow;

/// <summary>
/// The root of every error that the product raises on purpose. Its message says what, where and what to do, and holds no secrets.
/// </summary>
public class WorkflowException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A DAG's definition is wrong: a cycle, a duplicate id, an impossible value. Shown as an import error.</summary>
public sealed class DagDefinitionException(string message) : WorkflowException(message)
{
    /// <summary>The line of the definition that it is about, where that is not the statement which was being carried out.</summary>
    public int? Line { get; init; }
}

/// <summary>A task failed and says whether trying again can help. Any other exception from a task counts as retryable.</summary>
/// <param name="message">What failed and what to do about it; shown wherever the task is.</param>
/// <param name="retryable">False when another attempt must fail the same way: bad input, a refused gate.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class TaskFailureException(string message, bool retryable = true, Exception? inner = null) : WorkflowException(message, inner)
{
    /// <summary>Whether another attempt may succeed.</summary>
    public bool Retryable { get; } = retryable;

    /// <summary>How long to wait before it; null for what the task's backoff says.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Thrown by a task that has nothing to do: it ends as <c>skipped</c>, and so do its downstreams that need its success.</summary>
/// <param name="reason">Why, as a sentence; shown beside the task.</param>
public sealed class TaskSkippedException(string reason) : WorkflowException(reason);
