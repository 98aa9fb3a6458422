using System.Text.Json.Nodes;

namespace Workflow.Benchmarks;

/// <summary>
/// One task, 10,000 mapped elements, one task that waits for all of them: in tasks a second from trigger to run success. A second row says
/// how much longer an element takes among 100,000 than among 1,000.
/// </summary>
internal static class FanOut
{
    public const string Source = """
        public sealed class FanOut : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("fan_out");
                var width = dag.Param("width", 10_000);
                var list = dag.Task("list", run => Task.FromResult(new int[run.Get(width)]));
                var each = dag.Map("each", list, (_, _) => Task.CompletedTask);
                dag.Task("join", _ => Task.CompletedTask).After(each);
            }
        }
        """;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(Source);
        using var worker = await stage.StartWorkerAsync();
        var (value, floor) = await Rounds.MediansAsync(
            warmUps: 1, rounds: 3, async () => 10_000 / await SecondsAsync(10_000), () => BatchLoop.RateAsync(stage, 10_000));
        var small = new List<double>();
        for (var round = 0; round < 5; round++)
            small.Add(await SecondsAsync(1_000));
        var growth = await SecondsAsync(100_000) / 100 / Rounds.Quantile(small, 0.5);
        await worker.StopAsync();
        return [new BenchmarkRow("fan-out-10k", "tasks/s", value, floor), new BenchmarkRow("fan-out-growth", "x", growth, null)];

        async Task<double> SecondsAsync(int width) => (await stage.RunAsync(dagId, new JsonObject { ["width"] = width })).TotalSeconds;
    }
}
