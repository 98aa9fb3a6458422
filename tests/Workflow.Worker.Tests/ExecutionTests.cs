using System.Text.Json.Nodes;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>What a worker makes of tasks that succeed, fail, hang, print, skip and pass values on.</summary>
public sealed class ExecutionTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Run_TypedEdges_PassValues()
    {
        var runId = await RunAsync("""
            var count = dag.Param("count", 3);
            var made = dag.Task("made", async run => { await Task.Yield(); return new Order("pen", run.Get(count)); });
            var twice = dag.Task("twice", made, (run, order) => Task.FromResult(order with { Count = order.Count * 2 }));
            dag.Task("seen", twice, (run, order) => { run.Log($"{order.Name} x {order.Count}"); return Task.CompletedTask; });
            """, "public sealed record Order(string Name, int Count);", new() { ["count"] = 21 });

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await LogAsync(runId)).ShouldContain("info pen x 42");
    }

    [Fact]
    public async Task Run_ConsoleOutput_ReachesTheLog()
    {
        var runId = await RunAsync("""dag.Task("talk", _ => { Console.WriteLine("to the console"); return Task.CompletedTask; });""");

        (await LogAsync(runId)).ShouldContain("output to the console");
    }

    [Fact]
    public async Task Run_ChattyTask_CapsItsLogAndSaysSo()
    {
        var runId = await RunAsync("""
            dag.Task("talk", run => { for (var i = 0; i < 10_500; i++) run.Log($"line {i}"); return Task.CompletedTask; });
            """);

        (await engine.StateAsync(runId)).ShouldBe("success");
        (await engine.ScalarAsync<int>("SELECT count(*) FROM task_log")).ShouldBe(10_001);
        (await engine.ScalarAsync<string>("SELECT line FROM task_log ORDER BY seq DESC LIMIT 1")).ShouldContain("not kept");
    }

    [Fact]
    public async Task Run_HostileText_IsKeptReadable()
    {
        var runId = await RunAsync("""
            dag.Task("talk", run => { run.Log("a\0b"); throw new InvalidOperationException("nul \0 here"); return Task.CompletedTask; });
            """);

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await LogAsync(runId))[0].ShouldBe("info a\uFFFDb");
    }

    [Fact]
    public async Task Run_FailureThenSuccess_KeepsBothAttempts()
    {
        var runId = await RunAsync("""
            dag.Task("flaky", run => run.Attempt == 1 ? throw new InvalidOperationException("first") : Task.CompletedTask)
                .Retries(1, Backoff.Constant(TimeSpan.Zero));
            """);

        (await engine.StateAsync(runId)).ShouldBe("success");
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(attempt || ' ' || state, ', ' ORDER BY attempt) FROM attempt")).ShouldBe("1 failed, 2 success");
    }

    [Fact]
    public async Task Run_FailureThatCannotBeRetried_IsNot()
    {
        var runId = await RunAsync("""
            dag.Task("bad", run => { throw new TaskFailureException("bad input", retryable: false); return Task.CompletedTask; }).Retries(3);
            """);

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await engine.ScalarAsync<string>("SELECT attempt || ' ' || message FROM task_instance")).ShouldBe("1 bad input");
    }

    [Fact]
    public async Task Run_Skip_SpreadsAndTheRunSucceeds()
    {
        var runId = await RunAsync("""
            var a = dag.Task("a", run => { throw new TaskSkippedException("nothing new"); return Task.CompletedTask; });
            dag.Task("b", _ => Task.CompletedTask).After(a);
            """);

        (await engine.StateAsync(runId)).ShouldBe("success");
        (await engine.TasksAsync(runId)).Values.ShouldAllBe(state => state == "skipped");
    }

    [Fact]
    public async Task Run_TaskOverItsTimeout_IsCancelledAndFails()
    {
        var runId = await RunAsync("""
            dag.Task("slow", run => Task.Delay(Timeout.Infinite, run.Cancellation)).Timeout(TimeSpan.FromMilliseconds(50));
            """);

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await engine.ExplainAsync(runId)).ShouldContain("timeout");
    }

    [Fact]
    public async Task Run_TaskThatIgnoresItsCancellation_LosesItsSlotAndFails()
    {
        await engine.StartWorkerAsync(2, options => options with { CancelGrace = TimeSpan.FromMilliseconds(50) });
        var runId = await engine.RunAsync(await SaveAsync("""
            dag.Task("deaf", _ => new TaskCompletionSource().Task).Timeout(TimeSpan.FromMilliseconds(50));
            """));

        (await engine.StateAsync(runId)).ShouldBe("failed");
        (await LogAsync(runId)).ShouldContain(line => line.Contains("gives up the slot"));
    }

    [Fact]
    public async Task Cancel_RunningRun_StopsItsTask()
    {
        await engine.StartWorkerAsync();
        var runId =
            await engine.TriggerAsync(await SaveAsync("""dag.Task("wait", run => Task.Delay(Timeout.Infinite, run.Cancellation));"""));
        await Eventually.TrueAsync(async () =>
            (await engine.TasksAsync(runId))["wait"] == "running", TimeSpan.FromSeconds(30), "the task starts");

        await engine.Runs.CancelAsync("test", await engine.ScalarAsync<string>("SELECT run_key FROM dag_run"), default);

        (await engine.UntilEndedAsync(runId)).ShouldBe("cancelled");
    }

    [Fact]
    public async Task Run_WithEveryNotificationLost_StillRuns()
    {
        // A database whose pg_notify does nothing: only the poll is left.
        await engine.ExecuteAsync("CREATE SCHEMA deaf");
        await engine.ExecuteAsync("CREATE FUNCTION deaf.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT'");
        await engine.ExecuteAsync("GRANT USAGE ON SCHEMA deaf TO workflow_worker");
        var name = await engine.ScalarAsync<string>("SELECT current_database()");
        await engine.ExecuteAsync($"ALTER DATABASE \"{name}\" SET search_path = deaf, public, pg_catalog");
        Npgsql.NpgsqlConnection.ClearAllPools();

        var runId = await RunAsync("""
            var a = dag.Task("a", _ => Task.CompletedTask);
            dag.Task("b", _ => Task.CompletedTask).After(a);
            """);

        (await engine.StateAsync(runId)).ShouldBe("success");
    }

    [Fact]
    public async Task Stop_WorkerWithARunningTask_LetsItEnd()
    {
        var worker = await engine.StartWorkerAsync();
        var gate = Path.Combine(Path.GetDirectoryName(engine.Artifacts)!, "gate");
        var runId = await engine.TriggerAsync(await SaveAsync("""
            var gate = dag.Param("gate", "");
            dag.Task("wait", async run => { while (!File.Exists(run.Get(gate))) await Task.Delay(10, run.Cancellation); });
            """), new() { ["gate"] = gate });
        await Eventually.TrueAsync(async () =>
            (await engine.TasksAsync(runId))["wait"] == "running", TimeSpan.FromSeconds(30), "the task starts");

        var stopping = worker.StopAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(gate, "");
        await stopping;

        (await engine.StateAsync(runId)).ShouldBe("success");
        (await engine.ScalarAsync<bool>("SELECT stopped_at IS NOT NULL FROM worker")).ShouldBeTrue();
    }

    private async Task<long> RunAsync(string body, string types = "", JsonObject? conf = null)
    {
        var dagId = await SaveAsync(body, types);
        await engine.StartWorkerAsync();
        return await engine.RunAsync(dagId, conf);
    }

    private Task<string> SaveAsync(string body, string types = "") => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("test");
                {{body}}
            }
        }
        {{types}}
        """);

    private async Task<IReadOnlyList<string>> LogAsync(long runId) =>
        (await engine.ScalarAsync<string[]>(
            "SELECT array_agg(level || ' ' || line ORDER BY seq) FROM task_log WHERE run_id = @runId", new { runId }))!;
}
