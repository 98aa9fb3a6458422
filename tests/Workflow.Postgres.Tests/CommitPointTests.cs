using System.Text.Json.Nodes;
using Npgsql;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Events;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>
/// What a death at a commit leaves: just before it, nothing of the step; just after it, all of it, though nobody heard so. Whoever comes
/// next does the same step again, and both ways lead to the same end.
/// </summary>
public sealed class CommitPointTests : IAsyncLifetime
{
    // With its end, which BEGIN ... READ COMMITTED has not.
    private const string Commit = "COMMIT\0";

    private static readonly string[] Tables =
    [
        "dag_run", "task_instance", "task_attempt", "task_output", "callback", "backfill", "backfill_run", "dag_dataset_event",
        "dag_run_dataset_event", "dataset_version", "external_event", "lineage_event",
    ];

    private TestEngine engine = null!;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        worker = await engine.Workers.RegisterAsync("one", [], 10, "test", default);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Step_DeathAtItsCommit_IsDoneOnceByWhoeverComesNext(bool afterwards)
    {
        await TriggerAsync("""
            var a = dag.Task("a", _ => Task.FromResult(1));
            dag.Task("b", a, (_, _) => Task.CompletedTask);
            """);
        var first = (await ClaimAsync()).Single();

        await DieAsync(
            afterwards, Commit,
            data => Queue(data)
            .StepAsync([new FinishedAttempt(first, worker, new TaskOutcome.Succeeded("1"))], new ClaimRequest(worker, [], 5), default));

        (await TasksAsync()).ShouldBe("a success 1, b running 1");
        (await engine.ScalarAsync<string>("SELECT string_agg(value::text, ' ') FROM task_output")).ShouldBe("1");
        (await engine.Queue.HeldByAsync([worker], default)).Select(held => held.Task.Key.TaskIndex).ShouldBe([1]);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task Step_DeathAtTheCommitOfADataAttempt_TellsOfItOnce(bool afterwards, bool succeeds)
    {
        await TriggerAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        var task = (await ClaimAsync()).Single();
        var staged = new StagedDataset("d", new string('a', 64), 1, 1, new Dictionary<string, string>(), [], [], "tests", []);
        await new EffectStore(engine.Data).StageAsync(new AttemptSource(task, "a"), staged, default);
        TaskOutcome outcome = succeeds ? new TaskOutcome.Succeeded(null) : new TaskOutcome.Failed("bad", Retryable: false);

        await DieAsync(afterwards, Commit, data => Queue(data)
            .StepAsync([new FinishedAttempt(task, worker, outcome, HasEffects: true)], null, default));

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(event_type || coalesce(' ' || message, ''), ', ' ORDER BY lineage_event_id) FROM lineage_event"))
            .ShouldBe(succeeds ? "START, COMPLETE" : "START, FAIL bad");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rescue_DeathAtItsCommit_LosesTheAttemptOnce(bool afterwards)
    {
        await TriggerAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        var task = (await ClaimAsync()).Single();

        await DieAsync(afterwards, Commit, data => Queue(data)
            .StepAsync([new FinishedAttempt(task, worker, new TaskOutcome.Lost("dead"))], null, default));

        (await TasksAsync()).ShouldBe("a queued 1");
        (await engine.ScalarAsync<int>("SELECT lost FROM task_instance")).ShouldBe(1);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM task_attempt WHERE state = 'lost'")).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Create_DeathAtItsCommit_MakesOneWholeRun(bool afterwards)
    {
        await SaveAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        var run = new NewRun("test", "key", RunType.Manual, [], "test");

        await DieAsync(afterwards, Commit, data => new RunStore(data, new GraphCache(data)).CreateAsync(run, default));

        (await engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(1);
        (await TasksAsync()).ShouldBe("a queued 0");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_DeathAtItsCommit_StartsTheRunOnce(bool afterwards)
    {
        await SaveAsync("""dag.MaxActiveRuns(1).Id("test"); dag.Task("a", _ => Task.CompletedTask);""");
        await engine.TriggerAsync("test");
        await engine.TriggerAsync("test");
        var task = (await ClaimAsync()).Single();
        await engine.Queue.StepAsync([new FinishedAttempt(task, worker, new TaskOutcome.Succeeded(null))], null, default);

        await DieAsync(afterwards, Commit, data => new RunStore(data, new GraphCache(data)).StartQueuedAsync(default));

        (await TasksAsync()).ShouldBe("a success 1, a queued 0");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_DeathAtItsCommit_StopsTheRunAsAWhole(bool afterwards)
    {
        var runId = await TriggerAsync("""
            dag.Task("a", _ => Task.CompletedTask);
            dag.Task("b", _ => Task.CompletedTask);
            """);
        var stop = new RunStop(RunState.Cancelled, "stopped");

        await DieAsync(afterwards, Commit, data => new RunEditor(data, new GraphCache(data)).StopAsync(runId, stop, default));

        (await TasksAsync()).ShouldBe("a cancelled 0, b cancelled 0");
        (await engine.StateAsync(runId)).ShouldBe("cancelled");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Admit_DeathAtItsCommit_GivesNoSlotTwice(bool afterwards)
    {
        await engine.ExecuteAsync("INSERT INTO pool (pool, slots) VALUES ('small', 1)");
        await TriggerAsync("""
            dag.Task("a", _ => Task.CompletedTask).Pool("small");
            dag.Task("b", _ => Task.CompletedTask).Pool("small");
            """);

        await DieAsync(afterwards, Commit, data => new AdmissionStore(data, new GraphCache(data)).AdmitAsync(default));

        (await engine.ScalarAsync<long>("SELECT count(*) FROM task_instance WHERE admitted")).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backfill_DeathAtItsCommits_GivesItsDateOneTurn(bool afterwards)
    {
        await SaveAsync("""dag.Schedule(Cron.Of("0 2 * * *")); dag.Task("a", _ => Task.CompletedTask);""");
        var date = new DateTimeOffset(2020, 1, 1, 2, 0, 0, TimeSpan.Zero);
        var backfill = new NewBackfill("test", date, date, ReprocessBehavior.None, 2, false, [], "test");
        await DieAsync(
            afterwards, Commit, data => new BackfillStore(data).CreateAsync(backfill, [new BackfillDate(date, date.AddDays(-1))], default));
        var id = await engine.ScalarAsync<long>("SELECT backfill_id FROM backfill");

        await DieAsync(afterwards, Commit, data => new BackfillSteps(data, new GraphCache(data)).MoveAsync(id, default));

        (await engine.ScalarAsync<string>("SELECT string_agg(outcome, ' ') FROM backfill_run")).ShouldBe("created");
        (await TasksAsync()).ShouldBe("a queued 0");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trigger_DeathAtItsCommit_TakesTheEventsInOneRun(bool afterwards)
    {
        await SaveAsync("""dag.Schedule(OnDatasets.Of(Dataset.Named("rows"))); dag.Task("a", _ => Task.CompletedTask);""");
        await new DatasetEventStore(engine.Data, new GraphCache(engine.Data)).AddAsync("rows", [], "test", default);
        var waiting = (await new DatasetEventStore(engine.Data, new GraphCache(engine.Data)).WaitingAsync(default)).Single();

        await DieAsync(afterwards, Commit, data =>
            new DatasetEventStore(data, new GraphCache(data)).TriggerAsync(waiting, waiting.Condition!, default));

        (await engine.ScalarAsync<string>(
            "SELECT (SELECT count(*) FROM dag_run) || ' ' || (SELECT count(*) FROM dag_run_dataset_event) || ' ' || (SELECT count(*) FROM dag_dataset_event)"))
            .ShouldBe("1 1 0");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Callback_DeathAtItsClaimAndEnd_EndsOnceAndCountsOneTry(bool afterwards)
    {
        await TriggerAsync("""
            dag.OnSuccess(_ => Task.CompletedTask);
            dag.Task("a", _ => Task.CompletedTask);
            """);
        await engine.Queue.StepAsync([new FinishedAttempt((await ClaimAsync()).Single(), worker, new TaskOutcome.Succeeded(null))], null,
            default);

        await DieAsync(afterwards, "UPDATE callback", data => new CallbackStore(data).ClaimAsync(worker, default));
        var claimed = (await engine.Callbacks.ClaimAsync(worker, default)).ShouldNotBeNull();
        claimed.Tries.ShouldBe(1);
        await DieAsync(afterwards, "UPDATE callback", data => EndAsync(new CallbackStore(data), claimed));

        (await engine.ScalarAsync<string>("SELECT string_agg(state || ' ' || tries, ', ') FROM callback")).ShouldBe("success 1");

        async Task<bool> EndAsync(CallbackStore store, ClaimedCallback callback)
        {
            await store.EndAsync(callback, worker, error: null, retryAfter: null, default);
            return true;
        }
    }

    [Fact]
    public async Task Record_DeathBeforeItsCommit_LeavesNoEventAndWakesNobody()
    {
        await TriggerAsync("""dag.WaitForEvent("wait", _ => "key");""");
        var wait = new TaskOutcome.Deferred("waits", TimeSpan.FromHours(1), "event:key");
        await engine.Queue.StepAsync([new FinishedAttempt((await ClaimAsync()).Single(), worker, wait)], null, default);

        await DieAsync(afterwards: false, Commit, data => new ExternalEventStore(data).RecordAsync("key", null, "test", default));

        (await engine.ScalarAsync<long>("SELECT count(*) FROM external_event")).ShouldBe(1);
        (await engine.ScalarAsync<bool>("SELECT ready_at <= now() FROM task_instance")).ShouldBeTrue();
    }

    /// <summary>Between the step that refuses an attempt and the order that stands for it, which is carried out by itself.</summary>
    [Fact]
    public async Task Step_DeathBeforeAnOrderIsCarriedOut_LeavesItToWhoeverHandsInNext()
    {
        var runId = await TriggerAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        var ended = new FinishedAttempt((await ClaimAsync()).Single(), worker, new TaskOutcome.Cancelled());
        await engine.Editor.EditAsync(runId, run => run.Mark([(0, TaskKey.Whole)], TaskState.Success, "by hand"), null, default);

        await using (var dying = new DyingConnection(engine.ConnectionString, Commit, afterwards: true))
            await Should.ThrowAsync<NpgsqlException>(() => Queue(dying.Data).StepAsync([ended], null, default));

        (await TasksAsync()).ShouldBe("a running 1");
        (await engine.Queue.StepAsync([ended], null, default)).Refused.ShouldBeEmpty();
        (await TasksAsync()).ShouldBe("a success 1");
    }

    /// <summary>An attempt that stages goes on: it finds out by itself what became of its transaction.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stage_ConnectionLostAtItsCommit_StagesOnce(bool afterwards)
    {
        await TriggerAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        var task = (await ClaimAsync()).Single();
        var staged = new StagedDataset("rows", new string('0', 64), 1, 1, new Dictionary<string, string>(), [], [], "test", []);
        await using var dying = new DyingConnection(engine.ConnectionString, Commit, afterwards);

        var id = await new EffectStore(dying.Data).StageAsync(new AttemptSource(task, "a"), staged, default);

        dying.HasDied.ShouldBeTrue();
        (await engine.ScalarAsync<long[]>("SELECT array_agg(dataset_version_id) FROM dataset_version")).ShouldBe([id]);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_version WHERE version IS NOT NULL")).ShouldBe(0);
    }

    /// <summary>
    /// A server that crashed has forgotten a transaction whose number had not reached its disk: it takes the number for one to come, or
    /// knows it as another's that has committed since.
    /// </summary>
    [Theory]
    [InlineData("SELECT 'committed'", false)]
    [InlineData("SELECT 'committed'", true)]
    [InlineData("SELECT pg_catalog.pg_xact_status('999999999999'::xid8)", false)]
    [InlineData("SELECT pg_catalog.pg_xact_status('999999999999'::xid8)", true)]
    public async Task Stage_NumberForgottenInACrash_StagesOnce(string status, bool afterwards)
    {
        await TriggerAsync("""dag.Task("a", _ => Task.CompletedTask);""");
        var source = new AttemptSource((await ClaimAsync()).Single(), "a");
        await engine.ExecuteAsync($"CREATE FUNCTION public.pg_xact_status(xid8) RETURNS text LANGUAGE sql AS $$ {status} $$");
        var found = new NpgsqlConnectionStringBuilder(engine.ConnectionString) { SearchPath = "public, pg_catalog" }.ConnectionString;
        var data = new StagedDataset("rows", new string('0', 64), 1, 1, new Dictionary<string, string>(), [], [], "test", []);
        var verdict = new GateVerdict("rows", Verdict.Pass, []);
        var model = new StagedModel("m", new string('0', 64), 1, "linear", [], new Dictionary<string, double>(), []);

        var ids = new List<long> { await DyingAsync(store => store.StageAsync(source, data, default)) };
        ids.Add(await DyingAsync(store => store.StageAsync(source, model, default)));
        await DyingAsync(async store =>
        {
            await store.StageAsync(source, verdict, new VerdictSubject(ids[0]), default);
            return 0;
        });
        await DyingAsync(async store =>
        {
            await store.StageMoveAsync(source, "champion", ids[1], default);
            return 0;
        });

        (await engine.ScalarAsync<long[]>("SELECT array_agg(dataset_version_id) FROM dataset_version")).ShouldBe([ids[0]]);
        (await engine.ScalarAsync<long[]>("SELECT array_agg(model_version_id) FROM model_version")).ShouldBe([ids[1]]);
        (await engine.ScalarAsync<string>("SELECT (SELECT count(*) FROM gate_verdict) || ' ' || (SELECT count(*) FROM model_alias_move)"))
            .ShouldBe("1 1");

        async Task<long> DyingAsync(Func<EffectStore, Task<long>> stage)
        {
            await using var dying = new DyingConnection(found, Commit, afterwards);
            var result = await stage(new EffectStore(dying.Data));
            dying.HasDied.ShouldBeTrue();
            return result;
        }
    }

    /// <summary>Does something on a connection that dies at a statement, and then once more on another.</summary>
    private async Task DieAsync<T>(bool afterwards, string statement, Func<NpgsqlDataSource, Task<T>> act)
    {
        var before = await FingerprintAsync();
        await using (var dying = new DyingConnection(engine.ConnectionString, statement, afterwards))
        {
            await Should.ThrowAsync<NpgsqlException>(() => act(dying.Data));
            dying.HasDied.ShouldBeTrue();
        }

        // The server notices by itself, a moment later; what waits for its locks goes on then, and what passes them by would find them
        // held.
        await Eventually.TrueAsync(
            () => engine.ScalarAsync<bool>(
                "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dying')"),
            TimeSpan.FromSeconds(30), "the server has ended the sessions");

        var left = await FingerprintAsync();
        (left == before).ShouldBe(!afterwards, "a death before leaves nothing, one after all");
        await act(engine.Data);
        var done = await FingerprintAsync();
        if (afterwards)
            done.ShouldBe(left, "it is done already");
        else
            done.ShouldNotBe(before);
    }

    private async Task<string> FingerprintAsync()
    {
        var all = new List<string>();
        foreach (var table in Tables)
            all.Add($"{table}: {await engine.ScalarAsync<string>($"SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM {table} t")}");
        return string.Join(Environment.NewLine, all);
    }

    private Task<string> TasksAsync() => engine.ScalarAsync<string>(
        "SELECT string_agg(task_id || ' ' || state || ' ' || attempt, ', ' ORDER BY run_id, task_index) FROM task_instance");

    private async Task<IReadOnlyList<ClaimedTask>> ClaimAsync() =>
        (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 5), default)).Claimed;

    private static TaskQueue Queue(NpgsqlDataSource data) => new(data, new GraphCache(data));

    private async Task<long> TriggerAsync(string body) => await engine.TriggerAsync(await SaveAsync(body), new JsonObject());

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
