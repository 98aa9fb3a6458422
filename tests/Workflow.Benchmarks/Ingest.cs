using System.Diagnostics;
using System.Globalization;
using Workflow.Data;
using Workflow.Data.DuckDb;

namespace Workflow.Benchmarks;

/// <summary>
/// Reads a CSV file of 1 GB into a dataset with its columns declared, with the profile and without the time that it takes; the floor is
/// DuckDB alone, which writes the same rows as Parquet with as many threads. Then the same in a process of its own as a task with a memory
/// limit of half the file: what it took at most, beside that limit.
/// </summary>
internal static class Ingest
{
    /// <summary>The verb of the process that reads the file; file, store and limit in bytes follow it.</summary>
    public const string Verb = "ingest-once";

    private const int Rows = 14_500_000;
    private const double Mega = 1e6;

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
            var store = Path.Combine(folder, "store");
            Generate(file);
            var profiling = new List<double>();
            var (value, floor) = await Rounds.MediansAsync(
                warmUps: 1, rounds: 3,
                async () =>
                {
                    var (seconds, profile) = await EngineAsync(file, store, new DuckDbOptions());
                    profiling.Add(profile);
                    return seconds;
                },
                () => Task.FromResult(DuckDb(folder, file)));
            var limit = new FileInfo(file).Length / 2;
            return
            [
                new BenchmarkRow("ingest-1gb", "s", value - Rounds.Quantile(profiling.Skip(1), 0.5), floor),
                new BenchmarkRow("ingest-1gb-profile", "s", value, floor),
                new BenchmarkRow("ingest-memory", "MB", await PeakBytesAsync(file, store, limit) / Mega, limit / Mega),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Reads the file once, as a task with a memory limit does, and prints the most memory in bytes that this process had.
    /// </summary>
    public static async Task RunOnceAsync(string file, string store, long limit)
    {
        await EngineAsync(file, store, Worker.Planes.DataPlanes.ShareOf(store, limit));
        Console.WriteLine(Process.GetCurrentProcess().PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<long> PeakBytesAsync(string file, string store, long limit)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in new[] { typeof(Ingest).Assembly.Location, Verb, file, store,
            limit.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.Ordinal))
            start.ArgumentList.RemoveAt(0);
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? long.Parse(said, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"Reading {file} under a limit of {limit} bytes failed.");
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

    /// <returns>How long it took, and how much of that the profile.</returns>
    private static async Task<(double Seconds, double Profile)> EngineAsync(string file, string folder, DuckDbOptions options)
    {
        var said = new Said();
        await new FileSource(new FolderArtifactStore(folder), new HttpClient(), options).IngestAsync(
            file, Columns, said, CancellationToken.None);
        var seconds = said.Clock.Elapsed.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return (seconds, (said.At[^1] - said.At[^2]).TotalSeconds);
    }

    private static double DuckDb(string folder, string file)
    {
        var options = new DuckDbOptions();
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

    /// <summary>When the engine said what: its last words but one come before the profile, and its last ones after it.</summary>
    private sealed class Said : IProgress<string>
    {
        public Stopwatch Clock { get; } = Stopwatch.StartNew();

        public List<TimeSpan> At { get; } = [];

        public void Report(string value) => At.Add(Clock.Elapsed);
    }
}
