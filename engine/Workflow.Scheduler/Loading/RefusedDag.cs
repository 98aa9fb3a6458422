using Workflow.Postgres.Contracts;
using Workflow.Postgres.Dags;

namespace Workflow.Scheduler.Loading;

/// <summary>A DAG that the database refuses, with the import error of its file.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="Problem">Why.</param>
internal sealed record RefusedDag(string DagId, ImportDiagnostic Problem)
{
    /// <summary>A contract breaks what is promised.</summary>
    public static RefusedDag Of(RefusedContract refused, string file) => new(
        refused.DagId,
        new ImportDiagnostic(file, Math.Max(refused.Contract.Line, 1), 1, ImportCodes.Contract, refused.Message, ImportSeverity.Error));

    /// <summary>Another DAG describes one of its datasets.</summary>
    public static RefusedDag Of(DatasetsDescribedException refused, string file) => new(
        refused.DagId, new ImportDiagnostic(file, 1, 1, ImportCodes.Dataset, refused.Message, ImportSeverity.Error));

    /// <summary>The database does not take what it says.</summary>
    public static RefusedDag Of(string dagId, Exception refused, string file) => new(
        dagId, new ImportDiagnostic(
            file, 1, 1, ImportCodes.Definition, $"The database refuses the DAG '{dagId}': {refused.Message}", ImportSeverity.Error));

    /// <summary>
    /// Takes refused DAGs out of what a load gave. Their files keep the claim on their ids: the versions that were stored before stay in
    /// service.
    /// </summary>
    internal static LoadResult Into(LoadResult loaded, IReadOnlyList<RefusedDag> refused)
    {
        if (refused.Count == 0)
            return loaded;
        var byFile = refused.ToLookup(one => one.Problem.File);
        return loaded with
        {
            Files = [.. loaded.Files.Select(file => byFile.Contains(file.File) ? Into(file, [.. byFile[file.File]]) : file)],
        };
    }

    private static LoadedFile Into(LoadedFile file, IReadOnlyList<RefusedDag> refused)
    {
        var ids = refused.Select(one => one.DagId).ToHashSet(StringComparer.Ordinal);
        return file with
        {
            Dags = [.. file.Dags.Where(dag => !ids.Contains(dag.Id))],
            Held = [.. file.Held, .. ids],
            Diagnostics = [.. file.Diagnostics, .. refused.Select(one => one.Problem)],
        };
    }
}
