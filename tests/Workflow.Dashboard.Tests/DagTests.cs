using System.Text.Json.Nodes;
using Workflow.Graphs;

namespace Workflow.Dashboard.Tests;

public sealed class DagTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    [Fact]
    public async Task List_OfDags_SaysWhatTheirVersionsSayAndTheNewestRuns()
    {
        await server.Given.DagAsync("list_taxi", schedule: Cron.Of("0 2 * * *", "America/New_York"));
        await server.Given.DagAsync("list_other");
        for (var run = 1; run <= 16; run++)
            await server.Given.RunAsync("list_taxi", $"run {run}");

        var page = await server.GetAsync("/dags?dag_id_pattern=LIST_");

        page.Int("total_entries").ShouldBe(2);
        page.All("dags", "dag_id").ShouldBe(["list_other", "list_taxi"]);
        page.At("dags/0/recent_runs").GetArrayLength().ShouldBe(0);
        page.IsNull("dags/0/timetable_summary").ShouldBeTrue();
        var taxi = page.At("dags/1");
        taxi.Text("timetable_summary").ShouldBe("0 2 * * *");
        taxi.Text("timetable_timezone").ShouldBe("America/New_York");
        taxi.IsNull("next_dagrun_run_after").ShouldBeFalse();
        taxi.Texts("owners").ShouldBe(["data-team"]);
        taxi.All("tags", "name").ShouldBe(["nightly", "taxi"]);
        taxi.Int("latest_version").ShouldBe(1);
        taxi.All("recent_runs", "dag_run_id").ShouldBe([.. Enumerable.Range(3, 14).Reverse().Select(run => $"run {run}")]);
        taxi.Text("recent_runs/0/state").ShouldBe("running");
    }

    [Fact]
    public async Task Get_OfADagWhoseTimetableFails_SaysWhy()
    {
        await server.Given.DagAsync("fails", schedule: OnDatasets.Of(Dataset.Named("a") & Dataset.Named("b")));
        await server.Given.ExecuteAsync("UPDATE dag SET schedule_error = 'No moon.' WHERE dag_id = 'fails'");

        var dag = await server.GetAsync("/dags/fails");

        dag.Text("timetable_summary").ShouldBe("on a & b");
        dag.Text("timetable_timezone").ShouldBe("UTC");
        dag.Text("message").ShouldBe("No moon.");
    }

    [Fact]
    public async Task List_WithLimitAndOffset_GivesThatPageAndTheTotal()
    {
        foreach (var name in new[] { "page_a", "page_b", "page_c" })
            await server.Given.DagAsync(name);

        var page = await server.GetAsync("/dags?dag_id_pattern=page_&limit=1&offset=1");

        page.All("dags", "dag_id").ShouldBe(["page_b"]);
        page.Int("total_entries").ShouldBe(3);
        (await server.GetAsync("/dags?dag_id_pattern=page_&limit=2147483647")).At("dags").GetArrayLength().ShouldBe(3);
        (await server.GetAsync("/dags?dag_id_pattern=page_&limit=0")).At("dags").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Details_OfADag_HaveParametersAndGraph()
    {
        var graph = new DagGraph([
            Given.Task(0, "ingest", queue: "etl", retries: 3, outlets: ["raw"], timeout: TimeSpan.FromMinutes(90)),
            Given.Task(1, "clean", [0], kind: "sql", outlets: ["trips"]),
            Given.Task(2, "quality", [1], kind: "gate"),
            Given.Task(3, "train", [2], kind: "train", outlets: ["fare"]),
            Given.Task(4, "promote", [3], kind: "promote")]);
        await server.Given.DagAsync("details", graph, [
            new ParamDefinition("month", "string", JsonValue.Create("2019-01"), false, "YYYY-MM", Pattern: @"\d{4}-\d{2}"),
            new ParamDefinition("colour", "string", null, true, "", Allowed: ["red", "green"]),
            new ParamDefinition("share", "number", JsonValue.Create(0.5), false, "", Minimum: 0, Maximum: 1),
            new ParamDefinition("day", "string", JsonValue.Create("2026-01-31"), false, "Which day")
            {
                Format = ParamDefinition.DateFormat,
            },
            new ParamDefinition("zones", "array", null, true, "", Allowed: ["JFK", "LGA"])]);

        var dag = await server.GetAsync("/dags/details/details");

        dag.All("params", "name").ShouldBe(["month", "colour", "share", "day", "zones"]);
        dag.Text("params/0/type").ShouldBe("string");
        dag.Text("params/0/default").ShouldBe("2019-01");
        dag.Text("params/0/help").ShouldBe("YYYY-MM");
        dag.Text("params/0/schema/pattern").ShouldBe(@"\d{4}-\d{2}");
        dag.At("params/1/required").GetBoolean().ShouldBeTrue();
        dag.IsNull("params/1/default").ShouldBeTrue();
        dag.Texts("params/1/schema/enum").ShouldBe(["red", "green"]);
        dag.At("params/2/schema/maximum").GetDouble().ShouldBe(1);
        dag.At("params/3/schema").ToString().ShouldBe(
            """{"type":"string","title":"day","description":"Which day","format":"date","default":"2026-01-31"}""");
        dag.At("params/4/schema").ToString()
            .ShouldBe("""{"type":"array","title":"zones","items":{"type":"string","enum":["JFK","LGA"]}}""");
        dag.All("graph/tasks", "kind").ShouldBe(["task", "sql", "gate", "train", "promote"]);
        dag.Text("graph/tasks/0/queue").ShouldBe("etl");
        dag.Int("graph/tasks/0/retries").ShouldBe(3);
        dag.At("graph/tasks/0/timeout_seconds").GetDouble().ShouldBe(5400);
        dag.Text("graph/tasks/0/trigger_rule").ShouldBe("all_success");
        dag.Texts("graph/tasks/1/upstream_task_ids").ShouldBe(["ingest"]);
        dag.Texts("graph/tasks/1/inlets").ShouldBe(["raw"]);
        dag.Texts("graph/tasks/1/outlets").ShouldBe(["trips"]);
        dag.Texts("graph/tasks/3/inlets").ShouldBe(["trips"]);
    }

    [Fact]
    public async Task Patch_IsPaused_PausesThatDagAlone()
    {
        await server.Given.DagAsync("patched");
        await server.Given.DagAsync("untouched");

        var (status, body) = await server.SendAsync(HttpMethod.Patch, "/dags/patched?update_mask=is_paused",
            """{"is_paused":true,"other":1}""");

        status.ShouldBe(200);
        body.At("is_paused").GetBoolean().ShouldBeTrue();
        (await server.GetAsync("/dags/patched")).At("is_paused").GetBoolean().ShouldBeTrue();
        (await server.GetAsync("/dags/untouched")).At("is_paused").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("/dags/patch_wrong?update_mask=owner", """{"is_paused":true}""", 422)]
    [InlineData("/dags/patch_wrong", """{"is_paused":"yes"}""", 422)]
    [InlineData("/dags/patch_wrong", "{}", 422)]
    [InlineData("/dags/none", """{"is_paused":true}""", 404)]
    public async Task Patch_OfWhatCannotBeChanged_IsRefused(string path, string json, int expected)
    {
        await server.Given.DagAsync("patch_wrong");

        var (status, _) = await server.SendAsync(HttpMethod.Patch, path, json);

        status.ShouldBe(expected);
        (await server.GetAsync("/dags/patch_wrong")).At("is_paused").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Versions_OfADagThatChanged_HaveTheirOwnSources()
    {
        await server.Given.DagAsync("versioned", source: "// one");
        await server.Given.RunAsync("versioned", "pinned");
        await server.Given.DagAsync("versioned", source: "// two");

        var versions = await server.GetAsync("/dags/versioned/dagVersions");

        versions.All("dag_versions", "version_number").ShouldBe(["2", "1"]);
        versions.All("dag_versions", "is_current").ShouldBe(["True", "False"]);
        versions.All("dag_versions", "run_count").ShouldBe(["0", "1"]);
        (await server.GetAsync("/dagSources/versioned")).Text("content").ShouldBe("// two");
        var first = await server.GetAsync("/dagSources/versioned?version_number=1");
        first.Text("content").ShouldBe("// one");
        first.Text("file").ShouldBe("versioned.cs");
        first.Text("shared/0/file").ShouldBe("lib/Taxi.cs");
        first.Text("shared/0/content").ShouldBe("// shared");
        (await server.SendAsync(HttpMethod.Get, "/dagSources/versioned?version_number=3")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task ImportErrors_OfABrokenFile_NamePlaceAndDag()
    {
        await server.Given.DagAsync("broken", file: "Broken.cs");
        await server.Given.ImportErrorAsync(
            "Broken.cs",
            """[{"file":"Broken.cs","line":3,"column":7,"code":"CS1002","message":"; expected","severity":"error"}]""");

        var errors = await server.GetAsync("/importErrors");

        errors.Int("total_entries").ShouldBe(1);
        errors.Text("import_errors/0/filename").ShouldBe("Broken.cs");
        errors.Text("import_errors/0/dag_id").ShouldBe("broken");
        errors.Int("import_errors/0/diagnostics/0/line").ShouldBe(3);
        errors.Text("import_errors/0/stack_trace").ShouldBe("Broken.cs(3,7): error CS1002: ; expected");
        (await server.GetAsync("/dags/broken")).At("has_import_errors").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("' OR '1'='1")]
    [InlineData("x'; DROP TABLE dag; --")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("~")]
    public async Task Get_OfADagWithAHostileId_IsNotFound(string dagId)
    {
        var (status, _) = await server.SendAsync(HttpMethod.Get, $"/dags/{Uri.EscapeDataString(dagId)}");

        status.ShouldBe(404);
        (await server.GetAsync($"/dags?dag_id_pattern={Uri.EscapeDataString(dagId)}")).Int("total_entries").ShouldBe(0);
    }
}
