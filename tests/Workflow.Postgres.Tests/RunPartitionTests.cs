using Dapper;
using Workflow.Postgres.Schedulers;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>Partitions that follow time: the ids of runs move on to the next one when a period is over.</summary>
public sealed class RunPartitionTests : IAsyncLifetime
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly string[] Tables = ["task_instance", "task_attempt", "task_output", "task_log", "callback", "run_deadline"];

    private TestEngine engine = null!;
    private SchedulerStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        store = new SchedulerStore(engine.Data);
        await engine.SaveAsync("""
            public sealed class Tested : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("tested");
                    dag.Task("t", _ => Task.CompletedTask);
                }
            }
            """);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Ensure_OldestRunYoungerThanThePeriod_StaysInThePartition()
    {
        var first = await engine.TriggerAsync("tested");
        await AgeAsync(first, "6 days");

        (await store.EnsurePartitionsAsync(Week, Token)).ShouldBe(0);

        (await engine.TriggerAsync("tested")).ShouldBe(first + 1);
        (await ClosedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ensure_OldestRunOlderThanThePeriod_BeginsTheNextPartition()
    {
        var first = await engine.TriggerAsync("tested");
        await AgeAsync(first, "8 days");

        (await store.EnsurePartitionsAsync(Week, Token)).ShouldBe(1);

        var next = await engine.TriggerAsync("tested");
        next.ShouldBe(100_001);
        (await ClosedAsync()).ShouldBe([0]);
        (await PartitionOfAsync(next)).ShouldBe("task_instance_p1");
        (await store.EnsurePartitionsAsync(Week, Token)).ShouldBe(0);
        (await engine.TriggerAsync("tested")).ShouldBe(next + 1);
    }

    [Fact]
    public async Task Ensure_WithoutAPeriod_NeverMovesOn()
    {
        await AgeAsync(await engine.TriggerAsync("tested"), "1000 days");

        await store.EnsurePartitionsAsync(period: null, Token);

        (await engine.TriggerAsync("tested")).ShouldBe(2);
        (await ClosedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ensure_NoRunForLong_KeepsTheEmptyPartition()
    {
        (await store.EnsurePartitionsAsync(TimeSpan.Zero, Token)).ShouldBe(0);
        (await engine.TriggerAsync("tested")).ShouldBe(1);
    }

    [Fact]
    public async Task Ensure_PartitionNearlyFull_LeavesItToFillUp()
    {
        await engine.ExecuteAsync("SELECT setval('dag_run_run_id_seq', 95000)");
        await AgeAsync(await engine.TriggerAsync("tested"), "8 days");

        await store.EnsurePartitionsAsync(Week, Token);

        (await engine.TriggerAsync("tested")).ShouldBe(95_002);
    }

    [Fact]
    public async Task Ensure_PartitionFull_ClosesItAndHasTheNextOnesReady()
    {
        await engine.ExecuteAsync("SELECT setval('dag_run_run_id_seq', 99999)");
        (await engine.TriggerAsync("tested")).ShouldBe(100_000);

        (await store.EnsurePartitionsAsync(period: null, Token)).ShouldBe(1);

        (await ClosedAsync()).ShouldBe([0]);
        (await engine.ScalarAsync<string>("SELECT string_agg(from_run || '-' || to_run, ' ' ORDER BY part) FROM run_partition"))
            .ShouldBe("0-100000 100000-200000 200000-1200000");
        foreach (var table in Tables)
            (await engine.ScalarAsync<bool>("SELECT to_regclass(@name) IS NOT NULL", new { name = $"{table}_p2" })).ShouldBeTrue(table);
    }

    /// <remarks>Every call ends a period, so the sequence moves on again and again while runs are created.</remarks>
    [Fact]
    public async Task Ensure_WhileManyCreateRuns_IdsOnlyGrowAndEveryRunHasItsPartition()
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var turning = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await store.EnsurePartitionsAsync(TimeSpan.Zero, Token);
        })));

        var created = await Task.WhenAll(Enumerable.Range(0, 4).Select(creator => Task.Run(async () =>
        {
            await using var connection = await engine.Data.OpenConnectionAsync(Token);
            var mine = new List<long>();
            for (var number = 0; number < 150; number++)
            {
                var runId = await connection.ExecuteScalarAsync<long>(
                    """
                    INSERT INTO dag_run (dag_id, run_key, dag_version_id, run_type, run_after, conf, triggered_by, unfinished, state)
                    SELECT dag_id, @key, version_id, 'manual', now(), '{}', 'test', 0, 'queued' FROM dag RETURNING run_id
                    """,
                    new { key = $"{creator} {number}" });
                await connection.ExecuteAsync(
                    """
                    INSERT INTO task_instance (run_id, task_index, task_id, queue, state) VALUES (@runId, 0, 't', 'default', 'pending');
                    INSERT INTO callback (run_id, dag_version_id, kind) SELECT @runId, version_id, 'success' FROM dag;
                    """,
                    new { runId });
                mine.Add(runId);
            }

            return mine;
        })));
        await done.CancelAsync();
        await turning;

        foreach (var mine in created)
            mine.ShouldBe(mine.Order());
        created.SelectMany(ids => ids).Distinct().Count().ShouldBe(600);
        (await ClosedAsync()).Count.ShouldBeGreaterThan(2);
    }

    private Task AgeAsync(long runId, string age) =>
        engine.ExecuteAsync("UPDATE dag_run SET created_at = now() - @age::interval WHERE run_id = @runId", new { runId, age });

    private Task<string> PartitionOfAsync(long runId) =>
        engine.ScalarAsync<string>("SELECT tableoid::regclass::text FROM task_instance WHERE run_id = @runId", new { runId });

    private async Task<IReadOnlyList<int>> ClosedAsync()
    {
        await using var connection = await engine.Data.OpenConnectionAsync(Token);
        return (await connection.QueryAsync<int>("SELECT part FROM run_partition WHERE closed_at IS NOT NULL ORDER BY part")).AsList();
    }
}
