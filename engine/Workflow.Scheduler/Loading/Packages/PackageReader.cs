using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;

namespace Workflow.Scheduler.Loading.Packages;

/// <summary>The packages of a DAG folder at one moment.</summary>
/// <param name="Packages">The set to compile with: as restored, or the last good one where something is wrong.</param>
/// <param name="Problems">What is wrong with the project or what was restored for it.</param>
internal sealed record PackageScan(PackageSet Packages, IReadOnlyList<ImportDiagnostic> Problems);

/// <summary>Finds out which packages DAG code may use: what the project in the DAG folder references, as NuGet restored it.</summary>
/// <remarks>
/// Write times cannot tell whether a restore is out of date: NuGet leaves its result untouched when a change of the project makes no
/// difference, and a checkout gives files any order. So the packages that the project names are compared with those that were restored. A
/// reference that was taken out of the project therefore counts until the next restore.
/// </remarks>
internal static class PackageReader
{
    /// <summary>Reads the packages of a folder.</summary>
    /// <param name="folder">The DAG folder.</param>
    /// <param name="known">The last good set: returned as it is when nothing changed, or when something is wrong.</param>
    internal static PackageScan Read(string folder, PackageSet known)
    {
        var projects = DagFolder.Projects(folder);
        if (projects.Count == 0)
            return new PackageScan(PackageSet.None, []);
        if (projects.Count > 1)
        {
            return new PackageScan(known, [Problem(
                projects[1].FullName, 1, 1, $"The folder has the projects {string.Join(" and ", projects.Select(file => file.Name))}, "
                    + "and only one can say which packages DAG files use. Move the others elsewhere.")]);
        }

        var project = projects[0].FullName;
        try
        {
            var references = DagProject.References(DagFolder.Read(project));
            var restored = Path.Combine(folder, RestoreResult.File);
            return File.Exists(restored)
                ? Read(project, references, DagFolder.Read(restored), known)
                : NeverRestored(project, references, known);
        }
        catch (XmlException exception)
        {
            return new PackageScan(known, [Problem(
                project, Math.Max(exception.LineNumber, 1), Math.Max(exception.LinePosition, 1),
                $"The project is no XML: {exception.Message} Mend it.")]);
        }
        catch (JsonException exception)
        {
            return new PackageScan(known, [Problem(
                project, 1, 1, $"{RestoreResult.File} cannot be used: {exception.Message} {Remedy(project)}")]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PackageScan(known, [Problem(
                project, 1, 1, $"The project, or what was restored for it, cannot be read: {exception.Message} {Remedy(project)}")]);
        }
    }

    private static PackageScan NeverRestored(string project, IReadOnlyList<ProjectReference> references, PackageSet known)
    {
        if (references.FirstOrDefault(each => !each.IsConditional) is not { } first)
            return new PackageScan(PackageSet.None, []);
        var names = string.Join(", ", references.Select(each => each.Id));
        return new PackageScan(known, [Problem(
            project, first.Line, first.Column, $"The packages of this project ({names}) are not restored. {Remedy(project)}")]);
    }

    private static PackageScan Read(string project, IReadOnlyList<ProjectReference> references, string text, PackageSet known)
    {
        var restored = RestoreResult.Parse(text);
        var packages = restored.Packages(HostRids.Here).ToList();
        var problems = OutOfDate(project, references, restored).ToList();
        var files = Files(project, packages, restored, problems);
        if (problems.Count > 0)
            return new PackageScan(known, problems);

        problems.AddRange(restored.Projects.Select(other => Problem(
            project, 1, 1, $"The project references the project '{other}', which DAG files cannot use: the engine compiles them against "
                + $"packages. Move its code into {DagFolder.SharedFolder}/, or pack it.", ImportSeverity.Warning)));

        // Refused by themselves, with what needs them: DAGs that use other packages are none the worse.
        foreach (var package in packages.Where(package => package.Native.Count > 0))
        {
            var needers = restored.NeedersOf(package.Id);
            problems.Add(NativeLibrary(project, references, package, needers));
            files.RemoveAll(file => needers.Contains(file.Package.Id));
        }

        var stamp = Stamp(text, files);
        return new PackageScan(known.Stamp == stamp ? known : Take(project, files, stamp, problems) ?? known, problems);
    }

    private static IEnumerable<ImportDiagnostic> OutOfDate(
        string project, IReadOnlyList<ProjectReference> references, RestoreResult restored)
    {
        foreach (var each in references.Where(each => !each.IsConditional))
        {
            if (!restored.Direct.TryGetValue(each.Id, out var range))
            {
                yield return Problem(project, each.Line, each.Column, $"Package '{each.Id}' is not restored. {Remedy(project)}");
            }
            else if (DagProject.Range(each.Version) is { } wanted && range?.Equals(wanted, StringComparison.OrdinalIgnoreCase) == false)
            {
                yield return Problem(
                    project, each.Line, each.Column,
                    $"Package '{each.Id}' is to be {each.Version}, and {range} is restored. {Remedy(project)}");
            }
        }
    }

    private static ImportDiagnostic NativeLibrary(
        string project, IReadOnlyList<ProjectReference> references, RestoredPackage package, IReadOnlySet<string> needers)
    {
        var place = references.FirstOrDefault(each => needers.Contains(each.Id));
        var way = place?.Id.Equals(package.Id, StringComparison.OrdinalIgnoreCase) == false ? $", which '{place.Id}' needs," : "";
        return Problem(
            project, place?.Line ?? 1, place?.Column ?? 1,
            $"Package '{package.Id} {package.Version}'{way} has native libraries ({package.Native[0].Split('/')[^1]}), which cannot be "
                + "loaded for one DAG version beside another. Use a managed package, or call a program of its own from the task.");
    }

    /// <summary>The files to read; the same path may be one to compile against and one to run.</summary>
    private static List<PackageFile> Files(
        string project, IEnumerable<RestoredPackage> packages, RestoreResult restored, List<ImportDiagnostic> problems)
    {
        var files = new List<PackageFile>();
        foreach (var package in packages)
        {
            foreach (var (file, runs) in package.Compile.Select(file => (file, false)).Concat(package.Runtime.Select(file => (file, true))))
            {
                if (restored.Locate(package, file) is { } path)
                {
                    files.Add(new PackageFile(package, new FileInfo(path), runs));
                    continue;
                }

                problems.Add(Problem(
                    project, 1, 1,
                    $"Package '{package.Id} {package.Version}' is not on this machine: {file} is missing. {Remedy(project)}"));
                break;
            }
        }

        return files;
    }

    private static string Stamp(string text, IEnumerable<PackageFile> files) => Hash.Of(
        [text, .. files.Select(file => $"{file.Info.FullName}|{file.Info.Length}|{file.Info.LastWriteTimeUtc.Ticks}|{file.Runs}")]);

    private static PackageSet? Take(string project, IReadOnlyList<PackageFile> files, string stamp, List<ImportDiagnostic> problems)
    {
        var read = new Dictionary<string, (PackageAssembly Assembly, Version Version)>();
        foreach (var file in files.DistinctBy(file => file.Info.FullName))
        {
            try
            {
                var bytes = File.ReadAllBytes(file.Info.FullName);
                var facts = AssemblyFacts.Of(bytes);
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
                read[file.Info.FullName] = (
                    new PackageAssembly(facts.Name, file.Package.Id, file.Package.Version, sha256, bytes) { References = facts.References },
                    facts.Version);
            }
            catch (BadImageFormatException exception)
            {
                problems.Add(Problem(
                    project, 1, 1, $"Package '{file.Package.Id} {file.Package.Version}': {file.Info.Name} is no .NET assembly. "
                        + $"{exception.Message} Use another version of the package."));
            }
        }

        return files.Any(file => !read.ContainsKey(file.Info.FullName))
            ? null
            : new PackageSet(Chosen(runs: true), Chosen(runs: false), stamp);

        // Of two with one name the higher version counts, as in a build; what .NET or Workflow.Core have themselves is theirs.
        IReadOnlyList<PackageAssembly> Chosen(bool runs) =>
        [
            .. files.Where(file => file.Runs == runs).Select(file => read[file.Info.FullName])
                .Where(each => !DagReferences.IsOfHost(each.Assembly.Name))
                .GroupBy(each => each.Assembly.Name, StringComparer.OrdinalIgnoreCase)
                .Select(same => same.MaxBy(each => each.Version).Assembly)
                .OrderBy(each => each.Name, StringComparer.Ordinal),
        ];
    }

    private static string Remedy(string project) =>
        $"Run: dotnet restore {(project.Contains(' ', StringComparison.Ordinal) ? $"\"{project}\"" : project)}";

    private static ImportDiagnostic Problem(
        string project, int line, int column, string message, ImportSeverity severity = ImportSeverity.Error) =>
        new(Path.GetFileName(project), line, column, ImportCodes.Packages, message, severity);

    private sealed record PackageFile(RestoredPackage Package, FileInfo Info, bool Runs);
}
