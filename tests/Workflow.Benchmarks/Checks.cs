using System.Diagnostics;
using Workflow.Data;
using Workflow.Data.DuckDb;

namespace Workflow.Benchmarks;

/// <summary>Twenty checks in one gate over four million rows, beside a gate with the dearest one of them alone.</summary>
internal static class Checks
{
    private const int Rows = 4_000_000;
    private const int Times = 3;

    private static readonly DataCheck[] Twenty =
    [
        new(CheckKind.NotNull, "a"), new(CheckKind.NotNull, "b"), new(CheckKind.NotNull, "c"), new(CheckKind.NullRate, "d", Maximum: 0.1),
        new(CheckKind.Between, "a", 0, Rows), new(CheckKind.Between, "b", 0, 1000, Mostly: 0.99), new(CheckKind.Between, "c", 0, 1000),
        new(CheckKind.Between, "a", -1, Rows * 2.0),
        new(CheckKind.Between, "b", -1, 2000, Mostly: 0.9),
        new(CheckKind.InSet, "d", Values: ["1", "2", "3", "4", "5", "6", "0"]),
        new(CheckKind.NotInSet, "d", Values: ["9"]), new(CheckKind.MeanBetween, "b", 0, 1000), new(CheckKind.SumBetween, "c", 0, 1e12),
        new(CheckKind.MinBetween, "a", 0), new(CheckKind.MaxBetween, "a", null, Rows), new(CheckKind.DeviationBetween, "b", 0, 1000),
        new(CheckKind.MedianBetween, "b", 0, 1000),
        new(CheckKind.DistinctCountBetween, "c", 1, 1000),
        new(CheckKind.Unique, "a"),
        new(CheckKind.RowCount, null, 1),
    ];

    public static Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var file = Path.Combine(stage.Folder, "checks.parquet");
        using (var session = new DuckDbSession())
        {
            session.Execute(
                $"""
                COPY (SELECT i AS a, (i * 7919) % 1000 / 10.0 AS b, (i * 31) % 977 AS c, CASE WHEN i % 50 = 0 THEN NULL ELSE i % 7 END AS d
                FROM range({Rows}) r(i)) TO $file (FORMAT parquet, COMPRESSION zstd)
                """,
                new Dictionary<string, object?> { ["file"] = file });
        }

        var (all, one) = (new List<double>(), new List<double>());
        for (var round = 0; round < Times; round++)
        {
            all.Add(Seconds(file, Twenty));
            one.Add(Twenty.Max(check => Seconds(file, [check])));
        }

        return Task.FromResult<IReadOnlyList<BenchmarkRow>>(
            [new BenchmarkRow("checks-20", "s", Workflow.Benchmarks.Rounds.Quantile(all, 0.5),
                Workflow.Benchmarks.Rounds.Quantile(one, 0.5))]);
    }

    private static double Seconds(string file, DataCheck[] checks)
    {
        var start = Stopwatch.GetTimestamp();
        if (CheckEvaluator.Evaluate(file, checks).FirstOrDefault(result => result.Verdict != Verdict.Pass) is { } failed)
            throw new InvalidOperationException($"A check of the benchmark fails: {failed.Message}");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
