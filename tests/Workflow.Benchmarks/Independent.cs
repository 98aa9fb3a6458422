using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Workflow.Benchmarks;

/// <summary>
/// 10,000 independent no-op tasks of one run, one worker of 20 slots, in tasks a second from trigger to run success. The floor: a bare loop
/// that completes and claims rows in batches of 20 with <c>SKIP LOCKED</c>, one round trip and one commit a batch.
/// </summary>
internal static class Independent
{
    private const int Tasks = 10_000;
    private const int Rounds = 5;

    private const string Source = """
        public sealed class Independent : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("independent");
                for (var i = 0; i < 10_000; i++)
                    dag.Task($"t{i}", _ => Task.CompletedTask);
            }
        }
        """;

    private const string Step = """
        WITH done AS (UPDATE floor_queue SET state = 'done' WHERE id = ANY ($1)),
        next AS MATERIALIZED (SELECT id FROM floor_queue WHERE state = 'queued' ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED)
        UPDATE floor_queue q SET state = 'running' FROM next WHERE q.id = next.id RETURNING q.id
        """;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(Source);
        await stage.ExecuteAsync("CREATE TABLE floor_queue (id int PRIMARY KEY, state text NOT NULL) WITH (fillfactor = 60)");
        await stage.ExecuteAsync("CREATE INDEX ON floor_queue (id) WHERE state = 'queued'");
        using var worker = await stage.StartWorkerAsync();
        var (values, floors) = (new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            var floor = await FloorAsync(stage);
            var value = Tasks / (await stage.RunAsync(dagId)).TotalSeconds;
            if (round < 0)
                continue;
            floors.Add(floor);
            values.Add(value);
        }

        await worker.StopAsync();
        return [new BenchmarkRow("independent-10k", "tasks/s", Report.Median(values), Report.Median(floors))];
    }

    private static async Task<double> FloorAsync(Stage stage)
    {
        await stage.ExecuteAsync("TRUNCATE floor_queue");
        await stage.ExecuteAsync($"INSERT INTO floor_queue SELECT i, 'queued' FROM generate_series(1, {Tasks}) i");
        await stage.ExecuteAsync("ANALYZE floor_queue");
        await using var connection = await stage.Data.OpenConnectionAsync();
        await using var step = new NpgsqlCommand(Step, connection);
        var done = new NpgsqlParameter<int[]> { TypedValue = [] };
        step.Parameters.Add(done);
        await step.PrepareAsync();
        var start = Stopwatch.GetTimestamp();
        do
        {
            var claimed = new List<int>();
            await using (var reader = await step.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                    claimed.Add(reader.GetInt32(0));
            }

            done.TypedValue = [.. claimed];
        }
        while (done.TypedValue!.Length > 0);
        return Tasks / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
