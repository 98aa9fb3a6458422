using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace Workflow.Scheduler.Loading.Packages;

/// <summary>An assembly of a package, as it is loaded when a DAG runs.</summary>
/// <param name="Name">Its simple name.</param>
/// <param name="Package">The package's id.</param>
/// <param name="PackageVersion">The package's version.</param>
/// <param name="Sha256">The hash of its bytes, 64 hex digits.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record PackageAssembly(string Name, string Package, string PackageVersion, string Sha256, byte[] Bytes)
{
    /// <summary>The simple names of the assemblies that it refers to.</summary>
    internal IReadOnlyList<string> References { get; init; } = [];
}

/// <summary>
/// The packages that the DAG project references, transitive ones included. Immutable, and kept while DAGs were compiled with it.
/// </summary>
/// <remarks>
/// The bytes are held in memory: the files may be gone, or others, when a DAG file is compiled with the last good set. A set is read again
/// only when a file of it changed.
/// </remarks>
public sealed class PackageSet
{
    private readonly Dictionary<string, PackageAssembly> byName;

    internal PackageSet(
        IReadOnlyList<PackageAssembly> assemblies, IReadOnlyList<PackageAssembly> compiledAgainst, string stamp)
    {
        Assemblies = assemblies;
        References = [.. compiledAgainst.Select(each =>
            MetadataReference.CreateFromImage(ImmutableCollectionsMarshal.AsImmutableArray(each.Bytes), filePath: $"{each.Name}.dll"))];
        Stamp = stamp;
        Sha256 = Hash.Of(
            assemblies.Concat(compiledAgainst).Select(each => $"{each.Package} {each.PackageVersion} {each.Name} {each.Sha256}"));
        byName = assemblies.ToDictionary(each => each.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>No packages.</summary>
    public static PackageSet None { get; } = new([], [], "");

    /// <summary>The assemblies that are loaded when a DAG runs, one for each simple name, in ordinal order.</summary>
    public IReadOnlyList<PackageAssembly> Assemblies { get; }

    /// <summary>64 hex digits over ids, versions and assemblies: where it changes, every DAG file is compiled anew.</summary>
    public string Sha256 { get; }

    /// <summary>What the compiler reads; a package may have other assemblies for that than those that run.</summary>
    internal IReadOnlyList<MetadataReference> References { get; }

    /// <summary>What the set was read from: files, lengths and write times.</summary>
    internal string Stamp { get; }

    /// <summary>The assemblies that a compiled file refers to, directly or through others, in ordinal order of their names.</summary>
    internal IReadOnlyList<PackageAssembly> UsedBy(byte[] image)
    {
        var used = new SortedDictionary<string, PackageAssembly>(StringComparer.Ordinal);
        var open = new Stack<string>(AssemblyFacts.Of(image).References);
        while (open.TryPop(out var name))
        {
            if (!byName.TryGetValue(name, out var assembly) || !used.TryAdd(assembly.Name, assembly))
                continue;
            foreach (var reference in assembly.References)
                open.Push(reference);
        }

        return [.. used.Values];
    }
}
