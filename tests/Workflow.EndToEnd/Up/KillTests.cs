using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>Processes that die in the middle of a run: the run goes on, and nothing that it makes appears twice.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private readonly Playground playground = new();
    private readonly HeldDag dag;

    public KillTests() => dag = new HeldDag(playground);

    public async ValueTask InitializeAsync() => await dag.WriteAsync();

    public ValueTask DisposeAsync() => playground.DisposeAsync();

    [Fact]
    public async Task KillWorker_InTheMiddleOfATask_RunSucceedsWithTheLostAttemptRecorded()
    {
        var up = await playground.StartAsync();
        var run = await dag.TriggerAsync(up.Api);
        await dag.UntilReachedAsync(attempt: 1);

        await Processes.KillAsync(up.WorkerPids[0], "The worker");
        dag.LetGo();
        await up.Api.UntilSuccessAsync(HeldDag.Id, run);

        (await up.Api.TriesAsync(HeldDag.Id, run, "hold")).ShouldBe(["lost", "success"]);
        (await up.Api.TriesAsync(HeldDag.Id, run, "train")).ShouldBe(["success"]);
        await HeldDag.ShouldHaveOneOfEachAsync(up.Api);
        up.WorkerPids.Count.ShouldBe(2);
    }

    [Fact]
    public async Task KillWorker_WhileItTrains_OneModelVersionAppears()
    {
        var up = await playground.StartAsync();
        dag.LetGo();
        var run = await dag.TriggerAsync(up.Api, rows: 5_000_000);
        await up.Api.UntilTaskAsync(HeldDag.Id, run, "train", "running");

        await Processes.KillAsync(up.WorkerPids[0], "The worker");
        await up.Api.UntilSuccessAsync(HeldDag.Id, run);

        (await up.Api.TriesAsync(HeldDag.Id, run, "train")).ShouldBe(["lost", "success"]);
        await HeldDag.ShouldHaveOneOfEachAsync(up.Api);
    }

    [Fact]
    public async Task KillUp_WithARunInProgress_NewUpAdoptsPostgresAndContinuesIt()
    {
        var killed = await playground.StartAsync();
        var run = await dag.TriggerAsync(killed.Api);
        await dag.UntilReachedAsync(attempt: 1);
        var postgres = playground.PostgresPid;
        var oldWorker = killed.WorkerPids[0];

        await killed.KillAsync();
        Processes.IsRunning(postgres!.Value).ShouldBeTrue();
        var up = await playground.StartAsync();
        dag.LetGo();
        await up.Api.UntilSuccessAsync(HeldDag.Id, run);

        // The old worker drains: it may have finished the attempt, or given it up to a new one.
        var tries = await up.Api.TriesAsync(HeldDag.Id, run, "hold");
        tries.Count(state => state == "success").ShouldBe(1, string.Join(", ", tries));
        await HeldDag.ShouldHaveOneOfEachAsync(up.Api);
        playground.PostgresPid.ShouldBe(postgres);
        await Processes.UntilEndedAsync(oldWorker, "The killed up's worker");
        up.WorkerPids.ShouldAllBe(worker => Processes.IsRunning(worker));
    }

    [Fact]
    public async Task KillEverything_WithARunInProgress_NewUpContinuesIt()
    {
        var killed = await playground.StartAsync();
        var run = await dag.TriggerAsync(killed.Api);
        await dag.UntilReachedAsync(attempt: 1);
        var postgres = playground.PostgresPid!.Value;

        // As when the machine loses its power.
        await killed.KillAsync();
        await Processes.KillAsync(killed.WorkerPids[0], "The worker");
        await Processes.KillAsync(postgres, "PostgreSQL");
        var up = await playground.StartAsync();
        dag.LetGo();
        await up.Api.UntilSuccessAsync(HeldDag.Id, run);

        playground.PostgresPid.ShouldNotBe(postgres);
        (await up.Api.TriesAsync(HeldDag.Id, run, "hold")).ShouldBe(["lost", "success"]);
        await HeldDag.ShouldHaveOneOfEachAsync(up.Api);
    }
}
