using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using Workflow.EndToEnd.Up;
using Workflow.Testing;
using Workflow.Testing.S3;

namespace Workflow.EndToEnd.Remote;

/// <summary>
/// Parts of the engine as processes that share a database and a bucket and nothing else: each has a working folder of its own, as on a
/// machine of its own, and knows of the others no more than the environment that it is started with.
/// </summary>
public sealed class Machines : IAsyncDisposable
{
    private const string Token = "a-token-for-tests-only";

    private readonly string folder = Directory.CreateTempSubdirectory("workflow-machines-").FullName;
    private readonly List<Machine> started = [];
    private readonly HttpClient http = new();
    private TestDatabase database = null!;

    internal S3Stub Bucket { get; private set; } = null!;

    internal WorkflowApi Api => new(http);

    internal string Dags => PathOf("dags");

    /// <summary>A database, a bucket, a scheduler and a server.</summary>
    /// <param name="file">The name of a DAG file.</param>
    /// <param name="source">Its text.</param>
    internal static async Task<Machines> StartAsync(string file, string source)
    {
        var machines = new Machines { database = await TestDatabase.CreateAsync(), Bucket = await S3Stub.StartAsync() };
        Directory.CreateDirectory(machines.Dags);
        await File.WriteAllTextAsync(Path.Combine(machines.Dags, file), source);
        var scheduler = machines.Start("scheduler", "scheduler", "--dags", machines.Dags);
        var server = machines.Start("server", "server", "--port", "0");
        const string Ready = "Workflow serves at ";
        await Eventually.TrueAsync(() =>
            server.Output.Contains(Ready, StringComparison.Ordinal), TimeSpan.FromSeconds(60), "the server is ready");
        var url = server.Lines.Single(line => line.StartsWith(Ready, StringComparison.Ordinal))[Ready.Length..];
        machines.http.BaseAddress = new Uri($"{url}/api/v2/");
        machines.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        await Eventually.TrueAsync(
            async () => (await machines.Api.ListAsync("dags", "dags")).Count > 0
                || (await machines.Api.ListAsync("importErrors", "import_errors")).Count > 0,
            TimeSpan.FromSeconds(60),
            "the scheduler has loaded the DAG");
        (await machines.Api.ListAsync("importErrors", "import_errors")).ShouldBeEmpty(scheduler.Output);
        return machines;
    }

    internal string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Starts a worker on a machine of that name.</summary>
    internal Machine StartWorker(string machine, params string[] arguments) => Start(machine, ["worker", .. arguments]);

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in started)
            await machine.DisposeAsync();
        http.Dispose();
        await Bucket.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Machine Start(string machine, params string[] arguments)
    {
        var start = Playground.StartInfo(arguments);
        start.WorkingDirectory = Directory.CreateDirectory(PathOf(machine)).FullName;
        start.Environment["Database__ConnectionString"] = database.ConnectionString;
        start.Environment["Dashboard__Token"] = Token;
        foreach (var (name, value) in Bucket.Environment)
            start.Environment[name] = value;
        var process = new Machine(Process.Start(start)!);
        started.Add(process);
        return process;
    }
}

/// <summary>A process on a machine, with what it prints.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    public Machine(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Lines => lines;

    public string Output => string.Join(Environment.NewLine, lines);

    /// <summary>Ends it as a power cut does.</summary>
    public Task KillAsync() => Processes.KillAsync(process.Id, "The process");

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
