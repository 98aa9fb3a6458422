using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Workflow.Postgres.Logs;
using Workflow.Postgres.Steps;
using Workflow.Testing;
using Workflow.Testing.Running;
using Workflow.Worker.Execution;
using Workflow.Worker.Logs;

namespace Workflow.Worker.Tests;

/// <summary>What a worker makes of a database that stumbles, and of authors' code that hinders it.</summary>
public sealed class AdversityTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task HandIn_AfterAStepThatDidNotCommit_DoesNotRunTheTaskAgain()
    {
        await StumbleAsync("success", "40001", times: 1);
        var tally = Path.Combine(Path.GetDirectoryName(engine.Artifacts)!, "tally");

        var runId = await RunAsync("""
            var tally = dag.Param("tally", "");
            dag.Task("once", async run => { File.AppendAllText(run.Get(tally), "x"); await Task.Yield(); });
            """, conf: new() { ["tally"] = tally });

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await File.ReadAllTextAsync(tally, TestContext.Current.CancellationToken)).ShouldBe("x");
    }

    [Theory]
    [InlineData("57014")]
    [InlineData("57P02")]
    public async Task HandIn_DatabaseGivesUpTheStatement_IsNotTheTasksFailure(string sqlState)
    {
        await StumbleAsync("success", sqlState, times: 2);

        var runId = await RunAsync("""dag.Task("good", _ => Task.CompletedTask);""");

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }

    [Fact]
    public async Task Claim_RefusedByTheDatabase_IsTriedAgainAtTheNextPollOnly()
    {
        await StumbleAsync("running", "P0001", times: 10);
        var dagId = await SaveAsync("""dag.Task("good", _ => Task.CompletedTask);""");
        await StartAsync();
        var start = Stopwatch.GetTimestamp();

        var runId = await engine.TriggerAsync(dagId);
        await UntilEndedAsync(runId);

        (await engine.StateAsync(runId)).ShouldBe("success");
        Stopwatch.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Log_HalvesOfCharacters_AreKeptReadable()
    {
        var runId = await RunAsync("""
            dag.Task("talk", run =>
            {
                run.Log("half \ud83d");
                run.Log("a" + string.Concat(System.Linq.Enumerable.Repeat("\U0001F600", 9_000)));
                throw new InvalidOperationException("broken \ude00 " + new string('x', 3_000_000));
                return Task.CompletedTask;
            });
            """);

        (await engine.ScalarAsync<string>("SELECT line FROM task_log WHERE seq = 1")).ShouldBe("half \uFFFD");
        (await engine.ScalarAsync<string>("SELECT line FROM task_log WHERE seq = 2")).ShouldContain("characters, cut");
        var message = await engine.ScalarAsync<string>("SELECT message FROM task_instance");
        message.ShouldStartWith("InvalidOperationException: broken \uFFFD xxx");
        message.Length.ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task Dispose_LogWriterWhoseDatabaseIsGone_Ends()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        var writer = new LogWriter(new LogStore(nowhere), TimeProvider.System, NullLogger<LogWriter>.Instance);
        writer.Start();
        writer.Enqueue(new LogLine(new TaskKey(1, 0, -1), 1, 1, DateTimeOffset.UnixEpoch, TaskLogLevel.Info, "lost"));

        await writer.DisposeAsync().AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    private async Task<long> RunAsync(string body, JsonObject? conf = null)
    {
        var dagId = await SaveAsync(body);
        await StartAsync();
        var runId = await engine.TriggerAsync(dagId, conf);
        await UntilEndedAsync(runId);
        return runId;
    }

    private Task StartAsync() => engine.StartWorkerAsync(2, options => options with
    {
        CancelGrace = TimeSpan.FromMilliseconds(100), DrainLimit = TimeSpan.FromSeconds(1), PollInterval = TimeSpan.FromMilliseconds(200),
    });

    private Task UntilEndedAsync(long runId) =>
        Eventually.TrueAsync(async () => await engine.StateAsync(runId) != "running", Soon, $"run {runId} ends");

    /// <summary>Makes the database refuse the first updates of a task to a state.</summary>
    private Task StumbleAsync(string state, string sqlState, int times) => engine.ExecuteAsync($$"""
        CREATE SEQUENCE stumbles;
        CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
            IF NEW.state = '{{state}}' AND nextval('stumbles') <= {{times}} THEN RAISE EXCEPTION 'stumbled' USING ERRCODE = '{{sqlState}}'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER stumbling BEFORE UPDATE ON task_instance FOR EACH ROW EXECUTE FUNCTION stumble();
        """);

    private Task<string> SaveAsync(string body) => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("test");
                {{body}}
            }
        }
        """);
}
