namespace Workflow.Benchmarks;

/// <summary>
/// What an idle engine asks of the database: transactions a second of a scheduler and a worker while 10,000 runs of 1,000 DAGs wait for
/// something, and while there are none.
/// </summary>
internal static class IdleLoad
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private const string Waiting = """
        WITH v AS (SELECT dag_version_id, dag_id FROM dag_version WHERE dag_id = 'waiting'),
        dags AS (INSERT INTO dag (dag_id, file) SELECT 'waiting_' || i, 'Waiting.cs' FROM generate_series(1, 1000) i RETURNING dag_id, lane),
        runs AS (
            INSERT INTO dag_run (dag_id, run_key, dag_version_id, run_type, state, lane, run_after, conf, triggered_by, unfinished, started_at)
            SELECT d.dag_id, 'waits__' || i, v.dag_version_id, 'manual', 'running', 2 * d.lane, now(), '{}', 'benchmark', 1, now()
            FROM dags d CROSS JOIN v CROSS JOIN generate_series(1, 10) i RETURNING run_id, lane)
        INSERT INTO task_instance (run_id, task_index, task_id, queue, state, ready_at, lane, attempt, started_at, deferred_since)
        SELECT run_id, 0, 'wait', 'default', 'deferred', now() + interval '1 day', lane, 1, now(), now() FROM runs
        """;

    private const string Source = """
        public sealed class Waits : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("waiting");
                dag.WaitFor("wait", _ => Task.FromResult(false), TimeSpan.FromDays(1));
            }
        }
        """;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        await stage.SaveAsync(Source);
        using var scheduler = await stage.StartSchedulerAsync(Directory.CreateDirectory(Path.Combine(stage.Folder, "no-dags")).FullName);
        using var worker = await stage.StartWorkerAsync();
        var empty = await RateAsync(stage);
        await stage.ExecuteAsync(Waiting);
        await stage.ExecuteAsync("ANALYZE dag, dag_run, task_instance");
        var full = await RateAsync(stage);
        await worker.StopAsync();
        await scheduler.StopAsync();
        return [new BenchmarkRow("idle-load-empty", "tx/s", empty, null), new BenchmarkRow("idle-load", "tx/s", full, null)];
    }

    private static async Task<double> RateAsync(Stage stage)
    {
        await Task.Delay(Window);
        var before = await TransactionsAsync();
        await Task.Delay(Window);
        return (await TransactionsAsync() - before) / Window.TotalSeconds;

        Task<long> TransactionsAsync() =>
            stage.ScalarAsync<long>("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
    }
}
