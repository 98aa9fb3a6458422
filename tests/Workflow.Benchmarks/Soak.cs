using System.Text.Json.Nodes;

namespace Workflow.Benchmarks;

/// <summary>
/// A million tasks, in ten runs of 100,000: what the worker's process holds after the last run beside what it held after half of them, how
/// many bytes of the table a task instance takes then, after a vacuum, and how many connections there are.
/// </summary>
internal static class Soak
{
    private const int Runs = 10;
    private const int Width = 100_000;

    private const string BytesEach = """
        SELECT sum(pg_table_size(c.relid))::float8 / greatest(1, (SELECT count(*) FROM task_instance)) FROM pg_partition_tree('task_instance') c
        """;

    private const string Connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(FanOut.Source);
        using var worker = await stage.StartWorkerAsync();
        var after = new List<(double Memory, double Bytes, long Connections)>();
        for (var run = 1; run <= Runs; run++)
        {
            await stage.RunAsync(dagId, new JsonObject { ["width"] = Width });
            await stage.ExecuteAsync("VACUUM task_instance, dag_run");
            after.Add((
                GC.GetTotalMemory(forceFullCollection: true)
                / 1e6, await stage.ScalarAsync<double>(BytesEach), await stage.ScalarAsync<long>(Connections)));
            var (memory, bytes, connections) = after[^1];
            Console.Error.WriteLine(
                $"  {run * Width:N0} tasks: {memory:N1} MB, {bytes:N0} bytes a task instance, {connections} connections");
        }

        await worker.StopAsync();
        var (half, last) = (after[(Runs / 2) - 1], after[^1]);
        return
        [
            new BenchmarkRow("soak-memory", "MB", last.Memory, half.Memory),
            new BenchmarkRow("soak-table", "bytes", last.Bytes, half.Bytes),
            new BenchmarkRow("soak-connections", "count", last.Connections, half.Connections),
        ];
    }
}
