using Dapper;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Reads;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>Who reads a version that a gate holds, and one that a person released, discarded or repaired.</summary>
public sealed class WithheldVersionTests(TestDatabase database) : IAsyncLifetime, IClassFixture<TestDatabase>
{
    private EffectStore Store => new(database.DataSource);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <remarks>January, February, and February again.</remarks>
    public async ValueTask InitializeAsync() => await ExecuteAsync(
        """
        TRUNCATE dataset CASCADE;
        INSERT INTO dataset (dataset, last_version) VALUES ('trips', 3);
        INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id, run_key,
            task_index, map_index, attempt, task_id)
        SELECT 'trips', i, timestamptz '2024-03-01' + make_interval(days => i), repeat('a', 64), 1, i, jsonb_build_object('month', least(i, 2)::text),
            '[]', '[]', 'tests', 'dag', i, 'r' || i, 0, -1, 1, 'make'
        FROM generate_series(1, 3) AS i;
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("open", 2)]
    [InlineData("discarded", 2)]
    [InlineData("repaired", 2)]
    [InlineData("released", 3)]
    public async Task Read_OfTheNewest_PassesByWhatIsWithheld(string state, int newest)
    {
        await ReviewAsync(3, state);
        var march = new DatasetVersion(0, "trips", "", 0, new Dictionary<string, string> { ["month"] = "3" });
        var waits = new WaitReads(database.DataSource);

        var whole = (await Store.SnapshotAsync("trips", AsOf.Newest, Token))!;
        var then = (await Store.SnapshotAsync("trips", AsOf.At(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)), Token))!;
        var february = await Store.VersionAsync("trips", null, new Dictionary<string, string> { ["month"] = "2" }, Token);
        var earlier = await Store.EarlierAsync(march, "month", Token);
        var waited = await waits.DatasetAsync("trips", DateTimeOffset.UnixEpoch, Token);

        (whole.Version, whole.Rows).ShouldBe((newest, 1 + newest));
        (then.Version, then.Rows).ShouldBe((newest, 1 + newest));
        february!.Rows.ShouldBe(newest);
        earlier.Select(version => version.Rows).ShouldBe([1, newest]);
        waited!.Rows.ShouldBe(newest);
    }

    [Fact]
    public async Task Read_ByNumber_ReachesWhatIsWithheld()
    {
        await ReviewAsync(3, "discarded");

        (await Store.SnapshotAsync("trips", AsOf.Version(3), Token))!.Rows.ShouldBe(1 + 3);
        (await Store.VersionAsync("trips", 3, null, Token))!.Rows.ShouldBe(3);
    }

    /// <remarks>Whoever pins what a run read gets what the run read.</remarks>
    [Fact]
    public async Task Read_ByTheNumberOfAnotherSlice_PassesByWhatIsWithheld()
    {
        await ReviewAsync(3, "discarded");
        await ExecuteAsync(
            """
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id, run_key,
                task_index, map_index, attempt, task_id)
            SELECT dataset, 4, now(), sha256, bytes, 4, '{"month": "3"}', columns, profile, writer, dag_id, 4, 'r4', task_index, map_index, attempt, task_id
            FROM dataset_version WHERE version = 3
            """);

        var newest = (await Store.SnapshotAsync("trips", AsOf.Newest, Token))!;
        var pinned = (await Store.SnapshotAsync("trips", AsOf.Version(newest.Version), Token))!;

        (pinned.Version, pinned.Rows).ShouldBe((4, 1 + 2 + 4));
        pinned.Sha256.ShouldBe(newest.Sha256);
    }

    /// <remarks>The newest of all is in January then, and February has nothing left.</remarks>
    [Fact]
    public async Task Read_SliceOfWhichAllIsWithheld_LeavesItOut()
    {
        await ReviewAsync(2, "discarded");
        await ReviewAsync(3, "open");

        var whole = (await Store.SnapshotAsync("trips", AsOf.Newest, Token))!;

        (whole.Version, whole.Slices.Count).ShouldBe((1, 1));
        (await Store.VersionAsync("trips", null, new Dictionary<string, string> { ["month"] = "2" }, Token)).ShouldBeNull();
        await ReviewAsync(1, "open");
        (await Store.SnapshotAsync("trips", AsOf.Newest, Token)).ShouldBeNull();
    }

    private Task ReviewAsync(int version, string state) => ExecuteAsync(
        """
        INSERT INTO review_item (dag_id, run_id, run_key, task_index, map_index, task_id, dataset_version_id, checks, state, decided_at, decided_by, reason,
            replacement_version_id)
        SELECT 'dag', v.run_id, v.run_key, 1, -1, 'gate', v.dataset_version_id, '[]', @state, d.at, d.by, d.reason,
            CASE WHEN @state = 'repaired' THEN (SELECT dataset_version_id FROM dataset_version WHERE version = 2) END
        FROM dataset_version v LEFT JOIN (SELECT now() AS at, 'ann' AS by, 'because' AS reason) d ON @state <> 'open' WHERE v.version = @version
        """,
        new { version, state });

    private async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql, parameters);
    }
}
