using System.Text;
using Workflow.Scheduler.Loading.Packages;

namespace Workflow.Scheduler.Loading;

/// <summary>A DAG folder at one moment, read whole.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Exists">Whether it was there; a folder that is not gives no DAGs, and that is no error.</param>
/// <param name="Files">The DAG files in ordinal order of their names.</param>
/// <param name="Shared">The files under <c>lib/</c>, in the same order.</param>
/// <param name="Unreadable">Files that could not be read, and why.</param>
public sealed record FolderSnapshot(
    string Path, bool Exists, IReadOnlyList<SourceFile> Files, IReadOnlyList<SourceFile> Shared, IReadOnlyList<ImportDiagnostic> Unreadable)
{
    /// <summary>The hash of the shared files, names included: where it changes, every DAG file is compiled anew.</summary>
    public string SharedSha256 { get; } = Hash.Of([.. Shared.SelectMany(file => new[] { file.File, file.Text })]);

    /// <summary>The packages to compile with: as restored, or the last good set where something is wrong with what is there.</summary>
    public PackageSet Packages { get; init; } = PackageSet.None;

    /// <summary>What is wrong with the DAG project or with what was restored for it.</summary>
    public IReadOnlyList<ImportDiagnostic> ProjectProblems { get; init; } = [];

    /// <summary>What there is, as a sentence for the log.</summary>
    public string Summary =>
        !Exists ? $"The DAG folder {Path} does not exist yet."
        : Files.Count + Unreadable.Count == 0 ? $"The DAG folder {Path} has no .cs files yet."
        : $"The DAG folder {Path} has {Files.Count + Unreadable.Count} DAG files and {Shared.Count} shared files.";
}

/// <summary>Reads a DAG folder.</summary>
public static class DagFolder
{
    /// <summary>The folder whose files are compiled into every DAG.</summary>
    public const string SharedFolder = "lib";

    /// <summary>Reads every <c>.cs</c> file in the folder and the folders within it, and which packages they may use.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="packages">The last good set of packages, which is not read again unless it changed; none at first.</param>
    /// <remarks>
    /// Hidden folders, <c>bin</c> and <c>obj</c> are left out, so an IDE may build in the same place; links to folders are not followed, as
    /// they may lead in circles. A file that vanishes while the folder is read counts as deleted.
    /// </remarks>
    public static FolderSnapshot Scan(string path, PackageSet? packages = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var files = new List<SourceFile>();
        var unreadable = new List<ImportDiagnostic>();
        foreach (var file in Find(path))
        {
            var name = Relative(path, file.FullName);
            try
            {
                files.Add(SourceFile.Of(name, Read(file.FullName)));
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                // Deleted since it was listed.
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                unreadable.Add(new ImportDiagnostic(
                    name, 1, 1, ImportCodes.Unreadable, $"The file cannot be read: {exception.Message}", ImportSeverity.Error));
            }
        }

        var shared = files.ToLookup(file => file.File.StartsWith($"{SharedFolder}/", StringComparison.Ordinal));
        var restored = PackageReader.Read(path, packages ?? PackageSet.None);
        return new FolderSnapshot(path, Directory.Exists(path), [.. shared[false]], [.. shared[true]], unreadable)
        {
            Packages = restored.Packages,
            ProjectProblems = restored.Problems,
        };
    }

    /// <summary>
    /// A hash over names, lengths and write times: cheap enough to ask every other second, and different after nearly every change.
    /// </summary>
    internal static string Fingerprint(string path) =>
        Hash.Of([
            $"{Directory.Exists(path)}",
            .. Find(path).Concat(Projects(path)).Append(new FileInfo(Path.Combine(path, RestoreResult.File)))
                .Select(file => $"{file.FullName}|{Length(file)}|{file.LastWriteTimeUtc.Ticks}")]);

    /// <summary>
    /// Whether a change to a path can matter: a C# file, or a folder, outside of the folders that are left out; the DAG project, or what
    /// was restored for it.
    /// </summary>
    internal static bool Matters(string path, string changed)
    {
        var name = Relative(path, changed);
        var parts = name.Split('/');
        if (name == RestoreResult.File || (parts.Length == 1 && IsProject(name)))
            return true;
        return parts[..^1].All(IsFolderOfSources) && (changed.EndsWith(".cs", StringComparison.Ordinal) || !Path.HasExtension(changed))
            && IsFolderOfSources(parts[^1]);
    }

    /// <summary>The project files at the top of the folder, in ordinal order.</summary>
    internal static IReadOnlyList<FileInfo> Projects(string path)
    {
        try
        {
            return [.. new DirectoryInfo(path).EnumerateFiles("*.csproj").Where(file => IsProject(file.Name))
                .OrderBy(file => file.Name, StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            // As for sources: the same as empty.
            return [];
        }
    }

    /// <summary>Reads a file whole.</summary>
    /// <remarks>Shared for everything, so that no editor is ever told that its file is in use.</remarks>
    internal static string Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static List<FileInfo> Find(string path)
    {
        var found = new List<FileInfo>();
        Add(new DirectoryInfo(path));
        return [.. found.OrderBy(file => Relative(path, file.FullName), StringComparer.Ordinal)];

        void Add(DirectoryInfo folder)
        {
            try
            {
                found.AddRange(folder.EnumerateFiles("*.cs").Where(file => !file.Name.StartsWith('.')));
                foreach (var inner in folder.EnumerateDirectories().Where(each => each.LinkTarget is null && IsFolderOfSources(each.Name)))
                    Add(inner);
            }
            catch (Exception exception) when (exception is DirectoryNotFoundException or UnauthorizedAccessException)
            {
                // Deleted since it was listed, or not ours to read: the same as empty.
            }
        }
    }

    private static bool IsProject(string name) => name.EndsWith(".csproj", StringComparison.Ordinal) && !name.StartsWith('.');

    private static bool IsFolderOfSources(string name) => name is not ("bin" or "obj") && !name.StartsWith('.');

    private static string Relative(string path, string file) => Path.GetRelativePath(path, file).Replace('\\', '/');

    private static long Length(FileInfo file) => file.Exists ? file.Length : -1;
}
