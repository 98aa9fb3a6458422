using Npgsql;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>
/// The step against real PostgreSQL: what moves, what stays, and who is fenced off. No worker runs; the test is the worker.
/// </summary>
public sealed class TaskQueueTests : IAsyncLifetime
{
    private const string Diamond = """
        public sealed class Diamond : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("diamond");
                var a = dag.Task("a", _ => Task.CompletedTask).Retries(1, Backoff.Constant(TimeSpan.FromHours(1)));
                var b = dag.Task("b", _ => Task.CompletedTask).After(a);
                var c = dag.Task("c", _ => Task.CompletedTask).After(a);
                dag.Task("d", _ => Task.CompletedTask).After(b, c);
                dag.Task("cleanup", _ => Task.CompletedTask).After(c).Rule(TriggerRule.AllDone);
            }
        }
        """;

    private TestEngine engine = null!;
    private long runId;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        runId = await engine.TriggerAsync(await engine.SaveAsync(Diamond));
        worker = await engine.Workers.RegisterAsync("one", [], 4, "test", default);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Step_SuccessOfTheFirstTask_ClaimsItsDownstreamsInTheSameStep()
    {
        var first = await ClaimAsync();
        first.Select(task => task.Key.TaskIndex).ShouldBe([0]);

        var next = await engine.Queue.StepAsync([End(first[0], new TaskOutcome.Succeeded(null))], Claim(), default);

        next.Claimed.Count.ShouldBe(2);
        (await engine.TasksAsync(runId)).ShouldBe(new Dictionary<string, string>
        {
            ["a"] = "success",
            ["b"] = "running",
            ["c"] = "running",
            ["d"] = "pending",
            ["cleanup"] = "pending",
        }, ignoreOrder: true);
    }

    [Fact]
    public async Task Step_FailureWithoutRetryLeft_SpreadsAndEndsTheRun()
    {
        var first = (await ClaimAsync())[0];

        var step = await engine.Queue.StepAsync([End(first, new TaskOutcome.Failed("broken", Retryable: false))], null, default);
        var cleanup = await ClaimAsync();
        var last = await engine.Queue.StepAsync([End(cleanup.Single(), new TaskOutcome.Succeeded(null))], null, default);

        step.FinishedRuns.ShouldBeEmpty();
        last.FinishedRuns.ShouldBe([(runId, RunState.Failed)]);
        (await engine.TasksAsync(runId)).ShouldBe(new Dictionary<string, string>
        {
            ["a"] = "failed",
            ["b"] = "upstream_failed",
            ["c"] = "upstream_failed",
            ["d"] = "upstream_failed",
            ["cleanup"] = "success",
        }, ignoreOrder: true);
        (await engine.StateAsync(runId)).ShouldBe("failed");
    }

    [Fact]
    public async Task Step_FailureWithRetryLeft_WaitsAndKeepsTheAttempt()
    {
        var first = (await ClaimAsync())[0];

        await engine.Queue.StepAsync([End(first, new TaskOutcome.Failed("broken", Retryable: true))], null, default);

        (await engine.TasksAsync(runId))["a"].ShouldBe("up_for_retry");
        (await ClaimAsync()).ShouldBeEmpty();
        (await engine.ScalarAsync<string>("SELECT state || message FROM task_attempt")).ShouldBe("failedbroken");
        await engine.ExecuteAsync("UPDATE task_instance SET ready_at = now() WHERE state = 'up_for_retry'");
        (await ClaimAsync()).Single().Attempt.Number.ShouldBe(2);
    }

    [Fact]
    public async Task Step_SameCompletionTwice_CountsOnce()
    {
        var first = (await ClaimAsync())[0];
        var end = End(first, new TaskOutcome.Succeeded(null));
        await engine.Queue.StepAsync([end], null, default);

        var again = await engine.Queue.StepAsync([end], null, default);

        again.Refused.ShouldBe([end]);
        (await engine.ScalarAsync<int>("SELECT unfinished FROM dag_run")).ShouldBe(4);
    }

