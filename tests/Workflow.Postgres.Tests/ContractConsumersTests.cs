using Dapper;
using Workflow.Postgres.Contracts;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>Whom a change of a dataset's contract concerns.</summary>
public sealed class ContractConsumersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <remarks>
    /// Orders become a report, once by a DAG that is out of service and now by another; the report is scheduled on. One DAG only exports
    /// orders, and one that did so is out of service. The newest version of a list no longer comes from orders.
    /// </remarks>
    [Fact]
    public async Task Consumers_OfADataset_AreThoseInServiceThatReadIt()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync("""
            INSERT INTO dag (dag_id, file, is_active) SELECT name, name, name NOT LIKE 'old%'
            FROM unnest(ARRAY['shop', 'reporter', 'lister', 'exporter', 'old_exporter', 'old_reporter', 'eater', 'stranger']) AS name;
            INSERT INTO dataset (dataset, last_version) VALUES ('orders', 1), ('report', 2), ('list', 2), ('old', 1), ('other', 1);
            INSERT INTO dataset_version (dataset, version, published_at, sha256, bytes, row_count, partition, columns, profile, writer, dag_id, run_id,
                run_key, task_index, map_index, attempt, task_id)
            SELECT dataset, version, now(), repeat('a', 64), 1, 1, '{}', '[]', '[]', 'tests', dag_id, 1, 'r', 0, -1, 1, 'make'
            FROM (VALUES ('orders', 1, 'shop'), ('report', 1, 'old_reporter'), ('report', 2, 'reporter'), ('list', 1, 'lister'), ('list', 2, 'lister'),
                ('old', 1, 'old_reporter'), ('other', 1, 'stranger')) AS v (dataset, version, dag_id);
            INSERT INTO column_lineage (dataset_version_id, parent_dataset, how)
            SELECT v.dataset_version_id, l.parent, 'transformation'
            FROM (VALUES ('report', 1, 'orders'), ('report', 2, 'orders'), ('list', 1, 'orders'), ('list', 2, 'other'), ('old', 1, 'orders'))
                AS l (dataset, version, parent) JOIN dataset_version v USING (dataset, version);
            INSERT INTO dag_dataset (dag_id, dataset) VALUES ('eater', 'report'), ('stranger', 'other');
            INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
            SELECT 1, i, -1, 1, v.dataset_version_id, r.dag_id, 'r', 'export'
            FROM (VALUES (1, 'exporter', 'orders'), (2, 'old_exporter', 'orders'), (3, 'stranger', 'other')) AS r (i, dag_id, dataset)
                JOIN dataset_version v USING (dataset);
            """);

        var found = await new ContractStore(database.DataSource).ConsumersAsync("orders", Token);

        found.ToString().ShouldBe("DAGs eater, exporter, reporter; datasets report");
    }
}
