using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>Callbacks whose workers die. No worker runs; the test is the worker.</summary>
public sealed class CallbackTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Rescue_ACallThatKillsEachOfItsWorkers_IsGivenUp()
    {
        await GivenACallbackAsync();
        for (var death = 1; death <= 3; death++)
        {
            var worker = await engine.Workers.RegisterAsync($"worker {death}", [], 1, "test", default);
            (await engine.Callbacks.ClaimAsync(worker, default)).ShouldNotBeNull().Tries.ShouldBe(death);
            await engine.ExecuteAsync("UPDATE worker SET stopped_at = now() WHERE worker_id = @worker", new { worker });

            (await engine.Callbacks.RescueAsync(default)).ShouldBe(1);
        }

        (await engine.Callbacks.ClaimAsync(await engine.Workers.RegisterAsync("last", [], 1, "test", default), default)).ShouldBeNull();
        (await engine.ScalarAsync<string>("SELECT state || ': ' || error FROM callback")).ShouldStartWith("failed: Its worker died");
    }

    [Fact]
    public async Task Claim_AfterAnAnswerThatWasLost_GivesTheSameToThatWorkerOnly()
    {
        await GivenACallbackAsync();
        var worker = await engine.Workers.RegisterAsync("deaf", [], 1, "test", default);
        var other = await engine.Workers.RegisterAsync("other", [], 1, "test", default);
        var unheard = (await engine.Callbacks.ClaimAsync(worker, default)).ShouldNotBeNull();

        (await engine.Callbacks.ClaimAsync(other, default)).ShouldBeNull();
        var again = (await engine.Callbacks.ClaimAsync(worker, default)).ShouldNotBeNull();

        again.ShouldBe(unheard);
        await engine.Callbacks.EndAsync(again, worker, error: null, retryAfter: null, default);
        (await engine.Callbacks.ClaimAsync(worker, default)).ShouldBeNull();
        (await engine.ScalarAsync<string>("SELECT state FROM callback")).ShouldBe("success");
    }

    [Fact]
    public async Task Claim_BehindOneWhoseRunIsGone_GivesTheNext()
    {
        await engine.ExecuteAsync(
            "INSERT INTO callback (run_id, dag_version_id, kind, ready_at) VALUES (99, 1, 'success', now() - interval '1 day')");
        await GivenACallbackAsync();
        var worker = await engine.Workers.RegisterAsync("one", [], 1, "test", default);

        (await engine.Callbacks.ClaimAsync(worker, default)).ShouldNotBeNull().RunId.ShouldNotBe(99);
    }

    private async Task GivenACallbackAsync()
    {
        await engine.TriggerAsync(await engine.SaveAsync("""
            public sealed class Tested : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("calls").OnSuccess(_ => Task.CompletedTask);
                    dag.Task("t", _ => Task.CompletedTask);
                }
            }
            """));
        var worker = await engine.Workers.RegisterAsync("first", [], 1, "test", default);
        var task = (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 1), default)).Claimed.Single();
        await engine.Queue.StepAsync([new FinishedAttempt(task, worker, new TaskOutcome.Succeeded(null))], null, default);
    }
}
