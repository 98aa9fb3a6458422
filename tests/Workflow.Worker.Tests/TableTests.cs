using Npgsql;
using Workflow.Postgres.Tables;
using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>From a table of a database through a dataset into another table.</summary>
// Both write to the environment, of which an isolated task tells.
[Collection("environment")]
public sealed class TableTests : IAsyncLifetime
{
    private readonly string connection = $"test_{Guid.CreateVersion7():N}";
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-tables-").FullName;
    private TestEngine engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        Environment.SetEnvironmentVariable($"Connections__{connection}", engine.ConnectionString);
        await engine.ExecuteAsync("""
            CREATE TABLE sales (id bigint PRIMARY KEY, day date, at timestamptz, price numeric(12, 2), share double precision, is_open boolean, note text,
                tags jsonb, few smallint);
            INSERT INTO sales VALUES
                (1, '2024-02-29', '2024-02-29 23:30:00+02', 12.50, 0.1, true, 'plain', '{"a": 1}', 1),
                (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (3, '0044-03-15', '2024-03-01 00:00:00+00', -0.01, 1e300, false, E'quote " comma , line\nbreak', '[]', -1),
                (4, '2024-03-01', '2024-03-01 00:00:00+00', 0, 'Infinity', false, '', 'null', 0);
            """);
        await engine.StartWorkerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable($"Connections__{connection}", null);
        await engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".Isolated()")]
    public async Task Run_QueryToDatasetToTable_GivesTheSameRows(string where)
    {
        await SaveAsync($$"""
            var read = dag.Task("read", run => run.Datasets.IngestAsync(
                Source.Postgres("{{connection}}", "SELECT * FROM sales WHERE id < current_setting('workflow.below')::bigint ORDER BY id")
                    with { Values = new Dictionary<string, string> { ["below"] = "5" } }, "sales")){{where}};
            dag.Task("write", read, (run, version) => run.Datasets.ExportAsync(version, Sink.Postgres("{{connection}}", "public.copy"))){{where}};
            """);

        await SucceedAsync();
        await SucceedAsync();

        (await engine.ScalarAsync<long>(
            "SELECT count(*) FROM (SELECT to_jsonb(s) FROM sales s EXCEPT SELECT to_jsonb(c) - 'tags' || jsonb_build_object('tags', c.tags::jsonb) FROM copy c) d"))
            .ShouldBe(0);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM copy")).ShouldBe(4);
        (await engine.ScalarAsync<string>(
            "SELECT rows_in || ' ' || location FROM dataset_version JOIN version_source USING (dataset_version_id) WHERE version = 1"))
            .ShouldBe($"4 postgres:{connection}");
        (await engine.ScalarAsync<int>("SELECT count(DISTINCT sha256) FROM dataset_version")).ShouldBe(1);
    }

    [Fact]
    public async Task Write_WithKeys_UpdatesAddsAndLeavesTheRest()
    {
        await engine.ExecuteAsync(
            "CREATE TABLE target (id bigint UNIQUE, note text, own int DEFAULT 7); INSERT INTO target VALUES (1, 'old', 1), (9, 'stays', 1)");
        await SaveAsync($$"""
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT i AS id, 'new ' || i AS note FROM range(1, 3) AS r (i)", "rows"));
            dag.Task("write", rows, (run, version) => run.Datasets.ExportAsync(version, Sink.Postgres("{{connection}}", "target", "id")));
            """);

        await SucceedAsync();

        (await engine.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', id, note, own), ', ' ORDER BY id) FROM target"))
            .ShouldBe("1 new 1 1, 2 new 2 7, 9 stays 1");
    }

    [Fact]
    public async Task Write_RowThatTheTableRefuses_ChangesNothing()
    {
        await engine.ExecuteAsync("CREATE TABLE target (id bigint CHECK (id <> 2)); INSERT INTO target VALUES (7)");
        await SaveAsync($$"""
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT i AS id FROM range(3) AS r (i)", "rows"));
            dag.Task("write", rows, (run, version) => run.Datasets.ExportAsync(version, Sink.Postgres("{{connection}}", "target")));
            """);

        (await engine.ExplainAsync(await engine.RunAsync("tables"))).ShouldContain("violates check constraint");

        (await engine.ScalarAsync<string>("SELECT string_agg(id::text, ' ') FROM target")).ShouldBe("7");
    }

    [Fact]
    public async Task Write_TwoAtOnce_LeavesTheRowsOfOne()
    {
        await engine.ExecuteAsync("CREATE TABLE target (id bigint); INSERT INTO target SELECT generate_series(1, 20000)");
        var file = await FileAsync($"id\n{string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i}\n"))}");
        await using var holder = await engine.Data.OpenConnectionAsync(Token);
        await using var held = await holder.BeginTransactionAsync(Token);
        await using (var hold = new NpgsqlCommand("LOCK TABLE target IN EXCLUSIVE MODE", holder))
            await hold.ExecuteNonQueryAsync(Token);

        var exports = Enumerable.Range(0, 2).Select(_ => WriteAsync(Sink.Postgres(connection, "target"), file, 20_000)).ToList();
        await Eventually.TrueAsync(
            async () => await engine.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE relation = 'target'::regclass AND NOT granted")
            == 2,
            TimeSpan.FromMinutes(1), "both exports wait for the table");
        await held.CommitAsync(Token);
        await Task.WhenAll(exports);

        (await engine.ScalarAsync<string>("SELECT count(*) || ' ' || count(DISTINCT id) FROM target")).ShouldBe("20000 20000");
    }

    [Fact]
    public async Task Write_TwoAtOnceToATableThatThereIsNot_LeavesTheRowsOfOne()
    {
        var file = await FileAsync("id\n1\n2\n");
        await using var holder = await engine.Data.OpenConnectionAsync(Token);
        await using var held = await holder.BeginTransactionAsync(Token);
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('\"target\"', 0))", holder))
            await hold.ExecuteNonQueryAsync(Token);

        var exports = Enumerable.Range(0, 2).Select(_ => WriteAsync(Sink.Postgres(connection, "target"), file, 2)).ToList();
        await Eventually.TrueAsync(
            async () => await engine.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 2,
            TimeSpan.FromMinutes(1), "both exports have found no table");
        await held.CommitAsync(Token);
        await Task.WhenAll(exports);

        (await engine.ScalarAsync<string>("SELECT string_agg(id::text, ' ' ORDER BY id) FROM target")).ShouldBe("1 2");
    }

    [Fact]
    public async Task Write_RowsWithoutAKey_ChangesNothingAndSaysHowMany()
    {
        await engine.ExecuteAsync("CREATE TABLE target (id bigint, part text, UNIQUE (id, part)); INSERT INTO target VALUES (7, 'x')");
        var columns = new Column[] { new("id", "BIGINT"), new("part", "VARCHAR") };

        var error = await Should.ThrowAsync<TaskFailureException>(async () => await TableCopy.Open(connection).WriteAsync(
            Sink.Postgres(connection, "target", "id", "part"), columns, await FileAsync("id,part\n1,a\n,a\n2,\n3,\"\"\n"), 4, Token));

        error.Message.ShouldContain("2 rows have no value in a key (id, part)");
        error.Retryable.ShouldBeFalse();
        (await engine.ScalarAsync<string>("SELECT string_agg(id::text, ' ') FROM target")).ShouldBe("7");
    }

    [Fact]
    public async Task Write_ValueThatEndsACopy_IsARowAsOthers()
    {
        await SaveAsync($$"""
            var rows = dag.Task("rows", run => run.Datasets.GenerateAsync("SELECT unnest(['a', '\\.', 'b', NULL, '']) AS note", "rows"));
            dag.Task("write", rows, (run, version) => run.Datasets.ExportAsync(version, Sink.Postgres("{{connection}}", "target")));
            """);

        await SucceedAsync();

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(coalesce(note, 'null'), ' ' ORDER BY note) FROM target")).ShouldBe(" \\. a b null");
    }

    [Fact]
    public async Task Write_FewerRowsThanTheFileHas_ChangesNothing()
    {
        await engine.ExecuteAsync("CREATE TABLE target (id bigint); INSERT INTO target VALUES (7)");

        var error =
            await Should.ThrowAsync<TaskFailureException>(async () =>
                await WriteAsync(Sink.Postgres(connection, "target"), await FileAsync("id\n1\n2\n"), 3));

        error.Message.ShouldContain("took 2 of 3 rows");
        (await engine.ScalarAsync<string>("SELECT string_agg(id::text, ' ') FROM target")).ShouldBe("7");
    }

    [Fact]
    public async Task Read_QueryThatTakesLongerThanACommandMay_IsWaitedFor()
    {
        // The server sleeps, for longer than the shortest limit that there is.
        Environment.SetEnvironmentVariable($"Connections__{connection}", $"{engine.ConnectionString};Command Timeout=1");
        var file = await FileAsync("");

        await TableCopy.Open(connection).ReadAsync(Source.Postgres(connection, "SELECT 1 AS one FROM pg_sleep(1.5)"), file, Token);

        (await File.ReadAllTextAsync(file, Token)).ShouldContain("1");
    }

    [Theory]
    [InlineData("SELECT ARRAY[1] AS list", "Cast it in the query")]
    [InlineData("SELECT 1.5::numeric AS price", "price::numeric(18,2)")]
    [InlineData("SELECT nothing", "column \"nothing\" does not exist")]
    [InlineData("INSERT INTO sales (id) VALUES (8) RETURNING id", "read-only")]
    public async Task Read_WhatCannotBe_SaysWhy(string query, string message)
    {
        var file = Path.GetTempFileName();

        var error = await Should.ThrowAsync<TaskFailureException>(
            () => TableCopy.Open(connection).ReadAsync(Source.Postgres(connection, query), file, Token));

        error.Message.ShouldContain(message);
        File.Delete(file);
    }

    [Fact]
    public async Task Open_ConnectionThatIsNotNamedOrAway_SaysWhatToSet()
    {
        Should.Throw<TaskFailureException>(() => TableCopy.Open("nowhere")).Message.ShouldContain("Connections__nowhere");
        var away = new NpgsqlConnectionStringBuilder(engine.ConnectionString) { Port = 1, Password = "secret" };
        var error = await Should.ThrowAsync<TaskFailureException>(
            () => new TableCopy(away.ConnectionString, "away").ReadAsync(
                Source.Postgres("away", "SELECT 1"), Path.GetTempFileName(), Token));
        error.Message.ShouldContain("cannot be reached");
        error.Message.ShouldNotContain("secret");
        error.Retryable.ShouldBeTrue();
    }

    private async Task<string> FileAsync(string content)
    {
        var path = Path.Combine(folder, $"{Guid.CreateVersion7():N}.csv");
        await File.WriteAllTextAsync(path, content, Token);
        return path;
    }

    private Task WriteAsync(PostgresSink sink, string file, long rows) =>
        TableCopy.Open(connection).WriteAsync(sink, [new Column("id", "BIGINT")], file, rows, Token);

    private async Task SucceedAsync()
    {
        var runId = await engine.RunAsync("tables");
        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }

    private Task<string> SaveAsync(string body) => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("tables");
                {{body}}
            }
        }
        """);
}
