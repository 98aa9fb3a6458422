using Workflow.Worker.Isolation;

namespace Workflow.Engine.Hosting;

/// <summary>How to start this executable again, for processes that do a part of its work.</summary>
internal static class OwnCommand
{
    /// <summary>The program, and the arguments that come before the verb.</summary>
    public static IReadOnlyList<string> Prefix { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, typeof(OwnCommand).Assembly.Location]
        : [Environment.ProcessPath!];

    /// <summary>The process of an isolated task.</summary>
    public static IReadOnlyList<string> Isolation { get; } = [.. Prefix, AttemptHost.Verb];
}
