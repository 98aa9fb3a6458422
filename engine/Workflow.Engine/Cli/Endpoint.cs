namespace Workflow.Engine.Cli;

/// <summary>The server to talk to, and where its address and token come from, for messages.</summary>
/// <param name="Address">Without <c>/api/v2</c>, ends with a slash.</param>
internal sealed record Endpoint(Uri Address, string AddressSource, string? Token, string? TokenSource)
{
    /// <summary>The address as a person writes it.</summary>
    internal string Name => Address.ToString().TrimEnd('/');
}
