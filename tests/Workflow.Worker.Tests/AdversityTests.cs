using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Workflow.Postgres.Logs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
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
    public async Task Register_DatabaseAwayForAMoment_DoesNotEndTheWorker()
    {
        await engine.ExecuteAsync("""
            CREATE SEQUENCE stumbles;
            CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                IF nextval('stumbles') <= 2 THEN RAISE EXCEPTION 'away' USING ERRCODE = '57P01'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER stumbling BEFORE INSERT ON worker FOR EACH ROW EXECUTE FUNCTION stumble();
            """);

        var runId = await RunAsync("""dag.Task("good", _ => Task.CompletedTask);""");

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public async Task Wait_OnAWorkerWhoseClockIsWrong_GoesByTheDatabases(int daysAhead)
    {
        var dagId = await SaveAsync("""
            dag.WaitUntil("soon", run => run.RunAfter.AddSeconds(1));
            dag.WaitUntil("late", run => run.RunAfter.AddHours(1));
            """);
        await engine.StartWorkerAsync(2, time: new WrongClock(TimeSpan.FromDays(daysAhead)));

        await engine.TriggerAsync(dagId);

        await Eventually.TrueAsync(
            () => engine.ScalarAsync<bool>(
                """
                SELECT count(*) = 2 FROM task_instance WHERE (task_id = 'soon' AND state = 'success')
                    OR (task_id = 'late' AND state = 'deferred' AND ready_at BETWEEN now() + interval '50 minutes' AND now() + interval '1 hour')
                """),
            Soon, "one is over and the other waits its hour");
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
    public async Task Prepare_DatabaseAwayForAMoment_IsNotTheTasksFailure()
    {
        var dagId = await SaveAsync("""dag.Task("good", _ => Task.CompletedTask);""");
        await engine.ExecuteAsync("""
            CREATE SEQUENCE stumbles;
            CREATE FUNCTION stumble() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                IF current_setting('role') = 'workflow_worker' AND nextval('stumbles') = 1 THEN RAISE EXCEPTION 'away' USING ERRCODE = '57P01'; END IF;
                RETURN true;
            END $$;
            """);
        await StartAsync();
        await engine.ExecuteAsync("""
            ALTER TABLE dag_version RENAME TO stored_version;
            CREATE VIEW dag_version AS SELECT * FROM stored_version WHERE stumble();
            GRANT SELECT ON dag_version TO workflow_worker;
            """);
        var runId = await engine.TriggerAsync(dagId);
        await UntilEndedAsync(runId);

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }

    [Fact]
    public async Task LoadCode_AfterAFailure_IsTriedAnew()
    {
        var dagId = await SaveAsync("""dag.Task("good", _ => Task.CompletedTask);""");
        var version = await engine.ScalarAsync<long>("SELECT version_id FROM dag WHERE dag_id = @dagId", new { dagId });
        var codes = new DagCodeCache(engine.Dags);
        await engine.ExecuteAsync("ALTER TABLE dag_version RENAME COLUMN assembly TO elsewhere");
        await Should.ThrowAsync<PostgresException>(() => codes.GetAsync(version));
        await engine.ExecuteAsync("ALTER TABLE dag_version RENAME COLUMN elsewhere TO assembly");

        (await codes.GetAsync(version)).Definition.Id.ShouldBe(dagId);
    }

    [Fact]
    public async Task Cancel_TaskThatBlocksTheThreadThatTellsIt_LosesItsSlotOnTime()
    {
        var runId = await RunAsync("""
            dag.Task("deaf", async run =>
            {
                await Task.Yield();
                run.Cancellation.Register(() => Thread.Sleep(30_000));
                await new TaskCompletionSource().Task;
            }).Timeout(TimeSpan.FromMilliseconds(500));
            """);

        (await engine.ExplainAsync(runId)).ShouldContain("timeout");
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

    [Fact]
    public async Task Run_TuplesAndNulls_ArePassedOn()
    {
        var runId = await RunAsync("""
            var pair = dag.Task("pair", _ => Task.FromResult((Count: 3, Name: "pen")));
            var none = dag.Task("none", _ => Task.FromResult<string?>(null));
            dag.Task("seen", pair, none, (run, p, n) => { run.Log($"{p.Name} x {p.Count}, {n ?? "nothing"}"); return Task.FromResult(1); });
            """);

        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
        (await engine.ScalarAsync<string>("SELECT line FROM task_log")).ShouldBe("pen x 3, nothing");
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
        CancelGrace = TimeSpan.FromMilliseconds(100),
        DrainLimit = TimeSpan.FromSeconds(1),
        PollInterval = TimeSpan.FromMilliseconds(200),
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

    private sealed class WrongClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
