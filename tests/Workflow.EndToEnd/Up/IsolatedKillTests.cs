using System.Text.Json.Nodes;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>A worker that is killed leaves nothing of its isolated tasks behind.</summary>
public sealed class IsolatedKillTests : IAsyncLifetime
{
    private const string Source = """
        using System.Diagnostics;

        public sealed class Alone : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("alone");
                var folder = dag.RequiredParam<string>("folder");
                dag.Task("hold", async run =>
                {
                    using var program = Process.Start("sleep", "600");
                    var signs = run.Get(folder);
                    File.WriteAllText(Path.Combine(signs, $"pids-{run.Attempt}.new"), $"{Environment.ProcessId} {program.Id}");
                    File.Move(Path.Combine(signs, $"pids-{run.Attempt}.new"), Path.Combine(signs, $"pids-{run.Attempt}"));
                    if (run.Attempt == 1)
                        while (true) { }
                    await Task.Yield();
                }).Queue("etl");
            }
        }
        """;

    private readonly Playground playground = new();

    private string Signs => playground.PathOf("signs");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Signs);
        await playground.WriteDagAsync("Alone.cs", Source);
    }

    public ValueTask DisposeAsync() => playground.DisposeAsync();

    [Fact]
    public async Task KillWorker_WithAnIsolatedTaskThatIsBusy_EndsItsProcessAndWhatThatStarted()
    {
        var up = await playground.StartAsync();
        var run = await up.Api.TriggerAsync("alone", new JsonObject { ["folder"] = Signs });
        var held = await PidsAsync(attempt: 1);
        held.ShouldAllBe(pid => Processes.IsRunning(pid));
        held.ShouldNotContain(up.WorkerPids[0]);

        await Processes.KillAsync(up.WorkerPids[0], "The worker");
        foreach (var pid in held)
            await Processes.UntilEndedAsync(pid, "What the killed worker ran");
        await up.Api.UntilSuccessAsync("alone", run);

        (await up.Api.TriesAsync("alone", run, "hold")).ShouldBe(["lost", "success"]);
        foreach (var pid in await PidsAsync(attempt: 2))
            await Processes.UntilEndedAsync(pid, "What an attempt that ended had started");
    }

    private async Task<IReadOnlyList<int>> PidsAsync(int attempt)
    {
        var file = Path.Combine(Signs, $"pids-{attempt}");
        await Eventually.TrueAsync(() => File.Exists(file), TimeSpan.FromSeconds(60), $"attempt {attempt} has started");
        return [.. (await File.ReadAllTextAsync(file)).Split(' ').Select(int.Parse)];
    }
}
