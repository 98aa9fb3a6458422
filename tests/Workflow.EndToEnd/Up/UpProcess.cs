using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>A running <c>workflow up</c>, its API and its workers.</summary>
internal sealed partial class UpProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Playground playground;
    private readonly Process process;
    private readonly int workers;
    private readonly ConcurrentQueue<string> lines = new();
    private HttpClient? http;

    private UpProcess(Playground playground, Process process, int workers)
    {
        this.playground = playground;
        this.process = process;
        this.workers = workers;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Url { get; private set; } = "";

    public string Token { get; private set; } = "";

    public WorkflowApi Api => new(http ?? throw new InvalidOperationException("It is not ready."));

    /// <summary>What it printed, and its workers with it.</summary>
    public string Output => string.Join(Environment.NewLine, lines);

    /// <summary>The processes of all workers that it has started, the latest last.</summary>
    public IReadOnlyList<int> WorkerPids =>
        [.. lines.SelectMany(line => WorkerStarted().Matches(line)).Select(match => int.Parse(match.Groups[1].Value))];

    private bool IsReady => lines.Any(line => line.Contains("Workflow is ready at", StringComparison.Ordinal))
        && WorkerPids.Count >= workers;

    public static UpProcess Start(Playground playground, IEnumerable<string> arguments, int workers) =>
        new(playground, Process.Start(Playground.StartInfo(arguments))!, workers);

    public async Task UntilReadyAsync()
    {
        await Eventually.TrueAsync(() => process.HasExited || IsReady, Limit, "workflow up is ready");
        process.HasExited.ShouldBeFalse(Output);
        var endpoint = JsonNode.Parse(await File.ReadAllTextAsync(playground.EndpointFile))!;
        (Url, Token) = ((string)endpoint["url"]!, (string)endpoint["token"]!);
        http = new HttpClient { BaseAddress = new Uri($"{Url}/api/v2/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>Runs a command that asks this server.</summary>
    public Task<CliResult> RunCliAsync(params string[] arguments) => Playground.RunAsync([.. arguments, "--data", playground.Data]);

    /// <summary>Asks it to stop, as a service manager does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        await Processes.SignalAsync(process.Id, "TERM");
        await UntilExitAsync();
        return process.ExitCode;
    }

    /// <summary>Ends it as a crash does; its workers and PostgreSQL learn of it by themselves.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await UntilExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        if (!process.HasExited)
            await KillAsync();
        foreach (var worker in WorkerPids.Where(IsWorker))
            await Processes.KillAsync(worker, "A worker");
        process.Dispose();
    }

    // Not WaitForExitAsync: that waits for the end of the output too, which the workers share.
    private Task UntilExitAsync() => Eventually.TrueAsync(() => process.HasExited, Limit, "workflow up has ended");

    // By now the number may be another program's.
    private static bool IsWorker(int processId)
    {
        try
        {
            using var worker = Process.GetProcessById(processId);
            return !worker.HasExited && worker.ProcessName == "workflow";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    [GeneratedRegex(@"Worker \d+ runs as process (\d+)")]
    private static partial Regex WorkerStarted();
}
