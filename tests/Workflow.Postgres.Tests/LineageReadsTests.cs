using System.Diagnostics;
using Dapper;
using Workflow.Postgres.Lineage;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>Walks over many versions: each is reached once, by the shortest way, in as many queries as there are steps.</summary>
public sealed class LineageReadsTests(TestDatabase database) : IAsyncLifetime, IClassFixture<TestDatabase>
{
    private LineageReads Reads => new(database.DataSource);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await ExecuteAsync("TRUNCATE dataset CASCADE");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Upstream_OfAVersionMadeFromAllBeforeIt_ReachesEachOnceByTheShortestWay()
    {
        const int Versions = 100;
        await VersionsAsync(Versions);
        await ExecuteAsync("""
            INSERT INTO dataset_parent SELECT c.dataset_version_id, p.dataset_version_id FROM dataset_version c JOIN dataset_version p ON p.version < c.version
            """);
        var last = await Reads.DatasetAsync("d", Versions, Token);

        var (reached, queries) = await CountAsync(() => Reads.UpstreamAsync(last, 20, Token));

        reached.Count.ShouldBe(Versions);
        reached.Skip(1).ShouldAllBe(row => row.Depth == 1);
        queries.ShouldBe(2, "nothing new is reached by the second step");
    }

    [Fact]
    public async Task Walks_OverTenThousandVersions_EndAtWhatIsShown()
    {
        const int Versions = 10_000;
        await VersionsAsync(Versions);
        await ExecuteAsync("""
            INSERT INTO dataset_parent SELECT c.dataset_version_id, p.dataset_version_id
            FROM dataset_version c JOIN dataset_version p ON p.version IN (c.version / 2, c.version / 3) AND p.version < c.version
            """);
        var first = await Reads.DatasetAsync("d", 1, Token);
        var last = await Reads.DatasetAsync("d", Versions, Token);

        var (down, queries) = await CountAsync(() => Reads.DownstreamAsync(first, 100, Token));
        var up = await Reads.UpstreamAsync(last, 100, Token);

        down.Count.ShouldBeInRange(LineageReads.MostVersions + 1, Versions);
        queries.ShouldBeLessThan(20);
        down.Select(row => row.Depth).ShouldBeInOrder();
        up.Select(row => row.Id).ShouldContain(first.DatasetIds[0]);
        up.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task ColumnUpstream_WhereColumnsGoInACircle_Ends()
    {
        await VersionsAsync(3);
        await ExecuteAsync("""
            INSERT INTO dataset_parent SELECT c.dataset_version_id, p.dataset_version_id
            FROM dataset_version c JOIN dataset_version p ON p.version % 3 = (c.version + 1) % 3;
            INSERT INTO column_lineage SELECT dataset_version_id, x, 'd', y, 'transformation' FROM dataset_version, unnest(ARRAY['a', 'b']) x, unnest(ARRAY['a', 'b']) y;
            """);
        var root = await Reads.DatasetAsync("d", 1, Token);

        var (reached, queries) = await CountAsync(() => Reads.ColumnUpstreamAsync(root, "a", 100, Token));

        reached.Select(row => (row.Id, row.Column)).Distinct().Count().ShouldBe(3 * 2);
        reached.Count.ShouldBe(1 + (2 * 3 * 2), "the root, and of each column both that it was made from");
        queries.ShouldBeLessThan(6);
    }

    /// <remarks>
    /// The slices of orders come from two files; the one of America was published last. Whoever made them before is out of service.
    /// </remarks>
    [Fact]
    public async Task Impact_OfADatasetWithSeveralProducers_CountsTheNewestOfEach()
    {
        await ExecuteAsync("""
            INSERT INTO dag (dag_id, file, is_active) VALUES ('shop', 'shop.cs', true), ('old', 'old.cs', false) ON CONFLICT DO NOTHING;
            INSERT INTO dataset (dataset, last_version) VALUES ('eu', 1), ('us', 1), ('orders', 3), ('report', 1);
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            SELECT dataset, version, now(), repeat('a', 64), 1, 1, '{}', '[]', '[]', 'tests', dag_id, 1, 'r', 0, -1, 1, task_id
            FROM (VALUES ('eu', 1, 'shop', 'eu'), ('us', 1, 'shop', 'us'), ('orders', 1, 'old', 'all'), ('orders', 2, 'shop', 'orders_eu'),
                ('orders', 3, 'shop', 'orders_us'), ('report', 1, 'shop', 'report')) AS v (dataset, version, dag_id, task_id);
            INSERT INTO column_lineage (dataset_version_id, column_name, parent_dataset, parent_column, how)
            SELECT v.dataset_version_id, 'amount', l.parent, 'amount', 'identity'
            FROM (VALUES ('orders', 1, 'us'), ('orders', 2, 'eu'), ('orders', 3, 'us'), ('report', 1, 'orders')) AS l (dataset, version, parent)
                JOIN dataset_version v USING (dataset, version);
            """);

        (await ImpactAsync("eu")).ShouldBe("eu 1, orders 2, report 1");
        (await ImpactAsync("us")).ShouldBe("us 1, orders 3, report 1");
    }

    [Fact]
    public async Task Gates_TriedAgainOnAnotherVersion_CountOnEachOfThem()
    {
        await VersionsAsync(2);
        await ExecuteAsync("""
            INSERT INTO gate_verdict (dag_id, run_id, run_key, task_index, map_index, attempt, task_id, subject, dataset_version_id, verdict, checks, published_at)
            SELECT 'dag', 1, 'r', 1, -1, g.attempt, 'gate', '', v.dataset_version_id, g.verdict, '[]', now()
            FROM (VALUES (1, 1, 'inconclusive'), (2, 1, 'fail'), (3, 2, 'pass')) AS g (attempt, version, verdict) JOIN dataset_version v USING (version);
            """);
        var roots = new LineageRoots(
            [.. (await Reads.DatasetAsync("d", 1, Token)).DatasetIds, .. (await Reads.DatasetAsync("d", 2, Token)).DatasetIds], []);

        (await Reads.GatesAsync(roots, Token)).OrderBy(gate => gate.DatasetId).Select(gate => gate.Verdict).ShouldBe(["fail", "pass"]);
    }

    private async Task<string> ImpactAsync(string dataset)
    {
        var hit = await Reads.ImpactAsync(dataset, "amount", 20, Token);
        var found = await Reads.DatasetsAsync(new LineageRoots([.. hit.Select(row => row.Id)], []), Token);
        return string.Join(", ", hit.Select(row => found.Single(version => version.Id == row.Id))
            .Select(version => $"{version.Name} {version.Version}"));
    }

    private Task VersionsAsync(int count) => ExecuteAsync(
        """
        INSERT INTO dataset (dataset, last_version) VALUES ('d', @count);
        INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id, run_key,
            task_index, map_index, attempt, task_id)
        SELECT 'd', i, now(), repeat('a', 64), 1, 1, '{}', '[]', '[]', 'tests', 'dag', i, 'r' || i, 0, -1, 1, 'make' FROM generate_series(1, @count) AS i;
        """,
        new { count });

    private async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>What something gives, and how many commands it took.</summary>
    private static async Task<(IReadOnlyList<T> Found, int Queries)> CountAsync<T>(Func<Task<IReadOnlyList<T>>> read)
    {
        var queries = 0;
        using var root = new Activity("test").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == root.TraceId && activity.GetTagItem("db.query.text") is not null)
                    Interlocked.Increment(ref queries);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return (await read(), queries);
    }
}
