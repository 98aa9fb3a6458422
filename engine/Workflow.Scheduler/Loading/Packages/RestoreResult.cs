using System.Text.Json;

namespace Workflow.Scheduler.Loading.Packages;

/// <summary>What NuGet restored for the DAG project: <c>obj/project.assets.json</c>, as far as it is needed here.</summary>
internal sealed class RestoreResult
{
    /// <summary>Where it lies in the folder of the project.</summary>
    internal const string File = "obj/project.assets.json";

    private const string Placeholder = "_._";

    private static readonly string[] Frameworks = ["net10.0", ".NETCoreApp,Version=v10.0"];

    private readonly Assets assets;
    private readonly Dictionary<string, Library> target;

    private RestoreResult(Assets assets, Dictionary<string, Library> target)
    {
        this.assets = assets;
        this.target = target;
        Direct = new Dictionary<string, string?>(
            (assets.Project?.Frameworks ?? []).Values.SelectMany(framework => framework.Dependencies ?? [])
                .Where(pair => pair.Value.Target is null or "Package")
                .DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Version)),
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The packages that the project references itself, with the range of versions that it wants.</summary>
    internal IReadOnlyDictionary<string, string?> Direct { get; }

    /// <summary>The projects that it references, other than Workflow.Core.</summary>
    internal IEnumerable<string> Projects => target.Where(pair => pair.Value.Type == "project").Select(pair => Id(pair.Key))
        .Where(name => !DagReferences.IsOfHost(name));

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">It is no restore result, or not for this version of .NET.</exception>
    internal static RestoreResult Parse(string text)
    {
        var assets = JsonSerializer.Deserialize<Assets>(text, JsonSerializerOptions.Web) ?? throw new JsonException("It is empty.");
        var targets = assets.Targets ?? [];
        var name = Frameworks.SelectMany(framework => HostRids.Here.Select(rid => $"{framework}/{rid}").Append(framework))
            .FirstOrDefault(targets.ContainsKey)
            ?? throw new JsonException(
                $"It is for {string.Join(", ", targets.Keys)} and not for {Frameworks[0]}: set the TargetFramework.");
        return new RestoreResult(assets, targets[name]);
    }

    /// <summary>The packages that bring something, each with the files to compile against and the files to run for a host.</summary>
    /// <param name="rids">What runs on the host, the closest first.</param>
    internal IEnumerable<RestoredPackage> Packages(IReadOnlyList<string> rids) =>
        from pair in target
        where pair.Value.Type == "package"
        let managed = OfHost(pair.Value, "runtime", rids).GroupBy(FileName).ToDictionary(files => files.Key, files => files.First())
        let portable = Dlls(pair.Value.Runtime)
        let running = portable.Select(file => managed.GetValueOrDefault(FileName(file), file))
            .Concat(managed.Values.Where(IsDll)).Distinct()
        select new RestoredPackage(
            Id(pair.Key), pair.Key[(Id(pair.Key).Length + 1)..], [.. Dlls(pair.Value.Compile)], [.. running],
            [.. Real(pair.Value.Native?.Keys).Concat(OfHost(pair.Value, "native", rids)).Distinct()]);

    /// <summary>The file of a package on disk; null when it is in none of NuGet's folders.</summary>
    internal string? Locate(RestoredPackage package, string file)
    {
        var path = assets.Libraries?.GetValueOrDefault($"{package.Id}/{package.Version}")?.Path ?? "";
        return (assets.PackageFolders ?? []).Keys.Select(folder => Path.Combine(folder, path, file)).FirstOrDefault(System.IO.File.Exists);
    }

    /// <summary>A package and all that need it, directly or through others.</summary>
    internal IReadOnlySet<string> NeedersOf(string package)
    {
        var needers = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { package };
        while (target.Where(pair => pair.Value.Dependencies?.Keys.Any(needers.Contains) == true)
            .Count(pair => needers.Add(Id(pair.Key))) > 0)
        {
            // Until a round finds no further one.
        }

        return needers;
    }

    private static string Id(string key) => key.Split('/')[0];

    private static string FileName(string file) => file[(file.LastIndexOf('/') + 1)..];

    private static bool IsDll(string file) => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Real(IEnumerable<string>? files) => (files ?? []).Where(file => FileName(file) != Placeholder);

    private static IEnumerable<string> Dlls(Dictionary<string, JsonElement>? files) => Real(files?.Keys).Where(IsDll);

    private static IEnumerable<string> OfHost(Library library, string kind, IReadOnlyList<string> rids) => Real(
        (library.RuntimeTargets ?? [])
            .Where(pair => pair.Value.AssetType == kind && rids.Contains(pair.Value.Rid))
            .OrderBy(pair => rids.ToList().IndexOf(pair.Value.Rid!))
            .Select(pair => pair.Key));

    private sealed record Assets(
        Dictionary<string, Dictionary<string, Library>>? Targets, Dictionary<string, LibraryFiles>? Libraries,
        Dictionary<string, JsonElement>? PackageFolders, ProjectPart? Project);

    private sealed record Library(
        string? Type, Dictionary<string, string>? Dependencies, Dictionary<string, JsonElement>? Compile,
        Dictionary<string, JsonElement>? Runtime, Dictionary<string, JsonElement>? Native,
        Dictionary<string, RuntimeTarget>? RuntimeTargets);

    private sealed record RuntimeTarget(string? AssetType, string? Rid);

    private sealed record LibraryFiles(string? Path);

    private sealed record ProjectPart(Dictionary<string, Framework>? Frameworks);

    private sealed record Framework(Dictionary<string, Dependency>? Dependencies);

    private sealed record Dependency(string? Target, string? Version);
}

/// <summary>A restored package: paths are relative to its folder.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Compile">The assemblies to compile against.</param>
/// <param name="Runtime">The assemblies to run.</param>
/// <param name="Native">The native libraries that it needs on the host.</param>
internal sealed record RestoredPackage(
    string Id, string Version, IReadOnlyList<string> Compile, IReadOnlyList<string> Runtime, IReadOnlyList<string> Native);
