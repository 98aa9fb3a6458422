using System.Diagnostics;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>
/// A temporary folder with a data folder and a DAG folder, and the processes that a test starts on them. Disposing ends them all, however
/// the test left them, and removes the folder.
/// </summary>
public sealed class Playground : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-up-").FullName;
    private readonly List<UpProcess> started = [];

    public Playground() => Directory.CreateDirectory(Dags);

    /// <summary>The executable as users start it; it lies beside the tests, with what it needs.</summary>
    internal static string Executable { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "workflow.exe" : "workflow");

    internal string Data => Path.Combine(folder, "data");

    internal string Dags => Path.Combine(folder, "dags");

    internal string EndpointFile => Path.Combine(Data, "endpoint.json");

    /// <summary>The postmaster's process, as its own file says; null when it has stopped in order.</summary>
    internal int? PostgresPid
    {
        get
        {
            var file = Path.Combine(Data, "postgres", "postmaster.pid");
            return File.Exists(file) && File.ReadLines(file).FirstOrDefault() is { } line ? int.Parse(line) : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var up in started)
            await up.DisposeAsync();
        if (PostgresPid is { } postgres && Processes.IsRunning(postgres))
            await Processes.SignalAsync(postgres, "QUIT");
        if (PostgresPid is { } stopping)
            await Processes.UntilEndedAsync(stopping, "PostgreSQL");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A file or folder beside the data folder, for what a test and its DAG tell each other.</summary>
    internal string PathOf(string name) => Path.Combine(folder, name);

    internal Task WriteDagAsync(string file, string source) => File.WriteAllTextAsync(Path.Combine(Dags, file), source);

    /// <summary>Starts <c>workflow up</c> and waits until it says that it is ready.</summary>
    internal async Task<UpProcess> StartAsync(int workers = 1, string? dags = null)
    {
        var up = UpProcess.Start(this, ["up", "--port", "0", "--data", Data, "--dags", dags ?? Dags, "--workers", $"{workers}"], workers);
        started.Add(up);
        await up.UntilReadyAsync();
        return up;
    }

    /// <summary>Runs a command to its end.</summary>
    internal static Task<CliResult> RunAsync(params string[] arguments) => RunAsync(StartInfo(arguments));

    /// <summary>Runs a command on a database to its end.</summary>
    internal static Task<CliResult> RunOnAsync(string connectionString, params string[] arguments)
    {
        var start = StartInfo(arguments);
        start.Environment["Database__ConnectionString"] = connectionString;
        return RunAsync(start);
    }

    internal static async Task<CliResult> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(3));
            return new CliResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    internal static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = PostgresServer.Checkout,
        };

        // What the developer has set for another server is not for this one.
        string[] prefixes = ["Database__", "Artifacts__", "Retention__", "Dashboard__", "WORKFLOW_URL", "WORKFLOW_TOKEN"];
        foreach (var name in start.Environment.Keys.Where(name => prefixes.Any(name.StartsWith)).ToList())
            start.Environment.Remove(name);
        return start;
    }
}
