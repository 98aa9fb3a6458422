using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Workflow.Loading;
using Workflow.Scheduler.Loading;
using Workflow.Scheduler.Loading.Packages;

namespace Workflow.Testing.Running;

/// <summary>
/// A DAG folder with a project whose packages are restored: packages, their folder and the restore result are as NuGet leaves them.
/// </summary>
public sealed class RestoredFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("workflow-packages-");
    private readonly SortedDictionary<string, JsonObject> targets = [];
    private readonly JsonObject libraries = [];
    private readonly SortedDictionary<string, string> direct = [];

    public RestoredFolder() => Directory.CreateDirectory(Root);

    /// <summary>The DAG folder.</summary>
    public string Root => Path.Combine(folder.FullName, "dags");

    public string Project => Path.Combine(Root, "Workflow.Dags.csproj");

    public string Assets => Path.Combine(Root, "obj", "project.assets.json");

    /// <summary>Where NuGet keeps packages.</summary>
    public string Cache => Path.Combine(folder.FullName, "cache");

    /// <summary>The packages, as the scheduler reads them.</summary>
    public PackageSet Packages => DagFolder.Scan(Root).Packages;

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Compiles an assembly.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="source">Its code.</param>
    /// <param name="references">What it refers to, besides the base library.</param>
    public static byte[] Compile(string name, string version, string source, params byte[][] references)
    {
        var all = BaseLibrary.Paths.Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))
            .Concat(references.Select(image => MetadataReference.CreateFromImage(ImmutableCollectionsMarshal.AsImmutableArray(image))));
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText($"[assembly: System.Reflection.AssemblyVersion(\"{version}\")] {source}")],
            all,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, deterministic: true));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        return emitted.Success ? image.ToArray()
            : throw new InvalidOperationException(string.Join(Environment.NewLine, emitted.Diagnostics));
    }

    /// <summary>Adds a package with one assembly of the same name, or replaces it by another version.</summary>
    /// <returns>The assembly.</returns>
    public byte[] Add(string id, string version, string source, IReadOnlyDictionary<string, string>? needs = null, bool isDirect = true,
        params byte[][] references)
    {
        var image = Compile(id, $"{version}.0", source, references);
        Add(id, version, new JsonObject
        {
            ["compile"] = new JsonObject { [$"lib/net10.0/{id}.dll"] = new JsonObject() },
            ["runtime"] = new JsonObject { [$"lib/net10.0/{id}.dll"] = new JsonObject() },
        }, needs, isDirect);
        Write(id, version, $"lib/net10.0/{id}.dll", image);
        return image;
    }

    /// <summary>Adds a package as its entry in the restore result says, without files.</summary>
    public void Add(string id, string version, JsonObject entry, IReadOnlyDictionary<string, string>? needs = null, bool isDirect = true)
    {
        entry["type"] ??= "package";
        if (needs is not null)
            entry["dependencies"] = JsonSerializer.SerializeToNode(needs);
        foreach (var other in targets.Keys.Where(key => key.StartsWith($"{id}/", StringComparison.Ordinal)).ToList())
            targets.Remove(other);
        targets[$"{id}/{version}"] = entry;
        libraries[$"{id}/{version}"] = new JsonObject { ["type"] = "package", ["path"] = Relative(id, version) };
        if (isDirect)
            direct[id] = version;
    }

    /// <summary>Writes a file of a package.</summary>
    public void Write(string id, string version, string file, byte[] bytes)
    {
        var path = FileOf(id, version, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    public string FileOf(string id, string version, string file) => Path.Combine(Cache, Relative(id, version), file);

    /// <summary>Writes the project with the packages that were added directly.</summary>
    public void WriteProject() => File.WriteAllText(Project, $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
          <ItemGroup>
        {string.Join('\n', direct.Select(pair => $"    <PackageReference Include=\"{pair.Key}\" Version=\"{pair.Value}\" />"))}
          </ItemGroup>
        </Project>
        """);

    /// <summary>Writes the project and what a restore of it leaves.</summary>
    public void Restore(string framework = "net10.0")
    {
        WriteProject();
        Directory.CreateDirectory(Path.GetDirectoryName(Assets)!);
        var dependencies = direct.Select(pair => KeyValuePair.Create(
            pair.Key, (JsonNode?)new JsonObject { ["target"] = "Package", ["version"] = $"[{pair.Value}, )" }));
        File.WriteAllText(Assets, new JsonObject
        {
            ["version"] = 3,
            ["targets"] = new JsonObject
            {
                [framework] = new JsonObject(targets.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.DeepClone()))),
            },
            ["libraries"] = libraries.DeepClone(),
            ["packageFolders"] = new JsonObject { [Cache] = new JsonObject() },
            ["project"] = new JsonObject
            {
                ["frameworks"] = new JsonObject { ["net10.0"] = new JsonObject { ["dependencies"] = new JsonObject(dependencies) } },
            },
        }.ToJsonString());
    }

    private static string Relative(string id, string version) => $"{id.ToLowerInvariant()}/{version}";
}
