namespace Workflow.Postgres.Migrations;

/// <summary>The schema cannot be brought, or is not, where this build needs it. The message says what to do.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class MigrationException(string message, Exception? inner = null) : WorkflowException(message, inner);
