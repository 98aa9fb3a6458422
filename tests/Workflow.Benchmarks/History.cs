namespace Workflow.Benchmarks;

/// <summary>
/// The 10,000 independent tasks again, with ten million finished task instances of 200,000 runs in the tables. The floor is the same
/// without them, measured just before.
/// </summary>
internal static class History
{
    private const string Runs = """
        INSERT INTO dag_run (dag_id, run_key, dag_version_id, run_type, state, lane, run_after, conf, triggered_by, unfinished, created_at, started_at,
            finished_at)
        SELECT v.dag_id, 'old__' || $1 || '_' || i, v.dag_version_id, 'manual', 'success', 2, now(), '{}', 'benchmark', 0, now() - interval '7 days',
            now() - interval '7 days', now() - interval '7 days'
        FROM dag_version v CROSS JOIN generate_series(1, 20000) i WHERE v.dag_id = 'independent'
        """;

    private const string Tasks = """
        INSERT INTO task_instance (run_id, task_index, task_id, queue, state, attempt, worker_id, started_at, finished_at, up_success)
        SELECT r.run_id, t, 'task_' || t, 'default', 'success', 1, 1, r.started_at, r.finished_at, 1
        FROM dag_run r CROSS JOIN generate_series(0, 49) t WHERE r.run_id > $1
        """;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        await TidyAsync(stage);
        var without = await Independent.MedianRateAsync(stage);
        for (var part = 1; part <= 10; part++)
        {
            var newest = await stage.ScalarAsync<long>("SELECT max(run_id) FROM dag_run");
            await stage.ExecuteAsync(Runs, part.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await stage.ExecuteAsync(Tasks, newest);
            await stage.ExecuteAsync("SELECT ensure_run_partitions(1, interval '1 day')");
            Console.Error.WriteLine($"  {part} million finished task instances");
        }

        await TidyAsync(stage);
        return [new BenchmarkRow("with-history", "tasks/s", await Independent.MedianRateAsync(stage), without)];
    }

    /// <summary>What autovacuum would come to do, so that both are measured after it.</summary>
    private static async Task TidyAsync(Stage stage)
    {
        await stage.ExecuteAsync("VACUUM ANALYZE dag_run, task_instance");
        await stage.ExecuteAsync("CHECKPOINT");
    }
}
