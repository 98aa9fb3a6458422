using System.Diagnostics.CodeAnalysis;
using Workflow.Loading;
using Workflow.Scheduler.Loading.Packages;
using Workflow.Scheduler.Loading.Validation;

namespace Workflow.Scheduler.Loading;

/// <summary>Loads one file: compiles it, runs its definitions, takes out what they say, and lets the assembly go.</summary>
internal sealed class DagFileLoader(DagCompiler compiler, TimeSpan? defineLimit)
{
    /// <summary>Loads a file; whatever goes wrong is in its diagnostics.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A file on which the loader itself fails must not keep the others from loading.")]
    internal LoadedFile Load(
        SourceFile source, IReadOnlyList<SourceFile> shared, PackageSet packages, DagValidator validator,
        CancellationToken cancellationToken)
    {
        try
        {
            var compiled = compiler.Compile(source, shared, packages, cancellationToken);
            if (compiled.Image is null)
                return File(source, [], compiled.Diagnostics);
            if (compiled.Classes.Count == 0)
                return File(source, [], [NoDag(source)]);
            return Define(source, shared, compiled, compiled.Image, packages.UsedBy(compiled.Image), validator);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return File(source, [], [new ImportDiagnostic(
                source.File, 1, 1, ImportCodes.Internal, $"The file could not be loaded: {exception.GetType().Name}: {exception.Message}",
                ImportSeverity.Error)]);
        }
    }

    private LoadedFile Define(
        SourceFile source, IReadOnlyList<SourceFile> shared, CompiledFile compiled, byte[] image, IReadOnlyList<PackageAssembly> packages,
        DagValidator validator)
    {
        var dags = new List<LoadedDag>();
        var problems = new List<ImportDiagnostic>();
        using var assembly = DagAssembly.Load(image, packages.ToDictionary(package => package.Name, package => package.Bytes));
        var references = ReferenceVersions(packages);
        foreach (var defined in assembly.Define(defineLimit))
        {
            var place = compiled.Classes.FirstOrDefault(dag => dag.Name == defined.ClassName) ?? compiled.Classes[0];
            if (defined.Definition is null)
            {
                problems.Add(Problem(source, place, defined.Problem!));
                continue;
            }

            var facts = DagFacts.Of(defined.Definition);
            var found = validator.Check(facts, source.File, place);
            problems.AddRange(found);
            if (found.Any(each => each.Severity == ImportSeverity.Error))
                continue;
            dags.Add(new LoadedDag(facts, place, source, shared, image, VersionHash(facts, source, shared, references), references)
            {
                Packages = packages,
            });
        }

        return File(source, dags, problems);
    }

    /// <remarks>The names of files are left out: a file that is renamed is the same version.</remarks>
    private static string VersionHash(
        DagFacts facts, SourceFile source, IReadOnlyList<SourceFile> shared, IReadOnlyDictionary<string, string> references) => Hash.Of([
            facts.DefinitionHash, source.Text, $"{shared.Count}", .. shared.Select(file => file.Text),
            .. references.Select(version => $"{version.Key} {version.Value}")]);

    /// <remarks>Only the packages that the file refers to: another package's update does not make a new version of the DAG.</remarks>
    private static SortedDictionary<string, string> ReferenceVersions(IReadOnlyList<PackageAssembly> packages)
    {
        var versions = new SortedDictionary<string, string>(DagReferences.Versions.ToDictionary(), StringComparer.Ordinal);
        foreach (var package in packages.GroupBy(each => (each.Package, each.PackageVersion)))
        {
            versions[package.Key.Package] =
                $"{package.Key.PackageVersion} ({string.Join(", ", package.Select(each => $"{each.Name}.dll sha256:{each.Sha256}"))})";
        }

        return versions;
    }

    private static ImportDiagnostic Problem(SourceFile source, DagClass place, DefinitionProblem problem) =>
        problem.Line is { } line
            ? new ImportDiagnostic(problem.File ?? source.File, line, 1, ImportCodes.Definition, problem.Message, ImportSeverity.Error)
            : new ImportDiagnostic(source.File, place.Line, place.Column, ImportCodes.Definition, problem.Message, ImportSeverity.Error);

    private static ImportDiagnostic NoDag(SourceFile source) => new(
        source.File, 1, 1, ImportCodes.NoDag,
        $"The file has no class that implements IDag, so it gives no DAG. Code that DAGs share belongs into {DagFolder.SharedFolder}/.",
        ImportSeverity.Warning);

    private static LoadedFile File(SourceFile source, IReadOnlyList<LoadedDag> dags, IReadOnlyList<ImportDiagnostic> problems) =>
        new(source.File, source.Sha256, [], [], problems) { Defined = dags, OwnDiagnostics = problems };
}
