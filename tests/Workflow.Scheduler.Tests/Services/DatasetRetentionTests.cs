using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Data;
using Workflow.Postgres.Retention;
using Workflow.Scheduler.Services;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>Which content of datasets goes, or grows cold, and which stays whatever its age.</summary>
public sealed class DatasetRetentionTests : IAsyncLifetime
{
    private static readonly DateTime Long = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private TestEngine engine = null!;
    private TieredArtifactStore store = null!;
    private FolderArtifactStore hot = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        hot = new FolderArtifactStore(engine.Artifacts);
        store = new TieredArtifactStore(hot, new FolderArtifactStore(engine.Artifacts + "-cold"));
        await engine.DagAsync("mine", "");
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        Directory.Delete(engine.Artifacts + "-cold", recursive: true);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Prune_VersionsBeyondThoseKept_ExpireAndOthersStay()
    {
        await KeepAsync("keep_versions = 2, keep_for = interval '10 days'");
        await GivenAsync(1, "a", daysAgo: 50);
        await GivenAsync(2, "a", daysAgo: 40);
        await GivenAsync(3, "a", daysAgo: 5);
        await GivenAsync(4, "a", daysAgo: 4);
        await GivenAsync(5, "a", daysAgo: 3);
        await GivenAsync(6, "b", daysAgo: 90);
        await GivenAsync(7, "other", daysAgo: 90, dataset: "kept for ever");
        await GivenAsync(8, "other", daysAgo: 80, dataset: "kept for ever");

        (await PruneAsync()).ShouldBe(2);

        // 3 is more than two versions ago, but not ten days; 6 is old, but the only one of its slice.
        (await ExpiredAsync()).ShouldBe("1 2");
        (await PruneAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Prune_VersionsThatSomethingNeeds_StayWhateverTheirAge()
    {
        await KeepAsync("keep_versions = 1");
        var run = await engine.TriggerAsync("mine");
        for (var version = 1; version <= 7; version++)
            await GivenAsync(version, "a", daysAgo: 100 - version, run: version == 2 ? run : 0);
        await engine.ExecuteAsync(
            """
            INSERT INTO model (model) VALUES ('m');
            INSERT INTO model_version (model, version, published_at, sha256, bytes, flavour, params, metrics, dag_version_id, dag_id, run_id, run_key,
                task_index, map_index, attempt, task_id)
            SELECT 'm', 1, now(), repeat('0', 64), 1, 'linear', '{}', '{}', dag_version_id, 'mine', 0, 'r', 0, -1, 1, 'a' FROM dag_run;
            INSERT INTO model_parent SELECT model_version_id, dataset_version_id FROM model_version, dataset_version v WHERE v.version = 1;
            INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
            SELECT @run, 0, -1, 1, dataset_version_id, 'mine', 'r', 'a' FROM dataset_version WHERE version = 3;
            INSERT INTO dataset_parent SELECT c.dataset_version_id, p.dataset_version_id FROM dataset_version c, dataset_version p
            WHERE c.version = 2 AND p.version = 4;
            INSERT INTO dataset_hold (dataset_version_id, reason, placed_by) SELECT dataset_version_id, 'audit', 'me' FROM dataset_version WHERE version = 5;
            """,
            new { run });

        (await PruneAsync()).ShouldBe(1);
        (await ExpiredAsync()).ShouldBe("6");

        await engine.ExecuteAsync("UPDATE dataset_hold SET lifted_by = 'me', lifted_at = now()");
        await engine.ExecuteAsync("DELETE FROM dag_run");
        (await PruneAsync()).ShouldBe(4);
        (await ExpiredAsync()).ShouldBe("2 3 4 5 6");
    }

    /// <remarks>One that is held is there for its gate; one that was discarded goes when what is good has replaced it.</remarks>
    [Fact]
    public async Task Prune_VersionsThatAreWithheld_PushOutNoGoodOne()
    {
        await KeepAsync("keep_versions = 1");
        await GivenAsync(1, "a", daysAgo: 50);
        await GivenAsync(2, "a", daysAgo: 40);
        await GivenAsync(3, "a", daysAgo: 30);
        await GivenAsync(4, "a", daysAgo: 20);
        await WithholdAsync(3, "discarded");
        await WithholdAsync(4, "open");

        await PruneAsync();
        (await ExpiredAsync()).ShouldBe("1");

        await GivenAsync(5, "a", daysAgo: 10);
        await PruneAsync();
        (await ExpiredAsync()).ShouldBe("1 2 3 4");
    }

    [Fact]
    public async Task Cool_VersionBeforeOneThatIsWithheld_StaysAsTheNewest()
    {
        await KeepAsync("cold_after = interval '7 days'");
        await GivenAsync(1, "a", daysAgo: 50);
        await GivenAsync(2, "a", daysAgo: 40);
        await WithholdAsync(2, "discarded");

        (await Cooler().RunOnceAsync(Token)).ShouldBe(0);
    }

    [Theory]
    [InlineData(
        "INSERT INTO holds (dataset_version_id, reason, placed_by) SELECT dataset_version_id, 'audit', 'me' FROM dataset_version WHERE version = 1")]
    [InlineData("""
        INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
        SELECT r.run_id, 0, -1, 1, v.dataset_version_id, 'mine', 'r', 'a' FROM dataset_version v, dag_run r WHERE v.version = 1
        """)]
    public async Task Prune_VersionThatIsNeededBeforeItsRowIsHeld_Stays(string need)
    {
        await KeepAsync("keep_versions = 1");
        await engine.TriggerAsync("mine");
        await GivenAsync(1, "a", daysAgo: 50);
        await GivenAsync(2, "a", daysAgo: 40);

        // Whoever looks for holds waits, with its snapshot taken.
        await engine.ExecuteAsync("""
            ALTER TABLE dataset_hold RENAME TO holds;
            CREATE VIEW dataset_hold AS SELECT * FROM holds WHERE (SELECT pg_advisory_xact_lock_shared(1)) IS NOT NULL;
            """);
        await using var gate = await engine.Data.OpenConnectionAsync(Token);
        await using var closed = await gate.BeginTransactionAsync(Token);
        await gate.ExecuteAsync("SELECT pg_advisory_xact_lock(1)", transaction: closed);
        var prune = PruneAsync();
        await Eventually.TrueAsync(
            () => engine.ScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"),
            TimeSpan.FromSeconds(30), "the pruner looks for holds");
        await engine.ExecuteAsync(need);
        await closed.CommitAsync(Token);

        (await prune).ShouldBe(0);
        (await ExpiredAsync()).ShouldBe("");
    }

    [Fact]
    public async Task PruneArtifacts_ExpiredContent_GoesAfterTheGraceUnlessAnotherVersionHasIt()
    {
        await KeepAsync("keep_versions = 1");
        await GivenAsync(1, "a", daysAgo: 50, content: "only");
        await GivenAsync(2, "a", daysAgo: 40, content: "twice");
        await GivenAsync(3, "a", daysAgo: 30, content: "twice");
        await PruneAsync();

        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(0);
        await engine.ExecuteAsync("UPDATE dataset_version SET expired_at = expired_at - interval '2 days'");
        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(1);

        (await ExpiredAsync()).ShouldBe("1 2");
        Contents(engine.Artifacts).ShouldBe(["twice"]);
    }

    [Fact]
    public async Task Cool_OldVersions_MoveToTheColdStoreAndComeBackWhenRead()
    {
        await KeepAsync("cold_after = interval '7 days'");
        var old = await GivenAsync(1, "a", daysAgo: 30, content: "old");
        await GivenAsync(2, "a", daysAgo: 20, content: "newest, and old");
        await GivenAsync(3, "b", daysAgo: 2, content: "young");
        await GivenAsync(4, "b", daysAgo: 1, content: "newest");

        (await Cooler().RunOnceAsync(Token)).ShouldBe(1);

        // An attempt may be reading it where it was.
        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(0);
        await engine.ExecuteAsync("UPDATE dataset_version SET cold_at = cold_at - interval '2 days'");
        (await ArtifactPruner().RunOnceAsync(Token)).ShouldBe(1);

        Contents(engine.Artifacts).ShouldBe(["newest", "newest, and old", "young"]);
        Contents(engine.Artifacts + "-cold").ShouldBe(["old"]);
        (await Cooler().RunOnceAsync(Token)).ShouldBe(0);
        File.ReadAllText(await store.PathAsync(old, Token)).ShouldBe("old");

        // It expires like any other, and then it goes from the cold store.
        await KeepAsync("keep_versions = 1");
        (await PruneAsync()).ShouldBe(2);
        await engine.ExecuteAsync("UPDATE dataset_version SET expired_at = expired_at - interval '2 days'");
        foreach (var file in Directory.GetFiles(engine.Artifacts + "-cold", "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, Long);
        await ArtifactPruner().RunOnceAsync(Token);
        Contents(engine.Artifacts + "-cold").ShouldBeEmpty();
    }

    [Fact]
    public async Task Cool_DamagedOne_StaysAndKeepsNoOtherWarm()
    {
        await KeepAsync("cold_after = interval '7 days'");
        var bad = await GivenAsync(1, "a", daysAgo: 30, content: "bad");
        await GivenAsync(2, "a", daysAgo: 20, content: "good");
        await GivenAsync(3, "a", daysAgo: 10, content: "newest");
        var path = await hot.PathAsync(bad, Token);
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllTextAsync(path, "BAD", Token);

        (await Cooler().RunOnceAsync(Token)).ShouldBe(1);

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(version::text, ' ') FROM dataset_version WHERE cold_at IS NOT NULL")).ShouldBe("2");
        Contents(engine.Artifacts + "-cold").ShouldBe(["good"]);
    }

    [Fact]
    public async Task Cool_ABatchOfLostOnesBeforeAGoodOne_MovesTheGoodOne()
    {
        await KeepAsync("cold_after = interval '7 days'");
        await engine.ExecuteAsync(
            """
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            SELECT 'd', i, now() - interval '50 days', repeat(md5(i::text), 2), 1, 1, '{"slice": "a"}', '[]', '[]', 'test', 'mine', 0, 'r', 0, -1, 1, 'a'
            FROM generate_series(1, @batch) AS i
            """,
            new { batch = RetentionStore.BatchSize });
        await GivenAsync(RetentionStore.BatchSize + 1, "a", daysAgo: 30, content: "good");
        await GivenAsync(RetentionStore.BatchSize + 2, "a", daysAgo: 10, content: "newest");

        (await Cooler().RunOnceAsync(Token)).ShouldBe(1);

        Contents(engine.Artifacts + "-cold").ShouldBe(["good"]);
    }

    private Cooler Cooler() => new(new RetentionStore(engine.Data), store, NullLogger<Cooler>.Instance);

    private ArtifactPruner ArtifactPruner() =>
        new(new RetentionStore(engine.Data), store, TimeProvider.System, NullLogger<ArtifactPruner>.Instance);

    private async Task<int> PruneAsync()
    {
        var options = new SchedulerOptions { Name = "test", DagsFolder = "dags" };
        return (await new Pruner(new RetentionStore(engine.Data), options, NullLogger<Pruner>.Instance).PruneAsync(Token)).Expired;
    }

    private Task KeepAsync(string settings) => engine.ExecuteAsync(
        $"INSERT INTO dataset (dataset) VALUES ('d'), ('kept for ever') ON CONFLICT DO NOTHING; UPDATE dataset SET {settings} WHERE dataset = 'd'");

    private async Task<string> GivenAsync(
        int version, string slice, int daysAgo, string dataset = "d", string? content = null, long run = 0)
    {
        var staged = hot.Stage();
        await File.WriteAllTextAsync(staged, content ?? $"{dataset} {version}", Token);
        var (sha256, _) = await hot.CommitAsync(staged, Token);
        File.SetLastWriteTimeUtc(await hot.PathAsync(sha256, Token), Long);
        await engine.ExecuteAsync(
            """
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            VALUES (@dataset, @version, now() - make_interval(days => @daysAgo), @sha256, 1, 1, jsonb_build_object('slice', @slice::text), '[]', '[]', 'test',
                'mine', @run, 'r', 0, -1, 1, 'a')
            """,
            new { dataset, version, daysAgo, sha256, slice, run });
        return sha256;
    }

    private Task WithholdAsync(int version, string state) => engine.ExecuteAsync(
        """
        INSERT INTO review_item (dag_id, run_id, run_key, task_index, map_index, task_id, dataset_version_id, checks, state, decided_at, decided_by, reason)
        SELECT 'mine', 0, 'r', 1, -1, 'gate', v.dataset_version_id, '[]', @state, d.at, d.by, d.reason
        FROM dataset_version v LEFT JOIN (SELECT now() AS at, 'ann' AS by, 'because' AS reason) d ON @state <> 'open' WHERE v.version = @version
        """,
        new { version, state });

    private Task<string> ExpiredAsync() => engine.ScalarAsync<string>(
        "SELECT coalesce(string_agg(version::text, ' ' ORDER BY version), '') FROM dataset_version WHERE expired_at IS NOT NULL");

    private static IEnumerable<string> Contents(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText).Order(StringComparer.Ordinal);
}
