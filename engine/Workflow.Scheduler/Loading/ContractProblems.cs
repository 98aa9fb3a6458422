using Workflow.Postgres.Contracts;

namespace Workflow.Scheduler.Loading;

/// <summary>Contracts that the registry refuses, as import errors of their files.</summary>
internal static class ContractProblems
{
    /// <summary>
    /// Takes the DAGs of refused contracts out of what a load gave. Their files keep the claim on their ids: the versions that were stored
    /// before stay in service.
    /// </summary>
    internal static LoadResult Into(LoadResult loaded, IReadOnlyList<(RefusedContract Contract, string File)> refused)
    {
        if (refused.Count == 0)
            return loaded;
        var byFile = refused.ToLookup(one => one.File, one => one.Contract);
        return loaded with
        {
            Files = [.. loaded.Files.Select(file => byFile.Contains(file.File) ? Into(file, [.. byFile[file.File]]) : file)],
        };
    }

    private static LoadedFile Into(LoadedFile file, IReadOnlyList<RefusedContract> refused)
    {
        var ids = refused.Select(one => one.DagId).ToHashSet(StringComparer.Ordinal);
        return file with
        {
            Dags = [.. file.Dags.Where(dag => !ids.Contains(dag.Id))],
            Held = [.. file.Held, .. ids],
            Diagnostics =
            [
                .. file.Diagnostics,
                .. refused.Select(one => new ImportDiagnostic(
                    file.File, Math.Max(one.Contract.Line, 1), 1, ImportCodes.Contract, one.Message, ImportSeverity.Error)),
            ],
        };
    }
}
