using System.Text.Json.Nodes;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>Datasets as a whole: slices that come and are replaced, and readers beside them.</summary>
public sealed class SnapshotTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        await SaveAsync("slices", """
            var month = dag.Param("month", "2024-01");
            var rows = dag.Param("rows", 10);
            dag.Dataset("trips", trips => trips.Description("Trips.").Owner("ops").Tags("a", "b").Keep(versions: 2, age: TimeSpan.FromDays(30)).Cold(after: TimeSpan.FromDays(7)));
            dag.Task("make", run => run.Datasets.GenerateAsync(
                "SELECT i, $month AS month FROM range($rows) AS r (i)", "trips", new Dictionary<string, string> { ["month"] = run.Get(month) },
                new Dictionary<string, object> { ["rows"] = (long)run.Get(rows), ["month"] = run.Get(month) }));
            """);
        await engine.StartWorkerAsync();
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Whole_SliceReplacedAndSliceAdded_IsOneConsistentVersion()
    {
        await SliceAsync("2024-01", 10);
        await SliceAsync("2024-02", 20);
        await SliceAsync("2024-01", 11);
        var store = new EffectStore(engine.Data);

        var newest = (await store.SnapshotAsync("trips", AsOf.Newest, default))!;
        var before = (await store.SnapshotAsync("trips", AsOf.Version(2), default))!;

        (newest.Version, newest.Rows, newest.Slices.Count).ShouldBe((3, 31, 2));
        (before.Version, before.Rows, before.Slices.Count).ShouldBe((2, 30, 2));
        newest.Sha256.ShouldNotBe(before.Sha256);
        (await store.SnapshotAsync("trips", AsOf.Version(4), default)).ShouldBeNull();
        (await store.SnapshotAsync("nothing", AsOf.Newest, default)).ShouldBeNull();

        // The old content again: a new version, and the same whole as before.
        await SliceAsync("2024-01", 10);
        (await store.SnapshotAsync("trips", AsOf.Newest, default))!.Sha256.ShouldBe(before.Sha256);
    }

    [Fact]
    public async Task Whole_AsOfATime_IsWhatWasNewestThen()
    {
        await SliceAsync("2024-01", 10);
        await SliceAsync("2024-02", 20);
        var at = new DateTimeOffset(await engine.ScalarAsync<DateTime>("SELECT published_at FROM dataset_version WHERE version = 2"),
            TimeSpan.Zero);
        await SliceAsync("2024-01", 11);
        var store = new EffectStore(engine.Data);

        (await store.SnapshotAsync("trips", AsOf.At(at), default))!.Rows.ShouldBe(30);
        (await store.SnapshotAsync("trips", AsOf.At(at.AddYears(-1)), default)).ShouldBeNull();

        // A transaction that began first and committed last: its version counts with those before it, though its time is younger.
        await engine.ExecuteAsync("UPDATE dataset_version SET published_at = published_at + interval '1 year' WHERE version = 1");
        (await store.SnapshotAsync("trips", AsOf.At(at), default))!.Slices.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("etl")]
    public async Task Sql_HandleBesideWholeDataset_ReadsBothAndRecordsWhichVersions(string queue)
    {
        await SliceAsync("2024-01", 10);
        await SliceAsync("2024-02", 20);
        await SaveAsync("joined", $$"""
            var zones = dag.Task("zones", run => run.Datasets.GenerateAsync("SELECT 1 AS zone", "zones", new Dictionary<string, string> { ["place"] = "here" }));
            dag.Sql("join", read => read.Read("z", zones).Whole("t", "trips").Whole("first", "trips", AsOf.Version(1)), into: "joined",
                "SELECT count(*) AS n, (SELECT count(*) FROM first) AS m, any_value(zone) AS zone FROM t, z").Queue("{{queue}}");
            """);

        await SucceedAsync("joined");

        (await engine.ScalarAsync<string>(
            "SELECT partition::text FROM dataset_version WHERE dataset = 'joined'")).ShouldBe("""{"place": "here"}""");
        (await engine.ScalarAsync<string>("SELECT profile::text FROM dataset_version WHERE dataset = 'joined'")).ShouldSatisfyAllConditions(
            profile => profile.ShouldContain("\"30\""), profile => profile.ShouldContain("\"10\""));
        (await engine.ScalarAsync<string>("""
            SELECT string_agg(v.dataset || ' ' || v.version, ', ' ORDER BY v.dataset, v.version)
            FROM attempt_input i JOIN dataset_version v USING (dataset_version_id) WHERE i.task_id = 'join'
            """)).ShouldBe("trips 1, trips 2, zones 1");
        var run = await engine.ScalarAsync<string>("SELECT run_key FROM dag_run WHERE dag_id = 'joined'");
        (await new EffectStore(engine.Data).OfRunAsync("joined", run, default)).Select(version => version.Dataset)
            .ShouldBe(["trips", "trips", "zones", "joined"]);
    }

    [Fact]
    public async Task OfRun_NameOfADeletedRun_IsWhatTheNewOneReadAndMade()
    {
        await SliceAsync("2024-01", 10);
        await SaveAsync("reader", """dag.Task("read", run => run.Datasets.ReadAsync("trips"));""");
        var old = await engine.RunAsync("reader");
        await new RunActs(engine.Data, new GraphCache(engine.Data)).DeleteAsync(old, default);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM attempt_input")).ShouldBe(0);

        // As a kill leaves them, or an engine that did not delete them.
        await engine.ExecuteAsync(
            """
            INSERT INTO attempt_input (run_id, task_index, map_index, attempt, dataset_version_id, dag_id, run_key, task_id)
            SELECT @old, 0, -1, 1, dataset_version_id, 'reader', 'again', 'read' FROM dataset_version
            """,
            new { old });
        await engine.Runs.CreateAsync(new NewRun("reader", "again", RunType.Manual, [], "test"), default);

        (await new EffectStore(engine.Data).OfRunAsync("reader", "again", default)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_InAuthorsCode_SelectsFromTheWhole(bool isolated)
    {
        await SliceAsync("2024-01", 10);
        await SliceAsync("2024-02", 20);
        await SaveAsync("reader", $$"""
            dag.Task("read", async run =>
            {
                var trips = await run.Datasets.ReadAsync("trips");
                await run.Datasets.SelectAsync("SELECT month, count(*) AS n FROM t GROUP BY ALL", "counts", new Dictionary<string, DatasetInput> { ["t"] = trips });
                run.Log($"{trips.Version} {trips.Slices.Count} {(await run.Datasets.OfRunAsync("slices", "manual__1")).Single().Rows}");
            }){{(isolated ? ".Isolated()" : "")}};
            """);

        await SucceedAsync("reader");

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(line, '|') FROM task_log WHERE task_index = 0 AND line LIKE '2 2 %'")).ShouldBe("2 2 10");
        (await engine.ScalarAsync<long>("SELECT row_count FROM dataset_version WHERE dataset = 'counts'")).ShouldBe(2);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dataset_parent")).ShouldBe(2);
    }

    [Fact]
    public async Task Read_DatasetThatDoesNotExistOrWhoseContentIsGone_SaysSo()
    {
        await SliceAsync("2024-01", 10);
        await SaveAsync("reader", """
            var dataset = dag.Param("dataset", "trips");
            dag.Task("read", run => run.Datasets.ReadAsync(run.Get(dataset)));
            """);

        (await engine.ExplainAsync(await engine.RunAsync("reader", new() { ["dataset"] = "tirps" }))).ShouldContain("no dataset 'tirps'");
        await engine.ExecuteAsync("UPDATE dataset_version SET expired_at = now() WHERE dataset = 'trips'");
        (await engine.ExplainAsync(await engine.RunAsync("reader"))).ShouldContain("The content of trips version 1 went on");
    }

    [Fact]
    public async Task Save_DagThatDescribesADataset_StoresWhatItSays()
    {
        await SliceAsync("2024-01", 10);
        var described = """
            SELECT concat_ws('|', declared_by, description, owner, array_to_string(tags, ','), keep_versions, keep_for, cold_after)
            FROM dataset WHERE dataset = 'trips'
            """;

        (await engine.ScalarAsync<string>(described)).ShouldBe("slices|Trips.|ops|a,b|2|720:00:00|168:00:00");

        await SaveAsync("slices", """dag.Task("t", _ => Task.CompletedTask);""");
        (await engine.ScalarAsync<string>(described)).ShouldBe("||");
        (await engine.ScalarAsync<int>("SELECT last_version FROM dataset WHERE dataset = 'trips'")).ShouldBe(1);
    }

    private Task SliceAsync(string month, int rows) => SucceedAsync("slices", new() { ["month"] = month, ["rows"] = rows });

    private async Task SucceedAsync(string dagId, JsonObject? conf = null)
    {
        var runId = await engine.RunAsync(dagId, conf);
        (await engine.StateAsync(runId)).ShouldBe("success", await engine.ExplainAsync(runId));
    }

    private Task<string> SaveAsync(string id, string body) => engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                {{body}}
            }
        }
        """);
}
