namespace Workflow.Engine.Embedded;

/// <summary>The embedded PostgreSQL could not be started or stopped. The message says why and what to do.</summary>
/// <param name="message">What is wrong and what to do about it.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : WorkflowException(message, inner);
