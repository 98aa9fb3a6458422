using System.Diagnostics;
using Npgsql;

namespace Workflow.Benchmarks;

/// <summary>
/// From the call that triggers a run to the first line of its only task, on an idle system. The floor: one transaction that inserts a row
/// and notifies, and one of whoever hears of it.
/// </summary>
internal static class IdleStart
{
    private const int Count = 100;

    /// <summary>Between two triggers, so that nothing is left of the one before.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // The worker runs in this process: the task leaves the time of its first line where the benchmark finds it.
    private const string Source = """
        public sealed class Start : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("start");
                dag.Task("first", _ =>
                {
                    AppContext.SetData("benchmark.first-line", System.Diagnostics.Stopwatch.GetTimestamp());
                    return Task.CompletedTask;
                });
            }
        }
        """;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(Source);
        using var worker = await stage.StartWorkerAsync();
        await stage.ExecuteAsync("CREATE TABLE floor_start (id int PRIMARY KEY, state text NOT NULL)");
        var (values, floors) = (new List<double>(), new List<double>());
        for (var round = -10; round < Count; round++)
        {
            await Task.Delay(Pause);
            var floor = await FloorAsync(stage, round);
            await Task.Delay(Pause);
            var start = Stopwatch.GetTimestamp();
            await stage.RunAsync(dagId);
            if (round < 0)
                continue;
            floors.Add(floor);
            values.Add(Stopwatch.GetElapsedTime(start, (long)AppContext.GetData("benchmark.first-line")!).TotalMilliseconds);
        }

        await worker.StopAsync();
        return
        [
            new BenchmarkRow("idle-start-p50", "ms", Rounds.Quantile(values, 0.5), Rounds.Quantile(floors, 0.5)),
            new BenchmarkRow("idle-start-p95", "ms", Rounds.Quantile(values, 0.95), Rounds.Quantile(floors, 0.95)),
        ];
    }

    private static async Task<double> FloorAsync(Stage stage, int id)
    {
        await using var hears = await stage.Data.OpenConnectionAsync();
        await using var tells = await stage.Data.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("LISTEN floor_start", hears))
            await listen.ExecuteNonQueryAsync();
        await using var insert = new NpgsqlBatch(tells)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("INSERT INTO floor_start VALUES ($1, 'queued')") { Parameters = { new() { Value = id } } },
                new NpgsqlBatchCommand("SELECT pg_notify('floor_start', '')"),
            },
        };
        await using var claim = new NpgsqlCommand("UPDATE floor_start SET state = 'running' WHERE id = $1", hears)
        {
            Parameters = { new() { Value = id } },
        };
        var start = Stopwatch.GetTimestamp();
        var heard = hears.WaitAsync();
        await insert.ExecuteNonQueryAsync();
        await heard;
        await claim.ExecuteNonQueryAsync();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await using (var quiet = new NpgsqlCommand("UNLISTEN *", hears))
            await quiet.ExecuteNonQueryAsync();
        return elapsed;
    }
}
