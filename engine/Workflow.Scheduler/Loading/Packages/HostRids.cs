using System.Runtime.InteropServices;

namespace Workflow.Scheduler.Loading.Packages;

/// <summary>The runtime identifiers whose assets run on a host, the closest first.</summary>
internal static class HostRids
{
    /// <summary>Those of this host.</summary>
    internal static IReadOnlyList<string> Here { get; } = Of(
        OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux",
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal),
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant());

    /// <remarks>The portable graph of .NET, as far as it matters for hosts that the engine runs on.</remarks>
    internal static IReadOnlyList<string> Of(string system, bool musl, string architecture)
    {
        IReadOnlyList<string> systems = system switch
        {
            "win" => ["win"],
            "osx" => ["osx", "unix"],
            _ => musl ? ["linux-musl", "linux", "unix"] : ["linux", "unix"],
        };
        return [.. systems.SelectMany(name => new[] { $"{name}-{architecture}", name }), "any"];
    }
}
