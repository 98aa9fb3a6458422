using System.Net;

namespace Workflow.Engine.Cli;

/// <summary>A command cannot do what it was asked to. The message is shown as it is and says what to do.</summary>
internal sealed class ClientException(string message, Exception? inner = null) : WorkflowException(message, inner)
{
    /// <summary>What the process ends with. Default: 1, a failure.</summary>
    internal int ExitCode { get; init; } = ExitCodes.Failure;

    /// <summary>Whether the same request may succeed in a moment: the server is not there, or is just starting.</summary>
    internal bool Transient { get; init; }

    /// <summary>What the server answered; null when it was not asked or did not answer.</summary>
    internal HttpStatusCode? Status { get; init; }

    internal static ClientException Usage(string message) => new(message) { ExitCode = ExitCodes.Usage };
}
