using Workflow.Graphs;
using Workflow.Loading;
using Workflow.Postgres.Dags;
using Workflow.Scheduler.Loading;
using Workflow.Scheduler.Loading.Packages;
using Workflow.Scheduler.Timetables;
using Workflow.Timetables;

namespace Workflow.Testing.Running;

/// <summary>Stores DAGs from source text, through the compiler and the store that the scheduler uses.</summary>
public static class LocalDags
{
    private static readonly Lazy<DagCompiler> Compiler = new(() => new DagCompiler());

    /// <summary>Compiles a file with one DAG and makes it the current version.</summary>
    /// <returns>The DAG's id.</returns>
    public static async Task<string> SaveAsync(
        DagStore store, string source, string file = "Test.cs", IReadOnlyDictionary<string, string>? shared = null,
        PackageSet? packages = null)
    {
        var folder = new FolderSnapshot(".", Exists: true, [SourceFile.Of(file, source)],
            [.. (shared ?? new Dictionary<string, string>()).Select(pair => SourceFile.Of(pair.Key, pair.Value))], [])
        {
            Packages = packages ?? PackageSet.None,
        };
        var result = new DagFolderLoader(Compiler.Value).Load(folder, LoadResult.Nothing);
        var dag = result.Dags.FirstOrDefault()
            ?? throw new InvalidOperationException($"The test's DAG does not load: {string.Join(Environment.NewLine, result.Diagnostics)}");
        await store.SaveAsync(
            new DagVersionContent(
                dag.Id, file, dag.VersionHash, dag.Facts.DefinitionHash, dag.Facts.Description, dag.Facts.Owner, dag.Facts.Tags,
                dag.Facts.ScheduleSettings, dag.Facts.Parameters, dag.Facts.Settings, dag.Facts.Graph, source,
                new Dictionary<string, string>(), "test", dag.AssemblyBytes)
            {
                Packages = [.. dag.Packages.Select(package => new PackagedAssembly(package.Name, package.Sha256, package.Bytes))],
            },
            (settings, last, now) => settings.Schedule is Custom
                ? OwnTimetables.Ask(dag.Id, dag.AssemblyBytes, own =>
                    FirePlan.First(settings, last, now, own), packages: dag.PackageBytes())
                : FirePlan.First(settings, last, now),
            CancellationToken.None);
        return dag.Id;
    }
}
