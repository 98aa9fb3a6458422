using Workflow.Chaos;

namespace Workflow.EndToEnd.Chaos;

/// <summary>The short form of the chaos test; the long one is a program, see the README.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task Run_WithFaultsOfManyKinds_LosesNothing()
    {
        using var output = new StringWriter();
        var trouble = Trouble.Of(
            Fault.FreezeWorker, Fault.KillWorkerWithFullQueue, Fault.KillScheduler, Fault.RestartPostgresImmediately,
            Fault.ShiftWorkerClock, Fault.CutConnections, Fault.KillWorker);

        var isWhole = await ChaosTest.RunAsync(seed: 4, trouble, output, TimeProvider.System, TestContext.Current.CancellationToken);

        isWhole.ShouldBeTrue(output.ToString());
    }

    [Fact]
    public async Task Load_WorkerKilledInTheMiddle_MakesTheSameVersionAndLeavesNothing()
    {
        using var output = new StringWriter();

        var isWhole =
            await LoadTest.RunAsync(seed: 1, kills: 3, rows: 200_000, output, TimeProvider.System, TestContext.Current.CancellationToken);

        isWhole.ShouldBeTrue(output.ToString());
    }
}
