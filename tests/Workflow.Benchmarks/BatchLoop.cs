using System.Diagnostics;
using Npgsql;

namespace Workflow.Benchmarks;

/// <summary>
/// The floor of everything that runs many tasks: a bare loop that completes and claims rows in batches of 20 with <c>SKIP LOCKED</c>, one
/// round trip and one commit a batch.
/// </summary>
internal static class BatchLoop
{
    private const string Step = """
        WITH done AS (UPDATE floor_queue SET state = 'done' WHERE id = ANY ($1)),
        next AS MATERIALIZED (SELECT id FROM floor_queue WHERE state = 'queued' ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED)
        UPDATE floor_queue q SET state = 'running' FROM next WHERE q.id = next.id RETURNING q.id
        """;

    /// <summary>Rows a second.</summary>
    public static async Task<double> RateAsync(Stage stage, int rows)
    {
        await stage.ExecuteAsync("CREATE TABLE IF NOT EXISTS floor_queue (id int PRIMARY KEY, state text NOT NULL) WITH (fillfactor = 60)");
        await stage.ExecuteAsync("CREATE INDEX IF NOT EXISTS floor_queue_queued ON floor_queue (id) WHERE state = 'queued'");
        await stage.ExecuteAsync("TRUNCATE floor_queue");
        await stage.ExecuteAsync($"INSERT INTO floor_queue SELECT i, 'queued' FROM generate_series(1, {rows}) i");
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
        return rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
