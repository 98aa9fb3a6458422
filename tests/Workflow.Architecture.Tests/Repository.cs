using System.Runtime.CompilerServices;

namespace Workflow.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] LeftOut = ["bin", "obj", "node_modules", "dist", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>The source files under some folders, relative to the root, with forward slashes.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) => folders
        .Select(folder => Path.Combine(Root, folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Find(new DirectoryInfo(folder), pattern))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<string> Find(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Select(file => file.FullName)
        .Concat(folder.EnumerateDirectories()
            .Where(inner => inner.LinkTarget is null && !inner.Name.StartsWith('.') && !LeftOut.Contains(inner.Name))
            .SelectMany(inner => Find(inner, pattern)));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Workflow.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests holds Workflow.sln.");
    }
}
