using System.Text.Json.Nodes;
using Workflow.Scheduler.Loading;

namespace Workflow.Engine.Cli;

/// <summary>
/// Takes the contracts out of a DAG file without a server, as a scheduler would: it is compiled and its definitions are run.
/// </summary>
internal static class ContractFile
{
    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true };

    /// <summary>Whether an argument is meant as a file and not as the name of a dataset.</summary>
    internal static bool IsFile(string target) => target.EndsWith(".cs", StringComparison.OrdinalIgnoreCase);

    /// <summary>The contracts of a file, as the API takes them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dags">The DAG folder, for its shared code and packages; null for the nearest above the file that has shared
    /// code.</param>
    /// <param name="cancellationToken">Gives up the compilation.</param>
    /// <exception cref="ClientException">There is no such file, or it does not load.</exception>
    internal static IReadOnlyList<(string Dag, string Dataset, JsonNode Contract)> Read(
        string path, string? dags, CancellationToken cancellationToken)
    {
        var (file, scanned) = Scan(path, dags);
        var folder = scanned.Path;
        var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
        var source = scanned.Files.FirstOrDefault(one => one.File == name)
            ?? throw ClientException.Usage($"{file} is no DAG file of the folder {folder}: name the folder with --dags.");
        var loaded = new DagFolderLoader(new DagCompiler()).Load(
            scanned with { Files = [source] }, LoadResult.Nothing, cancellationToken: cancellationToken);
        var errors = loaded.Diagnostics.Where(found => found.Severity == ImportSeverity.Error).ToList();
        if (errors.Count > 0)
        {
            throw new ClientException($"{file} does not load:" + string.Concat(errors.Select(found =>
                $"{Environment.NewLine}  {found.File}({found.Line},{found.Column}): {found.Code}: {found.Message}")));
        }

        return [.. loaded.Dags.SelectMany(dag => (dag.Facts.Settings.Contracts ?? []).Select(contract =>
            (dag.Id, contract.Dataset, JsonNode.Parse(contract.ToJson())!)))];
    }

    private static (string File, FolderSnapshot Folder) Scan(string path, string? dags)
    {
        try
        {
            var file = Path.GetFullPath(path);
            if (!File.Exists(file))
                throw ClientException.Usage($"There is no file {file}.");
            return (file, DagFolder.Scan(Path.GetFullPath(dags ?? FolderOf(file))));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var place = dags is null ? "" : $" as a file of the folder '{dags}'";
            throw ClientException.Usage($"{path} cannot be read{place}: {unreadable.Message}");
        }
    }

    // Only C# files make a folder of that name shared code: the root of a disk has a lib of its own, and all there is below it.
    private static string FolderOf(string file)
    {
        var own = Path.GetDirectoryName(file)!;
        for (var folder = own; Path.GetDirectoryName(folder) is { } above; folder = above)
        {
            var shared = Path.Combine(folder, DagFolder.SharedFolder);
            if (Directory.Exists(shared) && Directory.EnumerateFiles(shared, "*.cs", Readable).Any())
                return folder;
        }

        return own;
    }
}
