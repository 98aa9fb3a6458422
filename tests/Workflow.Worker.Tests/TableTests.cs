using Npgsql;
using Workflow.Postgres.Tables;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>From a table of a database through a dataset into another table.</summary>
public sealed class TableTests : IAsyncLifetime
{
    private readonly string connection = $"test_{Guid.CreateVersion7():N}";
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

        (await engine.ScalarAsync<long>("SELECT count(*) FROM (SELECT to_jsonb(s) FROM sales s EXCEPT SELECT to_jsonb(c) - 'tags' || jsonb_build_object('tags', c.tags::jsonb) FROM copy c) d"))
            .ShouldBe(0);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM copy")).ShouldBe(4);
        (await engine.ScalarAsync<string>("SELECT rows_in || ' ' || location FROM dataset_version JOIN version_source USING (dataset_version_id) WHERE version = 1"))
            .ShouldBe($"4 postgres:{connection}");
        (await engine.ScalarAsync<int>("SELECT count(DISTINCT sha256) FROM dataset_version")).ShouldBe(1);
    }

    [Fact]
    public async Task Write_WithKeys_UpdatesAddsAndLeavesTheRest()
    {
        await engine.ExecuteAsync("CREATE TABLE target (id bigint UNIQUE, note text, own int DEFAULT 7); INSERT INTO target VALUES (1, 'old', 1), (9, 'stays', 1)");
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
            () => new TableCopy(away.ConnectionString, "away").ReadAsync(Source.Postgres("away", "SELECT 1"), Path.GetTempFileName(), Token));
        error.Message.ShouldContain("cannot be reached");
        error.Message.ShouldNotContain("secret");
        error.Retryable.ShouldBeTrue();
    }

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
