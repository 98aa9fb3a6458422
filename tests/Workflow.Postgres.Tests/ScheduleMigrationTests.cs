using Npgsql;
using Workflow.Postgres.Migrations;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>Schedules that were stored as cron and zone become values, and keep their fire times.</summary>
public sealed class ScheduleMigrationTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Migrate_DagsWithCronAndWithout_KeepsWhatTheyHad()
    {
        var before = Migration.Embedded.TakeWhile(migration => migration.Number < 5).ToList();
        await new Migrator(database.DataSource, before).MigrateAsync();
        await ExecuteAsync("""
            INSERT INTO dag (dag_id, file, cron, time_zone, next_fire_at) VALUES ('nightly', 'N.cs', '0 2 * * *', 'Europe/Berlin', '2120-01-01T01:00Z');
            INSERT INTO dag (dag_id, file) VALUES ('manual', 'M.cs');
            INSERT INTO dag_version (dag_id, number, hash, definition_hash, description, owner, tags, params, graph, file, source, shared_sources,
                reference_versions, assembly)
            VALUES ('nightly', 1, repeat('0', 64), repeat('0', 64), '', '', '{}', '[]', '{}', 'N.cs', '', '{}', '', '');
            INSERT INTO dag_run (dag_id, run_key, dag_version_id, run_type, logical_date, run_after, conf, triggered_by, unfinished, started_at)
            SELECT 'nightly', d, (SELECT dag_version_id FROM dag_version), 'scheduled', d::timestamptz, now(), '{}', 'schedule', 1, now()
            FROM unnest(ARRAY['2026-01-01T01:00Z', '2026-01-02T01:00Z', '2120-01-01T01:00Z']) AS d;
            """);

        await new Migrator(database.DataSource).MigrateAsync();

        var nightly = await RowAsync("nightly");
        Schedule.FromJson(nightly.Schedule!).ShouldBe(Cron.Of("0 2 * * *", "Europe/Berlin"));
        nightly.ShouldBe((nightly.Schedule, "0 2 * * *", "Europe/Berlin", "2120-01-01 01:00", "2026-01-02 01:00"));
        (await RowAsync("manual")).ShouldBe((null, null, null, null, null));
    }

    [Fact]
    public async Task Schema_NonsenseOfSchedules_IsRefused()
    {
        await new Migrator(database.DataSource).MigrateAsync();
        await ExecuteAsync("INSERT INTO dag (dag_id, file) VALUES ('d', 'D.cs')");
        string[] nonsense =
        [
            "UPDATE dag SET next_fire_at = now()",
            "UPDATE dag SET schedule_error = 'failed'",
            "UPDATE dag SET schedule = '{}'",
            "UPDATE dag SET start_date = now(), end_date = now() - interval '1 day'",
            "INSERT INTO dataset_event (dataset, extra, source) VALUES ('a', '[]', 'me')",
            "INSERT INTO dataset_event (dataset, extra, source) VALUES ('', '{}', 'me')",
        ];

        foreach (var sql in nonsense)
            (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(sql), sql)).SqlState.ShouldBe(
                PostgresErrorCodes.CheckViolation, sql);
    }

    private async Task<(string? Schedule, string? Text, string? Zone, string? Next, string? Last)> RowAsync(string dagId)
    {
        await using var command = database.DataSource.CreateCommand("""
            SELECT schedule::text, schedule_text, time_zone, to_char(next_fire_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
                to_char(last_fire_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
            FROM dag WHERE dag_id = @dagId
            """);
        command.Parameters.AddWithValue("dagId", dagId);
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        return (Text(0), Text(1), Text(2), Text(3), Text(4));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
