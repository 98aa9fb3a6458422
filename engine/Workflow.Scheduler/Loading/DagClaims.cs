namespace Workflow.Scheduler.Loading;

/// <summary>Decides which file gives which DAG id: a function of values.</summary>
internal static class DagClaims
{
    /// <summary>Fills in what each file gives and holds.</summary>
    /// <param name="files">Every file with what it defines.</param>
    /// <param name="owners">Which file gave or held an id before.</param>
    /// <remarks>
    /// An id belongs to the file that had it before, as long as that file still defines it or is broken (then nobody can know what it will
    /// define once mended). Otherwise to the first file by ordinal name that defines it, and within a file to the first class.
    /// </remarks>
    internal static IReadOnlyList<LoadedFile> Settle(IReadOnlyList<LoadedFile> files, IReadOnlyDictionary<string, string> owners)
    {
        var byName = files.ToDictionary(file => file.File);
        var held = owners
            .Where(pair => byName.TryGetValue(pair.Value, out var file) && IsBroken(file) && file.Defined.All(dag => dag.Id != pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        var winners = files.SelectMany(file => file.Defined.Select(dag => (file.File, dag))).GroupBy(claim => claim.dag.Id)
            .ToDictionary(claims => claims.Key, claims => Winner(claims.Key, [.. claims], owners, held));
        return [.. files.Select(file => Settle(file, winners, held))];
    }

    private static (string File, string? ClassName) Winner(
        string dagId, IReadOnlyList<(string File, LoadedDag Dag)> claims, IReadOnlyDictionary<string, string> owners,
        Dictionary<string, string> held)
    {
        if (held.TryGetValue(dagId, out var holder))
            return (holder, null);
        var first = claims
            .OrderByDescending(claim => owners.GetValueOrDefault(dagId) == claim.File)
            .ThenBy(claim => claim.File, StringComparer.Ordinal)
            .ThenBy(claim => claim.Dag.Class.Name, StringComparer.Ordinal)
            .First();
        return (first.File, first.Dag.Class.Name);
    }

    private static LoadedFile Settle(
        LoadedFile file, Dictionary<string, (string File, string? ClassName)> winners, Dictionary<string, string> held)
    {
        var given = file.Defined.Where(dag => winners[dag.Id] == (file.File, dag.Class.Name)).ToList();
        var refused = file.Defined.Except(given).Select(dag => Refusal(file, dag, winners[dag.Id]));
        return file with
        {
            Dags = given,
            Held = [.. held.Where(pair => pair.Value == file.File).Select(pair => pair.Key).Order(StringComparer.Ordinal)],
            Diagnostics = [.. file.OwnDiagnostics, .. refused],
        };
    }

    private static ImportDiagnostic Refusal(LoadedFile file, LoadedDag dag, (string File, string? ClassName) winner)
    {
        var message = winner.File == file.File
            ? $"{file.File} defines DAG '{dag.Id}' twice, in {winner.ClassName} and in {dag.Class.Name}; the first one counts."
            : $"DAG '{dag.Id}' in {file.File} is also in {winner.File}, which had it first. "
                + "Give one of them another id, or delete one file.";
        return new ImportDiagnostic(file.File, dag.Class.Line, dag.Class.Column, ImportCodes.DuplicateDag, message, ImportSeverity.Error);
    }

    private static bool IsBroken(LoadedFile file) => file.OwnDiagnostics.Any(found => found.Severity == ImportSeverity.Error);
}
