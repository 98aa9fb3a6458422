using Workflow.Loading;
using Workflow.Scheduler.Loading.Packages;

namespace Workflow.Scheduler.Loading;

/// <summary>A DAG that was loaded, with everything that its version is made of. Values only: its assembly is no longer loaded.</summary>
/// <param name="Facts">What the definition says.</param>
/// <param name="Class">The class that defines it.</param>
/// <param name="Source">The file that it is in.</param>
/// <param name="SharedSources">The shared files that were compiled with it.</param>
/// <param name="AssemblyBytes">The compiled file. All DAGs of one file have the same array.</param>
/// <param name="VersionHash">64 hex digits over definition, source, shared sources and reference versions.</param>
/// <param name="ReferenceVersions">What it was compiled against.</param>
public sealed record LoadedDag(
    DagFacts Facts, DagClass Class, SourceFile Source, IReadOnlyList<SourceFile> SharedSources, byte[] AssemblyBytes, string VersionHash,
    IReadOnlyDictionary<string, string> ReferenceVersions)
{
    /// <summary>The DAG's id.</summary>
    public string Id => Facts.Id;

    /// <summary>The assemblies of packages that it refers to, directly or through others: part of the version.</summary>
    public IReadOnlyList<PackageAssembly> Packages { get; init; } = [];

    /// <summary>The bytes of those, by simple name.</summary>
    public IReadOnlyDictionary<string, byte[]> PackageBytes() => Packages.ToDictionary(package => package.Name, package => package.Bytes);
}

/// <summary>What the loader made of one file.</summary>
/// <param name="File">The file.</param>
/// <param name="SourceSha256">The hash of its text; empty when it could not be read.</param>
/// <param name="Dags">The DAGs that it gives.</param>
/// <param name="Held">
/// Ids of DAGs that it gave when they last loaded and that it still has a claim on: they are neither deleted nor open to another file while
/// this one is broken.
/// </param>
/// <param name="Diagnostics">What is wrong with it.</param>
public sealed record LoadedFile(
    string File, string SourceSha256, IReadOnlyList<LoadedDag> Dags, IReadOnlyList<string> Held,
    IReadOnlyList<ImportDiagnostic> Diagnostics)
{
    /// <summary>
    /// Every DAG that the file defines, also those whose id another file has. Kept so that one can step in without a compilation.
    /// </summary>
    internal IReadOnlyList<LoadedDag> Defined { get; init; } = [];

    /// <summary>What is wrong with the file by itself.</summary>
    internal IReadOnlyList<ImportDiagnostic> OwnDiagnostics { get; init; } = [];

    /// <summary>Whether something keeps a DAG of the file from being loaded.</summary>
    public bool HasErrors => Diagnostics.Any(found => found.Severity == ImportSeverity.Error);
}

/// <summary>What the loader made of a folder, and what changed against the state before.</summary>
/// <param name="SharedSha256">The hash of the shared files.</param>
/// <param name="Files">Every file, in ordinal order of the names.</param>
/// <param name="Compiled">The files that were compiled this time.</param>
/// <param name="RemovedFiles">Files that were there before and are not now.</param>
/// <param name="RemovedDags">Ids that some file gave or held before and none does now.</param>
/// <param name="MovedDags">DAGs that another file gives than before.</param>
/// <param name="Summary">What there is, as a sentence for the log.</param>
public sealed record LoadResult(
    string SharedSha256, IReadOnlyList<LoadedFile> Files, IReadOnlyList<string> Compiled, IReadOnlyList<string> RemovedFiles,
    IReadOnlyList<string> RemovedDags, IReadOnlyList<MovedDag> MovedDags, string Summary)
{
    /// <summary>The state before anything was loaded.</summary>
    public static LoadResult Nothing { get; } = new("", [], [], [], [], [], "Nothing is loaded yet.");

    /// <summary>The packages that the files were compiled with.</summary>
    public PackageSet Packages { get; init; } = PackageSet.None;

    /// <summary>The pools that the definitions were checked against.</summary>
    public IReadOnlyDictionary<string, int> Pools { get; init; } = new Dictionary<string, int>();

    /// <summary>Every DAG.</summary>
    public IEnumerable<LoadedDag> Dags => Files.SelectMany(file => file.Dags);

    /// <summary>Every diagnostic.</summary>
    public IEnumerable<ImportDiagnostic> Diagnostics => Files.SelectMany(file => file.Diagnostics);
}

/// <summary>A DAG that another file gives than before.</summary>
public sealed record MovedDag(string DagId, string From, string To);
