namespace Workflow.Postgres.Runs;

/// <summary>A DAG that does not exist, or cannot run now.</summary>
public sealed class DagNotRunnableException(string message) : WorkflowException(message);

/// <summary>Somebody's act on a run is refused; the message says why and what to do instead.</summary>
/// <param name="message">The message.</param>
/// <param name="isUnknownTask">Whether the run has no such task or element.</param>
public sealed class RunActException(string message, bool isUnknownTask = false) : WorkflowException(message)
{
    /// <summary>Whether the run has no such task or element.</summary>
    public bool IsUnknownTask { get; } = isUnknownTask;
}

/// <summary>What is wrong with one parameter.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Message">What is wrong, to be read after its name.</param>
public sealed record ParameterProblem(string Name, string Message);

/// <summary>A run was asked for with parameters that its DAG does not accept.</summary>
/// <param name="dagId">The DAG.</param>
/// <param name="problems">Every problem, not only the first.</param>
public sealed class ParameterException(string dagId, IReadOnlyList<ParameterProblem> problems)
    : WorkflowException($"DAG '{dagId}': {string.Join("; ", problems.Select(problem => $"parameter '{problem.Name}' {problem.Message}"))}.")
{
    /// <summary>Every problem.</summary>
    public IReadOnlyList<ParameterProblem> Problems { get; } = problems;
}