    [Fact]
    public async Task Step_FromAWorkerThatLostItsLease_ChangesNothing()
    {
        var first = (await ClaimAsync())[0];
        await engine.Workers.StopAsync(worker, default);
        (await engine.Rescuer.RunOnceAsync(default)).ShouldBe(1);
        worker = await engine.Workers.RegisterAsync("two", [], 4, "test", default);
        var second = (await ClaimAsync()).Single();

        var zombie = await engine.Queue.StepAsync([End(first, new TaskOutcome.Succeeded("1"))], null, default);

        zombie.Refused.Count.ShouldBe(1);
        second.Attempt.ShouldBe(new AttemptCount(Number: 2, Uncounted: 1, Lost: 1));
        (await engine.TasksAsync(runId))["a"].ShouldBe("running");
        (await engine.ScalarAsync<int>("SELECT count(*) FROM task_output")).ShouldBe(0);
        (await engine.ScalarAsync<string>("SELECT state FROM task_attempt")).ShouldBe("lost");
    }

    [Fact]
    public async Task Step_TwoAttemptsOfOneTask_TakesTheCurrentOneOnly()
    {
        var first = (await ClaimAsync())[0];
        var stale = End(first, new TaskOutcome.Succeeded("1"));
        await engine.Queue.StepAsync([End(first, new TaskOutcome.Lost("gone"))], null, default);
        var current = End((await ClaimAsync()).Single(), new TaskOutcome.Succeeded("2"));

        var step = await engine.Queue.StepAsync([stale, current], null, default);

        step.Refused.ShouldBe([stale]);
        (await engine.ScalarAsync<string>("SELECT string_agg(value::text, ',') FROM task_output")).ShouldBe("2");
        (await engine.TasksAsync(runId))["b"].ShouldBe("queued");
        (await engine.ScalarAsync<int>("SELECT unfinished FROM dag_run")).ShouldBe(4);
    }

    [Fact]
    public async Task Publish_BehindTablesOfTheSessionsOwn_LooksAtTheRealOnes()
    {
        await ClaimAsync();
        await using var data = NpgsqlDataSource.Create(Database.WithOption(engine.ConnectionString, "role=workflow_worker"));
        await using var connection = await data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(
            "CREATE TEMP TABLE task_instance AS SELECT run_id, task_index, map_index, 1 AS attempt, 'success' AS state FROM public.task_instance");

        var refused = await Should.ThrowAsync<PostgresException>(() => ExecuteAsync($"SELECT publish_attempt({runId}, 0, -1, 1)"));

        refused.MessageText.ShouldContain("has not ended");

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Trigger_WhileANewVersionIsStored_RunsThatVersion()
    {
        await using var connection = await engine.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var storing = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand(
            """
            WITH stored AS (
                INSERT INTO dag_version (dag_id, number, hash, definition_hash, description, owner, tags, params, graph, file, source, shared_sources,
                    reference_versions, assembly)
                SELECT dag_id, 2, hash, definition_hash, description, owner, tags, params, graph, file, source, shared_sources, reference_versions, assembly
                FROM dag_version RETURNING dag_version_id)
            UPDATE dag SET version_id = stored.dag_version_id FROM stored
            """, connection, storing))
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var triggering = engine.TriggerAsync("diamond");
        await Eventually.TrueAsync(
            () => engine.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"),
            TimeSpan.FromSeconds(20), "the trigger waits");
        await storing.CommitAsync(TestContext.Current.CancellationToken);

        var started = await triggering;
        (await engine.ScalarAsync<int>(
            "SELECT number FROM dag_version JOIN dag_run USING (dag_version_id) WHERE run_id = @started", new { started })).ShouldBe(2);
    }

    [Fact]
    public async Task Rescue_AWorkerThatIsAlive_LeavesItsTasks()
    {
        await ClaimAsync();

        (await engine.Rescuer.RunOnceAsync(default)).ShouldBe(0);

        (await engine.TasksAsync(runId))["a"].ShouldBe("running");
    }

    [Fact]
    public async Task Rescue_ATaskThatKillsItsWorkersEachTime_FailsAtTheLimit()
    {
        for (var life = 0; life < RunMachine.LostLimit; life++)
        {
            worker = await engine.Workers.RegisterAsync($"life {life}", [], 4, "test", default);
            (await ClaimAsync()).Count.ShouldBe(1);
            await engine.Workers.StopAsync(worker, default);
            await engine.Rescuer.RunOnceAsync(default);
        }

        (await engine.TasksAsync(runId))["a"].ShouldBe("failed");
    }

