using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Workflow.Architecture.Tests;

/// <summary>Dependencies point one way; scheduler, dashboard and worker meet in the database only.</summary>
public sealed class DependencyTests
{
    /// <remarks>What each project may refer to. A new project must be entered here.</remarks>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Workflow.Npm"] = [],
        ["Workflow.Core"] = [],
        ["Workflow.DagTesting"] = ["Workflow.Core"],
        ["Workflow.Timetables"] = ["Workflow.Core"],
        ["Workflow.Postgres"] = ["Workflow.Core"],
        ["Workflow.Data"] = ["Workflow.Core", "Workflow.Npm"],
        ["Workflow.Ml"] = ["Workflow.Core", "Workflow.Data"],
        ["Workflow.Scheduler"] = ["Workflow.Core", "Workflow.Timetables", "Workflow.Postgres", "Workflow.Data", "Workflow.Ml"],
        ["Workflow.Dashboard"] =
            ["Workflow.Core", "Workflow.Timetables", "Workflow.Postgres", "Workflow.Data", "Workflow.Ml", "Workflow.Npm"],
        ["Workflow.Worker"] = ["Workflow.Core", "Workflow.Postgres", "Workflow.Data", "Workflow.Ml"],
        ["Workflow.Hangfire"] = ["Workflow.Core", "Workflow.Postgres", "Workflow.Scheduler", "Workflow.Worker"],
        ["Workflow.Engine"] =
        [
            "Workflow.Core", "Workflow.Timetables", "Workflow.Postgres", "Workflow.Data", "Workflow.Ml", "Workflow.Npm",
            "Workflow.Scheduler",
            "Workflow.Dashboard", "Workflow.Worker",
        ],
    };

    [Fact]
    public void ProjectReferences_OfEveryProductProject_AreAmongThoseAllowed()
    {
        foreach (var file in Repository.Files("*.csproj", "engine", "workers"))
        {
            var project = Path.GetFileNameWithoutExtension(file);
            Allowed.ShouldContainKey(project, $"{file} is new: say here what it may refer to.");
            ProjectReferences(file).Except(Allowed[project]).ShouldBeEmpty($"{project} refers to what it must not know.");
        }
    }

    [Fact]
    public void AssemblyReferences_OfEveryProductAssembly_AreAmongThoseAllowed()
    {
        var found = 0;
        foreach (var (project, allowed) in Allowed)
        {
            var path = Path.Combine(AppContext.BaseDirectory, $"{(project == "Workflow.Engine" ? "workflow" : project)}.dll");
            if (!File.Exists(path))
                continue;
            found++;
            References(path).Where(name => name.StartsWith("Workflow.", StringComparison.Ordinal)).Except(allowed).ShouldBeEmpty(project);
        }

        found.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Core_Always_RefersToTheBaseLibraryOnly()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        References(typeof(IDag).Assembly.Location).ShouldAllBe(name => File.Exists(Path.Combine(runtime, $"{name}.dll")));
        XDocument.Parse(Repository.Read("engine/Workflow.Core/Workflow.Core.csproj")).Descendants()
            .Where(element => element.Name.LocalName is "PackageReference" or "FrameworkReference" or "ProjectReference").ShouldBeEmpty();
    }

    [Fact]
    public void Npm_Always_HasNoReferences() =>
        XDocument.Parse(Repository.Read("engine/Workflow.Npm/Workflow.Npm.csproj")).Descendants()
            .Where(element => element.Name.LocalName is "PackageReference" or "FrameworkReference" or "ProjectReference").ShouldBeEmpty();

    private static IEnumerable<string> ProjectReferences(string file) =>
        XDocument.Parse(Repository.Read(file)).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

    private static List<string> References(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        var metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
