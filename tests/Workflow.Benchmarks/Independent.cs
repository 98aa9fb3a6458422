namespace Workflow.Benchmarks;

/// <summary>10,000 independent no-op tasks of one run, one worker of 20 slots, in tasks a second from trigger to run success.</summary>
internal static class Independent
{
    public const int Tasks = 10_000;

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

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(Source);
        using var worker = await stage.StartWorkerAsync();
        var (value, floor) = await Rounds.MediansAsync(
            warmUps: 2, rounds: 5, () => RateAsync(stage, dagId), () => BatchLoop.RateAsync(stage, Tasks));
        await worker.StopAsync();
        return [new BenchmarkRow("independent-10k", "tasks/s", value, floor)];
    }

    /// <summary>The median rate of some runs after the first ones.</summary>
    public static async Task<double> MedianRateAsync(Stage stage)
    {
        var dagId = await stage.SaveAsync(Source);
        using var worker = await stage.StartWorkerAsync();
        var rates = new List<double>();
        for (var round = 0; round < 7; round++)
            rates.Add(await RateAsync(stage, dagId));
        await worker.StopAsync();
        return Rounds.Quantile(rates.Skip(2), 0.5);
    }

    private static async Task<double> RateAsync(Stage stage, string dagId) => Tasks / (await stage.RunAsync(dagId)).TotalSeconds;
}
