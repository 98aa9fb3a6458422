using System.Text.Json.Nodes;
using Dapper;
using Workflow.Postgres;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Pools;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing;

namespace Workflow.Chaos;

/// <summary>Creates runs, so that there always are some in progress.</summary>
internal sealed class Load(Playground playground, Say say)
{
    private const int InProgress = 8;
    private const int BackfillDates = 12;

    private static readonly string[] Triggered = ["chain", "diamond", "maker", "fan", "waiter", "broken"];
    private static readonly DateTimeOffset FirstDate = new(2020, 1, 1, 2, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly RunStore runs = new(playground.Data, new GraphCache(playground.Data));
    private int created;

    /// <summary>How many attempts of the narrow pool were seen to run at once, at most.</summary>
    public int MostInPool { get; private set; }

    /// <summary>Waits until the schedulers have loaded the DAGs, and prepares what runs need.</summary>
    public async Task PrepareAsync()
    {
        var expected = Directory.GetFiles(Playground.Dags, "*.cs").Length;
        await Eventually.TrueAsync(
            async () => await CountAsync("SELECT count(*) FROM dag WHERE is_active") == expected, Limit, $"{expected} DAGs are loaded");
        var dates = Enumerable.Range(0, BackfillDates).Select(day => new BackfillDate(FirstDate.AddDays(day), FirstDate.AddDays(day - 1)));
        var backfill = new NewBackfill(
            "dated", FirstDate, FirstDate.AddDays(BackfillDates - 1), ReprocessBehavior.None, MaxActiveRuns: 2, RunBackwards: false, [],
            "chaos");
        await new BackfillStore(playground.Data).CreateAsync(backfill, [.. dates], default);
    }

    /// <summary>Makes the pool that some tasks need, before any is loaded.</summary>
    public Task MakePoolAsync() => playground.AskAsync(connection => connection.ExecuteAsync(
        "INSERT INTO pool (pool, slots) VALUES (@pool, @slots)", new { pool = Dags.Waiter.Pool, slots = Dags.Waiter.Slots }));

    /// <summary>Creates a run of the next DAG if few are in progress.</summary>
    public async Task<string> RunOnceAsync(bool creates)
    {
        var (open, ended, inPool) = await playground.AskAsync(connection => connection.QuerySingleAsync<(int, int, int)>(
            """
            SELECT (SELECT count(*)::int FROM dag_run WHERE finished_at IS NULL), (SELECT count(*)::int FROM dag_run WHERE finished_at IS NOT NULL),
                (SELECT count(*)::int FROM task_instance WHERE state = 'running' AND pool = @pool)
            """, new { pool = Dags.Waiter.Pool }));
        MostInPool = Math.Max(MostInPool, inPool);
        if (creates && open < InProgress)
            await CreateAsync(Triggered[created % Triggered.Length]);
        return $"runs: {ended} ended, {open} in progress";
    }

    /// <summary>Creates a run. Doing so again after an answer was lost makes no second one: the key decides.</summary>
    public Task CreateAsync(string dagId)
    {
        var run = new NewRun(dagId, $"chaos__{++created}", RunType.Manual, new JsonObject(), "chaos");
        return playground.AskAsync(_ => runs.CreateAsync(run, default));
    }

    /// <summary>Ends the creation of runs, and waits until all have ended.</summary>
    public async Task FinishAsync(TimeSpan limit)
    {
        await playground.AskAsync(_ => new DagStore(playground.Data).SetPausedAsync("tick", true, default));
        say.Line("no more runs are created");
        // A worker that was killed just now is among the living until its lease is over, but its heart does not beat again.
        var since = await playground.AskAsync(connection => connection.ExecuteScalarAsync<DateTime>("SELECT now()"));
        try
        {
            await Eventually.TrueAsync(
                async () => await CountAsync(
                    """
                    SELECT (SELECT count(*) FROM dag_run WHERE finished_at IS NULL) + (SELECT count(*) FROM backfill WHERE finished_at IS NULL)
                        + (SELECT count(*) FROM callback WHERE finished_at IS NULL) + (SELECT count(*) FROM dag_dataset_event)
                        + abs((SELECT count(*) FROM worker WHERE stopped_at IS NULL) - @workers)
                        + (SELECT count(*) FROM worker WHERE stopped_at IS NULL AND heartbeat_at <= @since)
                    """,
                    since) == 0,
                limit);
        }
        catch (TimeoutException)
        {
            // What has not ended is found by the invariants.
        }
    }

    private Task<long> CountAsync(string sql, DateTime? since = null) =>
        playground.AskAsync(connection => connection.ExecuteScalarAsync<long>(sql, new { workers = Fleet.WorkerCount, since }));
}
