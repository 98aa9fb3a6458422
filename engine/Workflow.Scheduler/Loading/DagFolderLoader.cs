using Workflow.Scheduler.Loading.Validation;

namespace Workflow.Scheduler.Loading;

/// <summary>Loads what changed in a DAG folder. One broken file never hides or harms another.</summary>
/// <param name="compiler">Compiles.</param>
/// <param name="defineLimit">How long the definitions of one file may take; ten seconds unless given.</param>
public sealed class DagFolderLoader(DagCompiler compiler, TimeSpan? defineLimit = null)
{
    private static readonly Dictionary<string, int> NoPools = [];

    private readonly DagFileLoader files = new(compiler, defineLimit);

    /// <summary>
    /// Loads the files whose text changed since the state before, or all of them when a shared file, a package or the pools did.
    /// </summary>
    /// <param name="folder">The folder as it is now.</param>
    /// <param name="before">The last result; <see cref="LoadResult.Nothing"/> at first.</param>
    /// <param name="knownOwners">
    /// Which file is known to have which DAG id, for the first load after a start: without it, two files with one id would be settled by
    /// their names and not by who had it first.
    /// </param>
    /// <param name="pools">How many slots each pool has, which definitions are checked against; none unless given.</param>
    /// <param name="cancellationToken">Gives up; the state before stays as it is.</param>
    public LoadResult Load(
        FolderSnapshot folder, LoadResult before, IReadOnlyDictionary<string, string>? knownOwners = null,
        IReadOnlyDictionary<string, int>? pools = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(before);
        var known = before.Files.ToDictionary(file => file.File);
        var owners = Owners(before, knownOwners);
        var allChanged = folder.SharedSha256 != before.SharedSha256 || folder.Packages.Sha256 != before.Packages.Sha256
            || !SamePools(pools ?? NoPools, before.Pools);
        var validator = new DagValidator(pools ?? NoPools);
        var changed = folder.Files
            .Where(file => allChanged || known.GetValueOrDefault(file.File)?.SourceSha256 != file.Sha256)
            .ToList();

        var loaded = new LoadedFile[changed.Count];
        Parallel.For(
            0,
            changed.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            at => loaded[at] = files.Load(changed[at], folder.Shared, folder.Packages, validator, cancellationToken));

        var fresh = loaded.Concat(folder.Unreadable.Where(found => !IsShared(found.File)).Select(found => WithoutDags(found.File, [found])))
            .Concat(folder.ProjectProblems.GroupBy(found => found.File).Select(found => WithoutDags(found.Key, [.. found])))
            .ToDictionary(file => file.File);
        var present = folder.Files.Select(file => file.File).Concat(fresh.Keys).Distinct().Order(StringComparer.Ordinal);
        var all = present.Select(file => fresh.GetValueOrDefault(file) ?? known[file]).ToList();
        var settled = DagClaims.Settle(all, owners);

        var sharedProblems = folder.Unreadable.Where(found => IsShared(found.File)).ToList();
        if (sharedProblems.Count > 0)
            settled = [.. settled.Select(file => file with { Diagnostics = [.. file.Diagnostics, .. sharedProblems] })];

        var now = Owners(settled);
        return new LoadResult(
            folder.SharedSha256,
            settled,
            [.. changed.Select(file => file.File)],
            [.. known.Keys.Except(settled.Select(file => file.File)).Order(StringComparer.Ordinal)],
            [.. owners.Keys.Except(now.Keys).Order(StringComparer.Ordinal)],
            [.. now.Where(pair => owners.TryGetValue(pair.Key, out var from) && from != pair.Value)
                .Select(pair => new MovedDag(pair.Key, owners[pair.Key], pair.Value))
                .OrderBy(moved => moved.DagId, StringComparer.Ordinal)],
            folder.Summary)
        { Packages = folder.Packages, Pools = pools ?? NoPools };
    }

    private static Dictionary<string, string> Owners(LoadResult before, IReadOnlyDictionary<string, string>? knownOwners)
    {
        var owners = Owners(before.Files);
        foreach (var (dag, file) in knownOwners ?? new Dictionary<string, string>())
            owners.TryAdd(dag, file);
        return owners;
    }

    private static Dictionary<string, string> Owners(IReadOnlyList<LoadedFile> files) =>
        files.SelectMany(file => file.Dags.Select(dag => dag.Id).Concat(file.Held).Select(id => (id, file.File)))
            .ToDictionary(pair => pair.id, pair => pair.File);

    private static bool SamePools(IReadOnlyDictionary<string, int> now, IReadOnlyDictionary<string, int> before) =>
        now.Count == before.Count && now.All(pool => before.TryGetValue(pool.Key, out var slots) && slots == pool.Value);

    private static bool IsShared(string file) => file.StartsWith($"{DagFolder.SharedFolder}/", StringComparison.Ordinal);

    private static LoadedFile WithoutDags(string file, IReadOnlyList<ImportDiagnostic> found) =>
        new(file, "", [], [], found) { OwnDiagnostics = found };
}
