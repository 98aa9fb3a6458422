using Workflow.Postgres.Migrations;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>Callbacks and deadlines become partitioned and keep every row; the partitions that there are become known.</summary>
public sealed class RetentionMigrationTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Migrate_RunsInSeveralPartitions_KeepsAllRowsInTheirs()
    {
        var before = Migration.Embedded.TakeWhile(migration => migration.Number < 10).ToList();
        await new Migrator(database.DataSource, before).MigrateAsync();
        await ColumnAsync("""
            SELECT setval('dag_run_run_id_seq', 150000);
            SELECT ensure_run_partitions();
            INSERT INTO dag (dag_id, file) VALUES ('nightly', 'N.cs');
            INSERT INTO dag_version (dag_id, number, hash, definition_hash, description, owner, tags, params, graph, file, source, shared_sources,
                reference_versions, assembly)
            VALUES ('nightly', 1, repeat('0', 64), repeat('0', 64), '', '', '{}', '[]', '{}', 'N.cs', '', '{}', '', '');
            INSERT INTO dag_run (run_id, dag_id, run_key, dag_version_id, run_type, run_after, conf, triggered_by, unfinished, started_at, created_at)
            OVERRIDING SYSTEM VALUE SELECT id, 'nightly', id, 1, 'manual', now(), '{}', 'me', 1, now(), '2026-01-01T00:00Z'::timestamptz + id * interval '1 second'
            FROM unnest(ARRAY[7, 8, 150000]) AS id;
            INSERT INTO task_instance (run_id, task_index, task_id, queue, state) SELECT run_id, 0, 't', 'default', 'pending' FROM dag_run;
            INSERT INTO callback (run_id, dag_version_id, kind, state, ready_at, finished_at, tries) VALUES (7, 1, 'success', 'success', NULL, now(), 2);
            INSERT INTO callback (run_id, dag_version_id, task_index, kind, message) VALUES (150000, 1, 0, 'failure', 'It failed.');
            INSERT INTO run_deadline (run_id, number, due_at) VALUES (8, 0, '2026-02-01T00:00Z'), (150000, 1, '2026-02-02T00:00Z');
            """);

        await new Migrator(database.DataSource).MigrateAsync();

        (await ColumnAsync(
            "SELECT concat_ws(' ', tableoid::regclass, callback_id, run_id, kind, state, tries, message) FROM callback ORDER BY callback_id"))
            .ShouldBe(["callback_p0 1 7 success success 2", "callback_p1 2 150000 failure queued 0 It failed."]);
        (await ColumnAsync("SELECT concat_ws(' ', tableoid::regclass, run_id, number) FROM run_deadline ORDER BY run_id"))
            .ShouldBe(["run_deadline_p0 8 0", "run_deadline_p1 150000 1"]);
        (await ColumnAsync(
            "SELECT concat_ws(' ', part, from_run, to_run, to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')) FROM run_partition ORDER BY part"))
            .ShouldBe(["0 0 100000 2026-01-01 00:00:08", "1 100000 200000", "2 200000 300000"]);
        (await ColumnAsync(
            "INSERT INTO callback (run_id, dag_version_id, kind) VALUES (8, 1, 'success') RETURNING callback_id::text")).ShouldBe(["3"]);
    }

    private async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> values = [];
        while (await reader.ReadAsync())
            values.Add(reader.GetValue(0).ToString()!);
        return values;
    }
}
