using System.Reflection;
using Microsoft.CodeAnalysis;
using Workflow.Loading;

namespace Workflow.Scheduler.Loading;

/// <summary>
/// What every DAG file may refer to: the .NET base library and Workflow.Core. Not ASP.NET, and nothing of the engine; the DAG project's
/// packages come on top.
/// </summary>
/// <remarks>
/// The engine's packages are kept out so that an upgrade of them can never break a stored DAG. The base library is taken from the runtime
/// that the engine itself runs on: what compiles here also loads here.
/// </remarks>
public static class DagReferences
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> Loaded = new(() =>
        [.. BaseLibrary.Paths.Append(typeof(IDag).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>Their names and versions; part of a DAG version's hash.</summary>
    public static IReadOnlyDictionary<string, string> Versions { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["Microsoft.NETCore.App"] = Environment.Version.ToString(),
        ["Workflow.Core"] = typeof(IDag).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "0",
    };

    internal static IReadOnlyList<MetadataReference> All => Loaded.Value;

    /// <summary>Whether an assembly of a simple name always comes from the host, whatever a package brings.</summary>
    internal static bool IsOfHost(string simpleName) =>
        BaseLibrary.Has(simpleName) || string.Equals(simpleName, typeof(IDag).Assembly.GetName().Name, StringComparison.OrdinalIgnoreCase);
}