    [Fact]
    public async Task Cancel_ARunWithARunningTask_EndsWithThatTask()
    {
        var first = (await ClaimAsync())[0];
        var key = await engine.ScalarAsync<string>("SELECT run_key FROM dag_run");

        (await engine.Runs.CancelAsync("diamond", key, default)).ShouldBeTrue();
        (await engine.StateAsync(runId)).ShouldBe("running");
        var leases = await engine.Queue.LeasesAsync(worker, [(first.Key, first.Attempt.Number)], default);
        await engine.Queue.StepAsync([End(first, new TaskOutcome.Failed("stopped", Retryable: true))], null, default);

        leases.Single().ShouldBe(new LeaseState(first.Key, IsHeld: true, RunStops: true, Stops: false));
        (await engine.StateAsync(runId)).ShouldBe("cancelled");
        (await engine.TasksAsync(runId)).Values.ShouldAllBe(state => state == "cancelled");
        (await engine.Runs.CancelAsync("diamond", key, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_GivesEachTaskOnce()
    {
        var dagId = await engine.SaveAsync("""
            public sealed class Wide : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("wide");
                    for (var i = 0; i < 400; i++)
                        dag.Task($"t{i}", _ => Task.CompletedTask);
                }
            }
            """);
        var wide = await engine.TriggerAsync(dagId);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var mine = new List<ClaimedTask>();
            while (await ClaimAsync() is { Count: > 0 } more)
                mine.AddRange(more);
            return mine;
        }));

        var keys = claims.SelectMany(mine => mine).Where(task => task.Key.RunId == wide).Select(task => task.Key).ToList();
        keys.Count.ShouldBe(400);
        keys.Distinct().Count().ShouldBe(400);
    }

    [Fact]
    public async Task Claim_ForOtherQueues_TakesNothing()
    {
        var step = await engine.Queue.StepAsync([], new ClaimRequest(worker, ["training"], 4), default);

        step.Claimed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Step_ConnectionLostBetweenItsRoundTrips_LeavesTheAttemptRunning()
    {
        var first = (await ClaimAsync())[0];

        // The output is no JSON: the second round trip fails where a crash would, after the task was ended in the open transaction.
        await Should.ThrowAsync<PostgresException>(
            () => engine.Queue.StepAsync([End(first, new TaskOutcome.Succeeded("{broken"))], null, default));

        (await engine.TasksAsync(runId))["a"].ShouldBe("running");
        (await engine.ScalarAsync<int>("SELECT unfinished FROM dag_run")).ShouldBe(5);
        (await engine.Queue.StepAsync([End(first, new TaskOutcome.Succeeded("{}"))], null, default)).Refused.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("UPDATE model_alias SET alias = alias")]
    [InlineData("INSERT INTO model_alias (model, alias, model_version_id) VALUES ('m', 'champion', 1)")]
    [InlineData("INSERT INTO dataset_version (version) VALUES (1)")]
    [InlineData("INSERT INTO gate_verdict (published_at) VALUES (now())")]
    [InlineData("UPDATE dag_version SET source = ''")]
    [InlineData("UPDATE dag_run SET conf = '{}'")]
    [InlineData("DELETE FROM model_alias_move")]
    [InlineData("SELECT add_dataset_event('rows', NULL, '{}', 'a worker')")]
    [InlineData("DELETE FROM dag_dataset_event")]
    public async Task WorkerRole_WhatOnlyTheEngineMayDo_IsRefused(string sql)
    {
        await using var connection = await engine.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"SET ROLE workflow_worker; {sql}", connection);

        var refused = await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        await using var reset = new NpgsqlCommand("RESET ROLE", connection);
        await reset.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<ClaimedTask>> ClaimAsync() => (await engine.Queue.StepAsync([], Claim(), default)).Claimed;

    private ClaimRequest Claim() => new(worker, [], 7);

    private FinishedAttempt End(ClaimedTask task, TaskOutcome outcome) => new(task, worker, outcome);
}
