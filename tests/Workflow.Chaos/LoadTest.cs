using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Chaos.Dags;
using Workflow.Data;
using Workflow.Data.DuckDb;
using Workflow.Postgres.Retention;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Runs;
using Workflow.Scheduler.Services;
using Workflow.Testing;

namespace Workflow.Chaos;

/// <summary>
/// Loads a file again and again, and kills the worker at a random point of each load. Every load must end with the same rows and the same
/// hash, and what the killed ones left must go.
/// </summary>
/// <remarks>The seed decides the points, as shares of the time that a load takes without a kill.</remarks>
internal static class LoadTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>How many loads there are at most for each that is to be hit: some end before the kill comes.</summary>
    private const int Most = 4;

    /// <summary>Runs it.</summary>
    /// <returns>Whether everything holds.</returns>
    public static async Task<bool> RunAsync(int seed, int kills, int rows, TextWriter output, TimeProvider time, CancellationToken stopping)
    {
        var say = new Say(output, time);
        say.Line($"seed {seed}, {kills} kills, {rows:N0} rows");
        var playground = await Playground.OpenAsync(time);
        var scheduler = new Member(playground, Member.SchedulerKind, 1, say);
        var worker = new Member(playground, Member.WorkerKind, 1, say);
        var random = new Random(seed);
        IReadOnlyList<Finding> findings;
        try
        {
            var file = Generate(playground, rows);
            scheduler.Start();
            worker.Start();
            await Eventually.TrueAsync(
                () => CountAsync(playground, "SELECT count(*) FROM dag WHERE is_active AND dag_id = @Id", new { Loader.Id }, expected: 1),
                Limit, "the DAG is loaded");

            // The first load warms the worker up, the second is measured.
            var loads = 0;
            await UntilEndedAsync(playground, await TriggerAsync(playground, file, loads++));
            var began = time.GetTimestamp();
            await UntilEndedAsync(playground, await TriggerAsync(playground, file, loads++));
            var length = time.GetElapsedTime(began);
            var hits = 0;
            for (var kill = 1; hits < kills && kill <= Most * kills && !stopping.IsCancellationRequested; kill++)
            {
                var run = await TriggerAsync(playground, file, loads++);
                var share = random.NextDouble();
                await Task.Delay(length * share, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await worker.KillAsync();
                await new WorkerStore(playground.Data).StopByNameAsync(worker.Name, default);
                worker.Start();
                await UntilEndedAsync(playground, run);
                var lost = await playground.AskAsync(connection => connection.ExecuteScalarAsync<int>(
                    "SELECT max(lost) FROM task_instance WHERE run_id = @run", new { run }));
                hits += lost;
                say.Line($"kill {kill} at {share.ToString("P0", CultureInfo.InvariantCulture)} of a load: {lost} attempts lost");
            }

            say.Line($"{hits} of {loads} loads were hit");
            findings =
            [
                new Finding("as many loads were hit as there should be", hits >= kills ? [] : [$"{hits} of {kills}"]),
                .. await CheckAsync(playground, loads, rows, time),
            ];
        }
        finally
        {
            foreach (var member in new[] { worker, scheduler }.Where(member => !member.HasEnded))
                await member.TerminateAsync();
            await playground.Data.DisposeAsync();
            await playground.StopAsync(immediate: false);
        }

        foreach (var finding in findings)
            finding.Print(output);
        var isWhole = findings.All(finding => finding.IsWhole);
        if (isWhole)
            Directory.Delete(playground.Folder, recursive: true);
        say.Line(isWhole ? $"nothing was lost (seed {seed})" : $"BROKEN (seed {seed}); what is left is in {playground.Folder}");
        return isWhole;
    }

    private static string Generate(Playground playground, int rows)
    {
        var path = Path.Combine(playground.Folder, "input.csv");
        using var session = new DuckDbSession();
        session.Execute(
            """
            COPY (SELECT i AS id, hash(i) % 1000 AS place, (hash(i, 'fare') % 10000) / 100 AS fare, 'row ' || i AS text FROM range($rows) AS r (i))
            TO $path (FORMAT csv, HEADER)
            """,
            new Dictionary<string, object?> { ["rows"] = (long)rows, ["path"] = path });
        return path;
    }

    private static async Task<long> TriggerAsync(Playground playground, string file, int number)
    {
        var run = new NewRun(Loader.Id, $"load__{number}", RunType.Manual, new JsonObject { [Loader.File] = file }, "chaos");
        return (await new RunStore(playground.Data, new GraphCache(playground.Data)).CreateAsync(run, default))!.Value;
    }

    private static Task UntilEndedAsync(Playground playground, long run) => Eventually.TrueAsync(
        () => CountAsync(playground, "SELECT count(*) FROM dag_run WHERE run_id = @run AND finished_at IS NOT NULL", new { run },
            expected: 1),
        Limit, $"run {run} has ended");

    private static async Task<bool> CountAsync(Playground playground, string sql, object parameters, long expected) =>
        await playground.AskAsync(connection => connection.ExecuteScalarAsync<long>(sql, parameters)) == expected;

    private static async Task<IReadOnlyList<Finding>> CheckAsync(Playground playground, int loads, int rows, TimeProvider time)
    {
        var ends =
            await ListAsync(playground, "SELECT run_key || ' ' || state FROM dag_run WHERE dag_id = @Id AND state <> 'success'",
                new { Loader.Id });
        var versions = await ListAsync(
            playground,
            """
            SELECT 'version ' || version || ' has ' || row_count || ' rows' FROM dataset_version WHERE version IS NOT NULL AND row_count <> @rows
            UNION ALL SELECT count(*) || ' hashes' FROM (SELECT DISTINCT sha256 FROM dataset_version WHERE version IS NOT NULL) h HAVING count(*) <> 1
            UNION ALL SELECT count(*) || ' versions of ' || @loads FROM dataset_version WHERE version IS NOT NULL HAVING count(*) <> @loads
            """,
            new { rows = (long)rows, loads });

        // What was left is old enough to go: by the database's clock, and by the stores'.
        await playground.AskAsync(connection =>
            connection.ExecuteAsync("UPDATE dataset_version SET staged_at = staged_at - interval '2 days'"));
        var retention = new RetentionStore(playground.Data);
        while (await retention.DeleteStagedAsync(TimeSpan.FromDays(1), default) > 0)
        {
        }

        var store = new FolderArtifactStore(playground.Artifacts);
        await new ArtifactPruner(retention, store, new Later(time), NullLogger<ArtifactPruner>.Instance).RunOnceAsync(default);
        var kept = await ListAsync(playground, "SELECT DISTINCT sha256 FROM dataset_version", new { });
        var files = Directory.GetFiles(playground.Artifacts, "*", SearchOption.AllDirectories).Select(Path.GetFileName).OfType<string>()
            .ToList();
        return
        [
            new Finding("every load succeeded", ends),
            new Finding("every load made the same rows, with the same hash", versions),
            new Finding("no row is left of attempts that were lost", await ListAsync(
                playground, "SELECT 'attempt ' || attempt || ' of run ' || run_key FROM dataset_version WHERE version IS NULL", new { })),
            new Finding("no stray file survives", [.. files.Except(kept)]),
            new Finding("no file is missing, none is damaged", await DamagesAsync(store, kept)),
            new Finding("no isolated attempt is left over", [.. Process.GetProcessesByName("workflow")
                .Where(process => Signals.In(playground.Folder)
                    .Any(line => line.StartsWith($"{process.Id} ", StringComparison.Ordinal)
                        && line.Contains("run-attempt", StringComparison.Ordinal)))
                .Select(process => $"{process.Id}")]),
        ];
    }

    private static async Task<IReadOnlyList<string>> DamagesAsync(FolderArtifactStore store, IReadOnlyList<string> kept)
    {
        var damages = new List<string>();
        foreach (var sha256 in kept)
        {
            if (await store.DamageAsync(sha256, default) is { } damage)
                damages.Add(damage);
        }

        return damages;
    }

    private static Task<List<string>> ListAsync(Playground playground, string sql, object parameters) =>
        playground.AskAsync(async connection => (await connection.QueryAsync<string>(sql, parameters)).AsList());

    /// <summary>Two days later: beyond the grace of what nothing refers to.</summary>
    private sealed class Later(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + TimeSpan.FromDays(2);
    }
}
