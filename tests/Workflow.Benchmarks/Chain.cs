using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Workflow.Benchmarks;

/// <summary>
/// A chain of 40 no-op tasks, from trigger to run success. The floor: 40 fused steps, each completing one row and claiming the next in one
/// round trip and one commit, with nothing around it.
/// </summary>
internal static class Chain
{
    private const int Length = 40;

    private const string Source = """
        public sealed class Chain : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("chain");
                TaskHandle? last = null;
                for (var i = 0; i < 40; i++)
                {
                    var task = dag.Task($"t{i}", _ => Task.CompletedTask);
                    if (last is not null)
                        task.After(last);
                    last = task;
                }
            }
        }
        """;

    private const string Step = """
        WITH done AS (UPDATE floor_chain SET state = 'done' WHERE id = $1 AND state = 'running')
        UPDATE floor_chain SET state = 'running'
        WHERE id = (SELECT id FROM floor_chain WHERE id = $1 + 1 AND state = 'queued' FOR UPDATE SKIP LOCKED)
        RETURNING id
        """;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(Source);
        await stage.ExecuteAsync("CREATE TABLE floor_chain (id int PRIMARY KEY, state text NOT NULL) WITH (fillfactor = 60)");
        using var worker = await stage.StartWorkerAsync();
        var (value, floor) = await Rounds.MediansAsync(
            warmUps: 5, rounds: 15, async () => (await stage.RunAsync(dagId)).TotalMilliseconds, () => FloorAsync(stage));
        await worker.StopAsync();
        return [new BenchmarkRow("chain-40", "ms", value, floor)];
    }

    private static async Task<double> FloorAsync(Stage stage)
    {
        await stage.ExecuteAsync("TRUNCATE floor_chain");
        await stage.ExecuteAsync(
            $"INSERT INTO floor_chain SELECT i, CASE i WHEN 0 THEN 'running' ELSE 'queued' END FROM generate_series(0, {Length}) i");
        await using var connection = await stage.Data.OpenConnectionAsync();
        await using var step = new NpgsqlCommand(Step, connection);
        var at = new NpgsqlParameter<int> { TypedValue = 0 };
        step.Parameters.Add(at);
        await step.PrepareAsync();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Length; i++)
        {
            at.TypedValue = i;
            await step.ExecuteScalarAsync();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
