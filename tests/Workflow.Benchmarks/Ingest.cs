using System.Diagnostics;
using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Data.DuckDb;

namespace Workflow.Benchmarks;

/// <summary>
/// Reads a CSV file of 1 GB into a dataset, profile included, with its columns declared; the floor is DuckDB alone, which writes the same rows as
/// Parquet with as many threads. Then the same file under a memory limit of half its size.
/// </summary>
internal static class Ingest
{
    private const int Rows = 14_500_000;

    private static readonly Column[] Columns =
    [
        new("id", "BIGINT"), new("day", "DATE"), new("pickup", "TIMESTAMP"), new("distance", "DOUBLE"), new("fare", "DOUBLE"),
        new("passengers", "INTEGER"), new("zone", "VARCHAR"), new("key", "BIGINT"),
    ];

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(Stage stage)
    {
        var folder = Directory.CreateTempSubdirectory("workflow-ingest-").FullName;
        try
        {
            var file = Path.Combine(folder, "rows.csv");
            Generate(file);
            var plenty = new DuckDbOptions();
            var (value, floor) = await Rounds.MediansAsync(
                warmUps: 0, rounds: 3, () => EngineAsync(folder, file, plenty), () => Task.FromResult(DuckDb(folder, file, plenty)));
            var small = plenty with { MemoryBytes = new FileInfo(file).Length / 2 };
            return
            [
                new BenchmarkRow("ingest-1gb", "s", value, floor),
                new BenchmarkRow("ingest-memory", "s", await EngineAsync(folder, file, small), floor),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Generate(string file)
    {
        using var session = new DuckDbSession(new DuckDbOptions { Threads = 2 });
        session.Execute(
            $"""
            COPY (
                SELECT i AS id, DATE '2019-01-01' + (hash(i, 1) % 365)::INTEGER AS day,
                    TIMESTAMP '2019-01-01' + to_seconds((hash(i, 3) % 31536000)::BIGINT) AS pickup, (hash(i, 4) % 100000) / 1000.0 AS distance,
                    ((hash(i, 5) % 20000)::INTEGER - 500) / 100.0 AS fare, (hash(i, 6) % 7)::INTEGER AS passengers,
                    CASE WHEN i % 11 > 0 THEN 'zone ' || (hash(i, 7) % 265) END AS zone, (hash(i, 8) % 1000000)::BIGINT AS key
                FROM range({Rows}) r(i))
            TO $file (FORMAT csv, HEADER)
            """,
            new Dictionary<string, object?> { ["file"] = file });
    }

    private static async Task<double> EngineAsync(string folder, string file, DuckDbOptions options)
    {
        var root = Path.Combine(folder, "store");
        var store = new FolderArtifactStore(root);
        var clock = Stopwatch.StartNew();
        await new FileSource(store, new HttpClient(), options).IngestAsync(file, Columns, log: null, CancellationToken.None);
        var seconds = clock.Elapsed.TotalSeconds;
        Directory.Delete(root, recursive: true);
        return seconds;
    }

    private static double DuckDb(string folder, string file, DuckDbOptions options)
    {
        var target = Path.Combine(folder, "floor.parquet");
        var types = string.Join(", ", Columns.Select(column => $"'{column.Name}': '{column.Type}'"));
        var clock = Stopwatch.StartNew();
        using (var session = new DuckDbSession(options with { Threads = options.ReadThreads }))
        {
            session.Execute(
                $"""
                COPY (SELECT * FROM read_csv($file, header = true, delim = ',', columns = {'{'}{types}{'}'}))
                TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {DatasetWriter.RowGroupRows})
                """,
                new Dictionary<string, object?> { ["file"] = file, ["target"] = target });
        }

        var seconds = clock.Elapsed.TotalSeconds;
        File.Delete(target);
        return seconds;
    }
}
