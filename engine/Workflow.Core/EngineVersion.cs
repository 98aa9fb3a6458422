using System.Reflection;

namespace Workflow;

/// <summary>The version of this build.</summary>
public static class EngineVersion
{
    /// <summary>
    /// What DAG code that is compiled here may use. Raised with every release that gives DAG files something new: workers of older builds
    /// then leave the versions that were stored since to newer ones.
    /// </summary>
    public const int CodeLevel = 2;

    /// <summary>As text, such as <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(EngineVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
