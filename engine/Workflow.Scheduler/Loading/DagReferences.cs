using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace Workflow.Scheduler.Loading;

/// <summary>What a DAG file may refer to: the .NET base library and Workflow.Core. Not ASP.NET, and nothing of the engine.</summary>
/// <remarks>
/// The engine's packages are kept out so that an upgrade of them can never break a stored DAG. The base library is taken from the runtime
/// that the engine itself runs on: what compiles here also loads here.
/// </remarks>
public static class DagReferences
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> Loaded = new(
        () => [.. Paths().Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>Their names and versions; part of a DAG version's hash.</summary>
    public static IReadOnlyDictionary<string, string> Versions { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["Microsoft.NETCore.App"] = Environment.Version.ToString(),
        ["Workflow.Core"] = typeof(IDag).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "0",
    };

    internal static IReadOnlyList<MetadataReference> All => Loaded.Value;

    private static IEnumerable<string> Paths()
    {
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")
            ?? throw new WorkflowException("The runtime does not say which assemblies it trusts; "
                + "DAG files cannot be compiled in a single-file host.");
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        return trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => Path.GetDirectoryName(path) == runtime && IsBaseLibrary(Path.GetFileNameWithoutExtension(path)))
            .Append(typeof(IDag).Assembly.Location)
            .Order(StringComparer.Ordinal);
    }

    /// <remarks>The name decides too: a self-contained publish has one folder for the runtime, the engine and all packages.</remarks>
    private static bool IsBaseLibrary(string name) =>
        name is "System" or "mscorlib" or "netstandard" or "WindowsBase"
        || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.CSharp", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal);
}
