using System.Runtime.InteropServices;

namespace Workflow.Loading;

/// <summary>
/// The assemblies of the .NET base library that the host runs on: those alone, with Workflow.Core, does a DAG share with it.
/// </summary>
public static class BaseLibrary
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Found = new(Find);

    /// <summary>The files, in ordinal order.</summary>
    /// <exception cref="WorkflowException">The host is a single file and knows no files of assemblies.</exception>
    public static IReadOnlyList<string> Paths => [.. Found.Value.Values.Order(StringComparer.Ordinal)];

    /// <summary>Whether an assembly of a simple name belongs to it.</summary>
    /// <exception cref="WorkflowException">The host is a single file and knows no files of assemblies.</exception>
    public static bool Has(string simpleName) => Found.Value.ContainsKey(simpleName);

    private static Dictionary<string, string> Find()
    {
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")
            ?? throw new WorkflowException("The runtime does not say which assemblies it trusts; "
                + "DAG files cannot be compiled or loaded in a single-file host.");
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        return trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => Path.GetDirectoryName(path) == runtime && IsNamedSo(Path.GetFileNameWithoutExtension(path)))
            .DistinctBy(path => path)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase);
    }

    /// <remarks>The name decides too: a self-contained publish has one folder for the runtime, the engine and all packages.</remarks>
    private static bool IsNamedSo(string name) =>
        name is "System" or "mscorlib" or "netstandard" or "WindowsBase"
        || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.CSharp", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal);
}
