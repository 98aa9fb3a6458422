using System.Reflection;

namespace Workflow;

/// <summary>The version of this build.</summary>
public static class EngineVersion
{
    /// <summary>As text, such as <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(EngineVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
