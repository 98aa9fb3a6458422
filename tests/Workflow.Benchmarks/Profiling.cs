using System.Diagnostics;
using Workflow.Data;
using Workflow.Data.DuckDb;

namespace Workflow.Benchmarks;

/// <summary>
/// Profiles a Parquet file of eight million rows and twelve columns, about 1 GB as CSV, sketches included; the floor is DuckDB alone, which
/// writes the file from that CSV with as many threads.
/// </summary>
internal static class Profiling
{
    private const int Rows = 8_000_000;
    private const int Threads = 2;

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var folder = Directory.CreateTempSubdirectory("workflow-profiling-").FullName;
        try
        {
            var files = new Dictionary<string, object?>
            {
                ["csv"] = Path.Combine(folder, "rows.csv"),
                ["parquet"] = Path.Combine(folder, "rows.parquet"),
            };
            using var session = new DuckDbSession(new DuckDbOptions { Threads = Threads });
            session.Execute(
                $"""
                COPY (
                    SELECT i AS id, (hash(i, 1) % 7)::INTEGER AS passengers, (hash(i, 2) % 265)::INTEGER AS zone, hash(i, 3) % 1000000 AS key,
                        TIMESTAMP '2019-01-01' + to_seconds((hash(i, 4) % 31536000)::BIGINT) AS pickup,
                        DATE '2019-01-01' + (hash(i, 5) % 365)::INTEGER AS day, (hash(i, 6) % 100000) / 1000.0 AS distance,
                        ((hash(i, 7) % 20000)::INTEGER - 500) / 100.0 AS fare, exp((hash(i, 8) % 100000) / 10000.0) AS price,
                        CASE WHEN i % 11 > 0 THEN 'zone ' || (hash(i, 9) % 265) END AS name, 'customer ' || (hash(i, 10) % 2000000) AS customer,
                        hash(i, 11) % 3 = 0 AS flag
                    FROM range({Rows}) r(i))
                TO $csv (FORMAT csv, HEADER)
                """,
                files);
            var (value, floor) = await Rounds.MediansAsync(
                warmUps: 0, rounds: 3, () => Task.FromResult(Profile(session, files)), () => Task.FromResult(Convert(session, files)));
            return [new BenchmarkRow("ingest-profile", "s", value, floor)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Convert(DuckDbSession session, IReadOnlyDictionary<string, object?> files)
    {
        var clock = Stopwatch.StartNew();
        session.Execute(
            $"COPY (SELECT * FROM read_csv($csv)) TO $parquet (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {DatasetWriter.RowGroupRows})", files);
        return clock.Elapsed.TotalSeconds;
    }

    private static double Profile(DuckDbSession session, IReadOnlyDictionary<string, object?> files)
    {
        var file = (string)files["parquet"]!;
        var schema = session.Describe("SELECT * FROM read_parquet($parquet)", files);
        var clock = Stopwatch.StartNew();
        Profiler.Profile(session, file, schema, new HashSet<string>(), CancellationToken.None).ToBytes();
        return clock.Elapsed.TotalSeconds;
    }
}
