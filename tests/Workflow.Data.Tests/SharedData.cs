namespace Workflow.Data.Tests;

/// <summary>Public files that lie beside the repository; WORKFLOW_TEST_DATA names another folder.</summary>
internal static class SharedData
{
    /// <summary>The files of a folder; skips the test where they are absent, and fails it under CI=true, where they must not be.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        var path = Folder(folder);
        if (!Directory.Exists(path))
        {
            var message = $"There is no {path}; set WORKFLOW_TEST_DATA to the folder of the test data.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(message);
            Assert.Skip(message);
        }

        var files = Directory.GetFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        files.ShouldNotBeEmpty();
        return files;
    }

    /// <summary>A file of a folder.</summary>
    public static string File(string folder, string name) =>
        Files(folder, Path.GetFileName(name)).Single(file => Path.GetRelativePath(Folder(folder), file) == name);

    /// <summary>
    /// The names of a folder's files below it; one that is no file where the folder is absent, so that its test is skipped or fails.
    /// </summary>
    public static IReadOnlyList<string> Names(string folder, string pattern) => Directory.Exists(Folder(folder))
        ? [.. Files(folder, pattern).Select(file => Path.GetRelativePath(Folder(folder), file))]
        : [pattern];

    private static string Folder(string folder) => Path.GetFullPath(Path.Combine(
        Environment.GetEnvironmentVariable("WORKFLOW_TEST_DATA") ?? Path.Combine(Repository(), "..", "shared", "data"), folder));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Workflow.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Workflow.sln above {AppContext.BaseDirectory}.");
    }
}
