using Dapper;
using Workflow.Chaos.Dags;

namespace Workflow.Chaos;

/// <summary>What must hold when all has come to rest, whatever happened before. Each query returns what breaks it.</summary>
internal sealed partial class Invariants(Playground playground, Load load)
{
    /// <summary>Checks them while the schedulers and workers still run.</summary>
    public async Task<IReadOnlyList<Finding>> CheckAsync() =>
    [
        await AskAsync("every run has ended", UnfinishedRuns),
        await AskAsync("every run and every task ended as the DAG says", WrongEnds),
        await AskAsync("the counters of every run have come down", WrongCounters),
        await AskAsync("every output is that of the attempt that counts, and right", WrongOutputs),
        await AskAsync("every task that makes a dataset version made one, and numbers have no gap", WrongVersions),
        await AskAsync("nothing is visible of attempts that did not complete", VisibleWithoutEnd),
        new("every visible version has its file, whole", await MissingArtifactsAsync()),
        new("no attempt was executed twice, and every end has its execution", await WrongExecutionsAsync()),
        new("the log of every attempt has no gap, and is complete where the attempt completed", await WrongLogsAsync()),
        await AskAsync("every callback has ended, each as often as there are ends", WrongCallbacks),
        new("every callback that ended was called", await UncalledAsync()),
        await AskAsync("every fire time has one run", MissedFireTimes, new { playground.Start, Dags.Tick.Seconds }),
        await AskAsync("every change of a dataset is in one run of who waits for it", LostEvents, new { Maker.Dataset }),
        await AskAsync("every date of the backfill has one run", WrongDates),
        await AskAsync("no lease is held but by workers that live", StuckLeases, new { workers = Fleet.WorkerCount }),
        new("the pool was never over its slots", load.MostInPool <= Waiter.Slots ? [] : [$"{load.MostInPool} at once"]),
    ];

    /// <summary>Checks what must hold when everything was asked to stop.</summary>
    public static async Task<IReadOnlyList<Finding>> AfterStopAsync(Playground playground)
    {
        var invariants = new Invariants(playground, null!);
        return
        [
            await invariants.AskAsync("no worker that stopped holds a lease", LiveWorkers),
            await invariants.AskAsync("no connection is left open", OpenConnections),
        ];
    }

    /// <summary>Runs with a task that was lost so often that it failed: rightly so, and no run of them can be compared.</summary>
    public Task<long> GivenUpAsync() => playground.AskAsync(connection => connection.ExecuteScalarAsync<long>(
        "SELECT count(DISTINCT run_id) FROM task_instance WHERE state = 'failed' AND lost >= @limit",
        new { limit = Workflow.Runs.RunMachine.LostLimit }));

    private async Task<Finding> AskAsync(string invariant, string sql, object? parameters = null) =>
        new(invariant, await ListAsync<string>(sql, parameters));

    private Task<List<T>> ListAsync<T>(string sql, object? parameters = null) =>
        playground.AskAsync(async connection => (await connection.QueryAsync<T>(sql, parameters)).AsList());

    private async Task<IReadOnlyList<string>> MissingArtifactsAsync()
    {
        var store = new Workflow.Data.FolderArtifactStore(playground.Artifacts);
        var missing = new List<string>();
        foreach (var (name, sha256, bytes) in await ListAsync<(string, string, long)>(
            "SELECT DISTINCT dataset, sha256, bytes FROM dataset_version WHERE version IS NOT NULL"))
        {
            var file = new FileInfo(await store.PathAsync(sha256, default));
            if (!file.Exists || file.Length != bytes)
                missing.Add($"{name} {sha256}");
        }

        return missing;
    }

    private async Task<IReadOnlyList<string>> WrongExecutionsAsync()
    {
        var executed = Directory.GetFiles(playground.Ledger).Select(file => Path.GetFileName(file)!)
            .Where(name => !name.StartsWith("callback~", StringComparison.Ordinal)).ToHashSet();
        var known = await ListAsync<(string Name, string State)>(Attempts);
        var twice = executed.Where(name => name.Contains(Dags.Ledger.Again, StringComparison.Ordinal));
        var unexecuted = known.Where(attempt => attempt.State is "success" or "failed" && !executed.Contains(attempt.Name));
        var unknown = executed.Except(known.Select(attempt => attempt.Name))
            .Where(name => !name.Contains(Dags.Ledger.Again, StringComparison.Ordinal));
        return
        [
            .. twice.Select(name => $"{name}: executed twice"),
            .. unexecuted.Select(attempt => $"{attempt.Name}: {attempt.State}, never executed"),
            .. unknown.Select(name => $"{name}: executed, not recorded"),
        ];
    }

    private async Task<IReadOnlyList<string>> WrongLogsAsync()
    {
        var lines = await ListAsync<(long Run, int Task, int Map, int Attempt, int Seq, string Line)>(
            "SELECT run_id, task_index, map_index, attempt, seq, line FROM task_log ORDER BY run_id, task_index, map_index, attempt, seq");
        var complete = await ListAsync<(long Run, int Task, int Map, int Attempt, string Name)>(LoggingAttempts);
        var logs = lines.GroupBy(line => (line.Run, line.Task, line.Map, line.Attempt)).ToDictionary(log => log.Key, log => log.ToList());
        var wrong = new List<string>();
        foreach (var (key, log) in logs)
        {
            if (log.Select(line => line.Seq).SequenceEqual(Enumerable.Range(1, log.Count)) is false)
                wrong.Add(
                    $"run {key.Run} task {key.Task}[{key.Map}] attempt {key.Attempt}: lines {string.Join(' ', log.Select(line => line.Seq))}");
            var numbered = log.Where(line => line.Line.StartsWith("line ", StringComparison.Ordinal)).Select(line => line.Line).ToList();
            if (!numbered.SequenceEqual(Dags.Ledger.AllLines.Take(numbered.Count)))
                wrong.Add($"run {key.Run} task {key.Task}[{key.Map}] attempt {key.Attempt}: {string.Join(", ", numbered)}");
        }

        foreach (var attempt in complete)
        {
            var log = logs.GetValueOrDefault((attempt.Run, attempt.Task, attempt.Map, attempt.Attempt), []);
            if (!Dags.Ledger.AllLines.All(line => log.Exists(one => one.Line == line)))
                wrong.Add($"{attempt.Name}: {log.Count} lines only");
        }

        return wrong;
    }

    private async Task<IReadOnlyList<string>> UncalledAsync()
    {
        var called = Directory.GetFiles(playground.Ledger, "callback~*").Select(file => Path.GetFileName(file)!.ToUpperInvariant())
            .ToHashSet();
        return (await ListAsync<string>(Calls)).Where(call => !called.Contains(call.ToUpperInvariant())).ToList();
    }
}
