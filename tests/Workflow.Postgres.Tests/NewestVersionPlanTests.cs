using System.Globalization;
using System.Reflection;
using Dapper;
using Workflow.Postgres.Datasets;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Lineage;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>The newest versions are found by the index, however many there were before.</summary>
public sealed class NewestVersionPlanTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Versions = 20_000;
    private const int MostPages = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(typeof(SnapshotReads), "Snapshot")]
    [InlineData(typeof(EffectStore), "EarlierPartitions")]
    [InlineData(typeof(LineageReads), "DatasetWhole")]
    [InlineData(typeof(LineageReads), "Impact")]
    public async Task Newest_OfManyVersions_ReadsAFewPages(Type store, string statement)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(
            """
            INSERT INTO dataset (dataset, last_version) VALUES ('d', @Versions) ON CONFLICT DO NOTHING;
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            SELECT 'd', i, now(), repeat('a', 64), 1, 1, jsonb_build_object('place', (i % 3)::text), '[]', '[]', 'tests', 'dag', i, 'r', 0, -1, 1,
                'make ' || i % 2
            FROM generate_series(1, @Versions) AS i ON CONFLICT DO NOTHING;
            ANALYZE dataset_version;
            """,
            new { Versions });
        var sql = (string)store.GetField(statement, BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue()!;

        var newest = new { dataset = "d", name = "d", number = (int?)null, time = (DateTime?)null };
        var parameters = new DynamicParameters(newest);
        parameters.AddDynamicParams(new { key = "place", others = "{}", before = "9", column = "x", depth = 9, limit = 99 });

        var plan =
            (await connection.QueryAsync<string>(
                $"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql}", parameters)).AsList();

        var pages = plan.First(line => line.Contains("Buffers:", StringComparison.Ordinal)).Split(' ')
            .Where(word => word.Contains('=', StringComparison.Ordinal))
            .Sum(word => int.Parse(word.Split('=')[1].TrimEnd(','), CultureInfo.InvariantCulture));
        pages.ShouldBeLessThan(MostPages, string.Join(Environment.NewLine, plan));
    }
}
