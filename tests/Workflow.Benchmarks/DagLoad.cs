using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Workflow.Scheduler.Services;

namespace Workflow.Benchmarks;

/// <summary>
/// 1,000 DAG files: the cold load, from the start of a scheduler to the last of them in the database; and one changed file, from its save
/// to the new version there.
/// </summary>
internal static class DagLoad
{
    private const int Files = 1_000;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var folder = Directory.CreateDirectory(Path.Combine(stage.Folder, "dags-1000")).FullName;
        for (var i = 0; i < Files; i++)
            await WriteAsync(folder, i, "as it was");
        var start = Stopwatch.GetTimestamp();
        using var scheduler = await stage.StartSchedulerAsync(folder);
        await scheduler.Services.GetRequiredService<DagLoader>().FirstLoad;
        var load = Stopwatch.GetElapsedTime(start).TotalSeconds;

        var reloads = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            var saved = Stopwatch.GetTimestamp();
            await WriteAsync(folder, 500 + round, "as it is now");
            while (await stage.ScalarAsync<string>(
                $"SELECT description FROM dag_version v JOIN dag d ON d.version_id = v.dag_version_id WHERE d.dag_id = 'file_{500 + round}'") != "as it is now")
                await Task.Delay(TimeSpan.FromMilliseconds(5));
            reloads.Add(Stopwatch.GetElapsedTime(saved).TotalSeconds);
        }

        await scheduler.StopAsync();
        return [new BenchmarkRow("dag-load-1000", "s", load, null),
            new BenchmarkRow("dag-reload", "s", Rounds.Quantile(reloads, 0.5), null)];
    }

    private static Task WriteAsync(string folder, int number, string description) => File.WriteAllTextAsync(
        Path.Combine(folder, $"File{number}.cs"),
        $$"""
        public sealed class File{{number}} : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("file_{{number}}").Description("{{description}}");
                var read = dag.Task("read", _ => Task.FromResult(Enumerable.Range(0, 10).ToList()));
                var sum = dag.Task("sum", read, (_, items) => Task.FromResult(items.Sum()));
                dag.Task("write", sum, (run, total) => { run.Log(total.ToString()); return Task.CompletedTask; });
            }
        }
        """);
}
