using System.Diagnostics;
using Npgsql;
using Workflow.EndToEnd.Up;
using Workflow.Postgres.Migrations;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.EndToEnd.Remote;

/// <summary>What an upgrade meets: a schema before this build's with runs in progress, and one after it.</summary>
public sealed class UpgradeTests
{
    private const string Source = """
        public sealed class Two : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("two");
                var one = dag.Task("one", _ => Task.FromResult(1));
                dag.Task("two", one, (_, value) => Task.FromResult(value + 1));
            }
        }
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Migrate_SchemaBeforeWithARunInProgress_RunGoesOn()
    {
        await using var engine = await TestEngine.CreateAsync();
        var runId = await HalfARunAsync(engine);
        await using var old = await TestDatabase.CreateEmptyAsync();
        var before = Migration.Embedded.SkipLast(1).ToList();
        await new Migrator(old.DataSource, before).MigrateAsync();
        await CopyAsync(engine.Data, old.DataSource);

        var early = await Playground.RunOnAsync(old.ConnectionString, "worker");
        var migrated = await Playground.RunOnAsync(old.ConnectionString, "db", "migrate");
        migrated.ShouldSucceed();
        var folder = Directory.CreateTempSubdirectory("workflow-upgrade-").FullName;
        await using (var scheduler =
            Start(old, folder, "scheduler", "--dags", Directory.CreateDirectory(Path.Combine(folder, "dags")).FullName))
        await using (var worker = Start(old, folder, "worker"))
        {
            var state = "";
            await Eventually.TrueAsync(
                async () => (state = await TextAsync(old, "SELECT state FROM dag_run")) != "running", Limit, $"run {runId} ends");
            state.ShouldBe("success", scheduler.Output + worker.Output);
        }

        early.ExitCode.ShouldBe(1, early.ToString());
        early.Error.ShouldContain($"schema {before.Count} is older than this build needs");
        early.Error.ShouldContain("workflow db migrate");
        (await TextAsync(old, "SELECT string_agg(task_id || ' ' || state || ' ' || attempt, ', ' ORDER BY task_id) FROM task_instance"))
            .ShouldBe("one success 1, two success 1");
        Directory.Delete(folder, recursive: true);
    }

    private static Machine Start(TestDatabase database, string folder, params string[] arguments)
    {
        var start = Playground.StartInfo(arguments);
        start.WorkingDirectory = folder;
        start.Environment["Database__ConnectionString"] = database.ConnectionString;
        return new Machine(Process.Start(start)!);
    }

    [Theory]
    [InlineData("worker")]
    [InlineData("scheduler")]
    [InlineData("server")]
    public async Task Start_SchemaAfterThisBuilds_RefusesAndSaysWhatToDo(string verb)
    {
        await using var database = await TestDatabase.CreateAsync();
        var newer = Migration.Embedded.Count + 1;
        await ExecuteAsync(
            database.DataSource,
            $"INSERT INTO schema_migration (number, name, sha256) VALUES ({newer}, '{newer:0000}_come_later.sql', repeat('0', 64))");

        var result = await Playground.RunOnAsync(database.ConnectionString, verb);

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain($"schema {newer} is newer than this build knows ({newer - 1}): upgrade the engine");
    }

    /// <summary>A run whose first task has ended and whose second is queued; nobody works on it.</summary>
    private static async Task<long> HalfARunAsync(TestEngine engine)
    {
        var runId = await engine.TriggerAsync(await engine.SaveAsync(Source));
        var worker = await engine.Workers.RegisterAsync("before", [], 1, "before", default);
        var claimed = (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 1, 0), default)).Claimed.ShouldHaveSingleItem();
        await engine.Queue.StepAsync([new FinishedAttempt(claimed, worker, new TaskOutcome.Succeeded("1"))], null, default);
        await engine.Workers.StopAsync(worker, default);
        return runId;
    }

    /// <summary>
    /// Copies all rows. What a table does not have there is left out, so the rows become what the schema there holds of them.
    /// </summary>
    private static async Task CopyAsync(NpgsqlDataSource from, NpgsqlDataSource to)
    {
        const string tables = """
            SELECT relname::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_migration'
            """;
        var known = await RowsAsync(to, tables);
        await using var connection = await to.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // Rows refer to each other in both directions: references are not checked until all are there.
        await using (var unchecking = new NpgsqlCommand("SET LOCAL session_replication_role = replica", connection, transaction))
            await unchecking.ExecuteNonQueryAsync();
        foreach (var table in (await RowsAsync(from, tables)).Intersect(known))
        {
            foreach (var row in await RowsAsync(from, $"SELECT to_jsonb(t)::text FROM {table} t"))
            {
                await using var insert = new NpgsqlCommand(
                    $"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(NULL::{table}, @row::jsonb)).* ON CONFLICT DO NOTHING",
                    connection,
                    transaction);
                insert.Parameters.AddWithValue("row", row);
                await insert.ExecuteNonQueryAsync();
            }
        }

        await transaction.CommitAsync();

        // Rows that were given their ids took none from the sequences.
        await ExecuteAsync(to, """
            DO $$ DECLARE sequence regclass; BEGIN
                FOR sequence IN SELECT oid FROM pg_class WHERE relkind = 'S' LOOP PERFORM setval(sequence, 1000000); END LOOP;
            END $$
            """);
    }

    private static async Task<List<string>> RowsAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }

    private static async Task<string> TextAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
