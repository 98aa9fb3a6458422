using System.Net;

namespace Workflow.Dashboard;

/// <summary>How the dashboard and its API are served.</summary>
public sealed record DashboardOptions
{
    /// <summary>The shortest token allowed: a shorter one could be guessed over the network.</summary>
    public const int MinimumTokenLength = 16;

    /// <summary>The password of the sign-in page and a bearer token of the API. Sessions are signed with a key that is derived from it.</summary>
    public required string Token { get; init; }

    /// <summary>The port; 0 for any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The address to listen on; null for loopback. Any other needs <see cref="AllowedHosts"/>.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Names under which browsers may reach it, without a port, besides localhost. Others are refused: they may be DNS rebinding.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The folder of the built pages; null for the one that npm builds.</summary>
    public string? PagesFolder { get; init; }

    /// <summary>How long a sign-in lasts.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a token of <c>/auth/token</c> lasts.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many streams of changes may be open at once.</summary>
    public int MaxEventStreams { get; init; } = 100;

    /// <summary>Does not show the token.</summary>
    public override string ToString() => $"{nameof(DashboardOptions)} {{ {nameof(Address)} = {Address}, {nameof(Port)} = {Port} }}";

    internal void Validate()
    {
        if (Token is null || Token.Length < MinimumTokenLength)
            throw new WorkflowException($"The dashboard's token has {Token?.Length ?? 0} characters; give one of {MinimumTokenLength} or more.");
        if (Port is < 0 or > ushort.MaxValue)
            throw new WorkflowException($"The dashboard's port {Port} is none; give one from 0 (any free one) to {ushort.MaxValue}.");
    }
}
