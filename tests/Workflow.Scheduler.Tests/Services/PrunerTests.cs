using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres.Retention;
using Workflow.Postgres.Schedulers;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class PrunerTests : IAsyncLifetime
{
    private static readonly string[] Tables =
        ["dag_run", "task_instance", "task_attempt", "task_output", "task_log", "callback", "run_deadline"];

    private TestEngine engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        await engine.DagAsync("mine", "");
        await engine.DagAsync("other", "");
        await engine.DagAsync("third", "");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Prune_OldAndYoungAndUnfinishedRuns_DropsOnlyWhatIsOldAsAWhole()
    {
        var old = await GivenAPartitionAsync(("mine", 100), ("other", 95));
        var besideUnfinished = await GivenAPartitionAsync(("mine", 100), ("third", null));
        var besideYoung = await GivenAPartitionAsync(("mine", 100), ("other", 40));
        var young = await GivenAPartitionAsync(("mine", 10));

        var pruned = await Pruner().PruneAsync(Token);

        (pruned.Partitions, pruned.Runs, pruned.Logs).ShouldBe((1, 2, 1));
        (await RowsAsync(old)).ShouldBe("0 0 0 0 0 0 0");
        (await RowsAsync(besideUnfinished)).ShouldBe("2 2 2 2 2 2 2", "an unfinished run keeps all beside it");
        (await RowsAsync(besideYoung)).ShouldBe("2 2 2 2 0 2 2", "its logs are older than 30 days");
        (await RowsAsync(young)).ShouldBe("1 1 1 1 1 1 1");
        foreach (var table in Tables.Skip(1))
            (await engine.ScalarAsync<bool>("SELECT to_regclass(@name) IS NULL", new { name = $"{table}_p0" })).ShouldBeTrue(table);
        (await engine.ScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM run_partition WHERE part = 0)")).ShouldBeFalse();
        (await Pruner().PruneAsync(Token)).Total.ShouldBe(0);
    }

    /// <remarks>A task that depends on the past waits for what became of the run before.</remarks>
    [Fact]
    public async Task Prune_RunsThatGo_TakeWithThemWhatTheyRead()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        var young = await GivenAPartitionAsync(("other", 1));
        await GivenReadsAsync([.. old, .. young]);

        (await Pruner().PruneAsync(Token)).Runs.ShouldBe(old.Count);

        (await engine.ScalarAsync<long>("SELECT min(run_id) FROM attempt_input")).ShouldBe(young[0]);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM attempt_input")).ShouldBe(1);
    }

    [Fact]
    public async Task Prune_MoreReadsThanABatch_DeletesThemAllAndThePartition()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        await GivenAPartitionAsync(("other", 1));
        await GivenReadsAsync(old, (2 * RetentionStore.ReadBatchSize) + 1);

        (await Pruner().PruneAsync(Token)).Partitions.ShouldBe(1);

        (await engine.ScalarAsync<long>("SELECT count(*) FROM attempt_input")).ShouldBe(0);
    }

    /// <remarks>As where another scheduler is still deleting them.</remarks>
    [Fact]
    public async Task Drop_PartitionWithReads_WaitsForTheLastOfThem()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        await GivenAPartitionAsync(("other", 1));
        await GivenReadsAsync(old);
        var store = new RetentionStore(engine.Data);
        var part = await engine.ScalarAsync<int>("SELECT part FROM run_partition ORDER BY from_run LIMIT 1");
        await store.DeleteRunsAsync(part, await engine.ScalarAsync<DateTime>("SELECT now()"), Token);

        (await store.DropAsync(part, Token)).ShouldBe(0);
        (await store.DeleteReadsAsync(part, Token)).ShouldBe(1);
        (await store.DropAsync(part, Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Prune_StepThatFails_KeepsNoOtherFromBeingDone()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        await GivenAPartitionAsync(("mine", 10));
        await engine.ExecuteAsync("""
            INSERT INTO worker (name, queues, slots, engine_version, stopped_at) VALUES ('old', '{}', 1, 'test', now() - interval '100 days');
            INSERT INTO external_event (key, source, created_at) VALUES ('k', 'me', now() - interval '100 days');
            ALTER TABLE callback RENAME TO away;
            """);

        var failing = await Pruner().PruneAsync(Token);
        await engine.ExecuteAsync("ALTER TABLE away RENAME TO callback");
        var next = await Pruner().PruneAsync(Token);

        (failing.Partitions, failing.Processes, failing.Events).ShouldBe((0, 0, 1));
        (next.Partitions, next.Processes, next.Events).ShouldBe((1, 1, 0));
        (await RowsAsync(old)).ShouldBe("0 0 0 0 0 0 0");
    }

    [Fact]
    public async Task Prune_OldRunBeforeOneThatGoesOn_KeepsIt()
    {
        var older = await GivenAPartitionAsync(("mine", 101));
        var before = await GivenAPartitionAsync(("mine", 100));
        await GivenAPartitionAsync(("mine", null));

        (await Pruner().PruneAsync(Token)).Runs.ShouldBe(1);

        (await RowsAsync(older)).ShouldStartWith("0 ");
        (await RowsAsync(before)).ShouldStartWith("1 1 ");
    }

    [Fact]
    public async Task Prune_ZeroDays_KeepsEverything()
    {
        var old = await GivenAPartitionAsync(("mine", 1000));
        await GivenAPartitionAsync(("mine", 10));

        (await Pruner(runDays: 0, logDays: 0).PruneAsync(Token)).Total.ShouldBe(0);
        (await RowsAsync(old)).ShouldBe("1 1 1 1 1 1 1");
    }

    [Fact]
    public async Task Prune_MoreRunsThanABatch_DeletesThemAll()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        await engine.ExecuteAsync("""
            INSERT INTO dag_run (run_id, dag_id, run_key, dag_version_id, run_type, run_after, conf, triggered_by, unfinished, state, finished_at)
            OVERRIDING SYSTEM VALUE
            SELECT run_id + n, dag_id, 'more ' || n, dag_version_id, 'manual', now(), '{}', 'test', 0, 'cancelled', finished_at
            FROM dag_run, generate_series(1, 1200) AS n
            """);
        await GivenAPartitionAsync(("mine", 10));

        (await Pruner().PruneAsync(Token)).Runs.ShouldBe(1201);

        (await RowsAsync(old)).ShouldBe("0 0 0 0 0 0 0");
    }

    /// <remarks>A dump reads all tables in one transaction. Nobody who comes after it waits for the drop.</remarks>
    [Fact]
    public async Task Prune_TablesInUse_LeavesThemToALaterTurn()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        var young = await GivenAPartitionAsync(("mine", 10));
        await using (var connection = await engine.Data.OpenConnectionAsync(Token))
        await using (await connection.BeginTransactionAsync(Token))
        {
            await connection.ExecuteAsync("SELECT count(*) FROM task_instance");

            (await Pruner().PruneAsync(Token)).Partitions.ShouldBe(0);
            (await RowsAsync(young)).ShouldBe("1 1 1 1 1 1 1");
        }

        (await Pruner().PruneAsync(Token)).Partitions.ShouldBe(1);
        (await RowsAsync(old)).ShouldBe("0 0 0 0 0 0 0");
    }

    [Fact]
    public async Task Prune_KillInTheMiddleOfADrop_EndsIt()
    {
        var old = await GivenAPartitionAsync(("mine", 100));
        await GivenAPartitionAsync(("mine", 10));
        await engine.ExecuteAsync("DELETE FROM dag_run WHERE run_id = @run", new { run = old[0] });
        await engine.ExecuteAsync("SELECT detach_run_partition(0, 'task_instance'), detach_run_partition(0, 'task_log')");

        (await Pruner().PruneAsync(Token)).Partitions.ShouldBe(1);

        (await engine.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname ~ '_p0$'")).ShouldBe(0);
    }

    [Fact]
    public async Task Prune_OldRunClearedAfterItsLogsWent_WritesLogsAgain()
    {
        var old = await GivenAPartitionAsync(("mine", 40));
        await GivenAPartitionAsync(("mine", 10));
        (await Pruner().PruneAsync(Token)).Logs.ShouldBe(1);

        await engine.ExecuteAsync(
            "INSERT INTO task_log (run_id, task_index, map_index, attempt, seq, logged_at, level, line) VALUES (@run, 0, -1, 2, 0, now(), 'info', 'again')",
            new { run = old[0] });
        await engine.ExecuteAsync("UPDATE dag_run SET finished_at = now() WHERE run_id = @run", new { run = old[0] });

        (await Pruner().PruneAsync(Token)).Logs.ShouldBe(0);
        (await RowsAsync(old)).ShouldBe("1 1 1 1 1 1 1");
    }

    [Fact]
    public async Task Prune_Events_KeepsThoseThatAreWaitedFor()
    {
        var runs = await GivenAPartitionAsync(("mine", 10), ("other", null));
        await engine.ExecuteAsync("""
            INSERT INTO dataset_event (dataset, extra, source, created_at)
            SELECT d, '{}', 'me', now() - interval '100 days' FROM unnest(ARRAY['old', 'queued', 'of a run']) AS d;
            INSERT INTO dataset_event (dataset, extra, source) VALUES ('young', '{}', 'me');
            INSERT INTO dag_dataset_event SELECT 'mine', dataset_event_id FROM dataset_event WHERE dataset = 'queued';
            INSERT INTO external_event (key, source, created_at)
            SELECT age || ' days', 'me', now() - make_interval(days => age) FROM unnest(ARRAY[200, 100, 1]) AS age;
            UPDATE dag_run SET created_at = now() - interval '150 days' WHERE finished_at IS NULL;
            """);
        await engine.ExecuteAsync(
            "INSERT INTO dag_run_dataset_event SELECT @run, dataset_event_id FROM dataset_event WHERE dataset = 'of a run'",
            new { run = runs[0] });

        (await Pruner().PruneAsync(Token)).Events.ShouldBe(2);

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(dataset, ', ' ORDER BY dataset_event_id) FROM dataset_event")).ShouldBe("queued, of a run, young");
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(key, ', ' ORDER BY external_event_id) FROM external_event")).ShouldBe("100 days, 1 days");
    }

    [Fact]
    public async Task Prune_Processes_KeepsThoseThatLiveOrHoldAnAttempt()
    {
        await engine.ExecuteAsync("""
            INSERT INTO worker (name, queues, slots, engine_version, stopped_at)
            SELECT name, '{}', 1, 'test', stopped FROM (VALUES
                ('old', now() - interval '100 days'), ('holds', now() - interval '100 days'), ('young', now()), ('alive', NULL)) AS w (name, stopped);
            INSERT INTO scheduler (name, dags_folder, heartbeat_at)
            SELECT name, 'dags', now() - make_interval(days => age) FROM (VALUES ('killed', 100), ('has the say', 100), ('alive', 0)) AS s (name, age);
            INSERT INTO dag_folder (scheduler_id, folder) SELECT scheduler_id, 'dags' FROM scheduler WHERE name = 'has the say';
            """);
        var run = await engine.TriggerAsync("mine");
        await engine.ExecuteAsync(
            """
            UPDATE task_instance SET state = 'running', attempt = 1, started_at = now(), ready_at = NULL,
                worker_id = (SELECT worker_id FROM worker WHERE name = 'holds')
            WHERE run_id = @run
            """, new { run });

        (await Pruner().PruneAsync(Token)).Processes.ShouldBe(2);

        (await engine.ScalarAsync<string>("SELECT string_agg(name, ', ' ORDER BY worker_id) FROM worker")).ShouldBe("holds, young, alive");
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(name, ', ' ORDER BY scheduler_id) FROM scheduler")).ShouldBe("has the say, alive");
    }

    private Pruner Pruner(int runDays = 90, int logDays = 30) => new(
        new RetentionStore(engine.Data),
        new SchedulerOptions
        {
            Name = "test",
            DagsFolder = "dags",
            Retention = new() { Runs = TimeSpan.FromDays(runDays), Logs = TimeSpan.FromDays(logDays) },
        },
        NullLogger<Pruner>.Instance);

    /// <summary>A version of a dataset, which attempts of runs have read.</summary>
    private Task GivenReadsAsync(IReadOnlyList<long> runs, int attempts = 1) => engine.ExecuteAsync(
        """
        INSERT INTO dataset (dataset) VALUES ('d');
        INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
            run_key, task_index, map_index, attempt, task_id)
        VALUES ('d', 1, now(), repeat('0', 64), 1, 1, '{}', '[]', '[]', 'test', 'mine', 0, 'r', 0, -1, 1, 'a');
        INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
        SELECT run, 0, -1, i, v.dataset_version_id, 'mine', 'r', 'a'
        FROM dataset_version v, unnest(@runs) AS run, generate_series(1, @attempts) AS i
        """,
        new { runs = runs.ToArray(), attempts });

    /// <summary>Runs with a row in every table, in a partition of their own that got its last run when the youngest ended.</summary>
    /// <param name="runs">The DAG of each and how many days ago it ended; null for a run that is unfinished.</param>
    private async Task<IReadOnlyList<long>> GivenAPartitionAsync(params (string Dag, int? EndedDaysAgo)[] runs)
    {
        var ids = new List<long>();
        foreach (var (dag, ended) in runs)
        {
            var run = await engine.TriggerAsync(dag);
            await engine.ExecuteAsync(
                """
                INSERT INTO task_attempt VALUES (@run, 0, -1, 1, 'failed', 1, now(), now(), 'It failed.');
                INSERT INTO task_output (run_id, task_index, map_index, attempt, value) VALUES (@run, 0, -1, 1, '1');
                INSERT INTO task_log VALUES (@run, 0, -1, 1, 0, now(), 'info', 'a line');
                INSERT INTO callback (run_id, dag_version_id, kind) SELECT run_id, dag_version_id, 'success' FROM dag_run WHERE run_id = @run;
                INSERT INTO run_deadline (run_id, number, due_at) VALUES (@run, 0, now());
                """, new { run });
            if (ended is { } days)
            {
                await engine.ExecuteAsync(
                    """
                    UPDATE dag_run SET state = 'success', unfinished = 0, created_at = now() - make_interval(days => @days + 1),
                        finished_at = now() - make_interval(days => @days) WHERE run_id = @run;
                    UPDATE task_instance SET state = 'success', ready_at = NULL, finished_at = now() - make_interval(days => @days) WHERE run_id = @run;
                    """, new { run, days });
            }
            else
            {
                await engine.ExecuteAsync("UPDATE dag_run SET created_at = now() - interval '100 days' WHERE run_id = @run", new { run });
            }

            ids.Add(run);
        }

        await new SchedulerStore(engine.Data).EnsurePartitionsAsync(TimeSpan.Zero, Token);
        await engine.ExecuteAsync(
            "UPDATE run_partition SET closed_at = now() - make_interval(days => @days) WHERE from_run <= @run AND @run < to_run",
            new { days = runs.Max(run => run.EndedDaysAgo ?? 0) - 1, run = ids[0] });
        return ids;
    }

    /// <summary>How many rows of some runs the tables have, in the order of <see cref="Tables"/>.</summary>
    private async Task<string> RowsAsync(IReadOnlyList<long> runs)
    {
        var counts = new List<long>();
        foreach (var table in Tables)
            counts.Add(
                await engine.ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE run_id = ANY (@runs)", new { runs = runs.ToArray() }));
        return string.Join(' ', counts);
    }
}
