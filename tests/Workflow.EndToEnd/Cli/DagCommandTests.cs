using System.Text.Json.Nodes;

namespace Workflow.EndToEnd.Cli;

public sealed class DagCommandTests : CliTest
{
    [Fact]
    public async Task List_Table_ShowsOneRowPerDag()
    {
        Api.On("GET dags", Canned.Page("dags", Canned.Dag, Canned.PausedDag));

        var result = await RunAsync("dags", "list");

        result.Error.ShouldBe("");
        result.Code.ShouldBe(0);
        result.Rows[0].ShouldBe("DAG Status Latest run Schedule Next run Version Owners");
        result.Rows[1].ShouldBe("taxi active ✗ failed 0 2 * * * (America/New_York) 2026-01-02 07:00:00 UTC 1,234 data");
        result.Rows[2].ShouldBe("idle ■ paused – – – – –");
    }

    [Fact]
    public async Task List_Json_PassesTheObjectsThrough()
    {
        Api.On("GET dags", Canned.Page("dags", Canned.Dag, Canned.PausedDag));

        var result = await RunAsync("dags", "list", "--output", "json");

        result.Code.ShouldBe(0);
        result.Error.ShouldBe("");
        JsonNode.DeepEquals(result.Json, new JsonArray(JsonNode.Parse(Canned.Dag), JsonNode.Parse(Canned.PausedDag))).ShouldBeTrue();
        result.Output.ShouldContain("\n    \"description\": \"Fares, it's nightly\",\n");
        result.Output.ShouldNotContain("\r");
    }

    [Fact]
    public async Task List_MoreThanAPage_AsksForAll()
    {
        static string Page(int from, int count)
        {
            var dags = Enumerable.Range(from, count).Select(i => $$"""{"dag_id": "d{{i}}"}""");
            return $$"""{"dags": [{{string.Join(',', dags)}}], "total_entries": 150}""";
        }

        Api.On("GET dags", Page(0, 100), Page(100, 50));

        var result = await RunAsync("dags", "list", "-o", "json");

        result.Json.AsArray().Select(dag => (string)dag!["dag_id"]!).ShouldBe(Enumerable.Range(0, 150).Select(i => $"d{i}"));
        Api.Requests.ShouldBe(["GET dags?limit=100&offset=0", "GET dags?limit=100&offset=100"]);
    }

    [Fact]
    public async Task List_None_SaysHowToMakeOne()
    {
        Api.On("GET dags", Canned.Page("dags"));

        var table = await RunAsync("dags", "list");
        var json = await RunAsync("dags", "list", "--output", "json");

        table.ShouldBe(new Result(0, "", "No DAGs yet. Write a class that implements IDag into a .cs file of the folder dags.\n"));
        json.ShouldBe(new Result(0, "[]\n", ""));
    }

    [Fact]
    public async Task Show_ForkedGraph_DrawsItAsText()
    {
        var details = Canned.Dag.TrimEnd()[..^1] + $$"""
            , "graph": {{Canned.Graph}},
              "params": [
                {"name": "month", "type": "string", "default": "2019-01", "help": "YYYY-MM", "required": false, "schema": {} },
                {"name": "trees", "type": "integer", "required": true, "schema": {} }
              ]
            }
            """;
        Api.On("GET dags/taxi/details", details);

        var result = await RunAsync("dags", "show", "taxi");

        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("Schedule 0 2 * * * (America/New_York)");
        result.Rows.ShouldContain("month string 2019-01 YYYY-MM");
        result.Rows.ShouldContain("trees integer required –");
        result.Output.ShouldEndWith(
            """
            Graph
            ingest
            ↓ quality (gate)
            ├─ train (train)
            └─ profile
               ↓ promote (promote)  also after train

            """);
    }

    [Fact]
    public async Task Show_UnknownDag_FailsWithTheServersSentence()
    {
        Api.OnError("GET dags/nope/details", 404, """{"detail": "There is no DAG nope."}""");

        foreach (var form in new[] { "table", "json" })
            (await RunAsync("dags", "show", "nope", "--output", form)).ShouldBe(new Result(1, "", "There is no DAG nope.\n"));
    }

    [Fact]
    public async Task Show_IdWithSlash_IsEscaped()
    {
        Api.On("GET dags/a%2Fb%20c/details", Canned.Dag);

        (await RunAsync("dags", "show", "a/b c", "-o", "json")).Code.ShouldBe(0);
    }

    [Theory]
    [InlineData("pause", """{"is_paused":true}""", "taxi is paused: its schedule starts no more runs.")]
    [InlineData("unpause", """{"is_paused":false}""", "taxi is unpaused. Next run: 2026-01-02 07:00:00 UTC")]
    public async Task Pause_EitherWay_ChangesOnlyThat(string verb, string body, string said)
    {
        Api.On("PATCH dags/taxi", Canned.Dag);

        var result = await RunAsync("dags", verb, "taxi");

        result.ShouldBe(new Result(0, said + "\n", ""));
        Api.Requests.ShouldBe([$"PATCH dags/taxi?update_mask=is_paused {body}"]);
    }

    [Fact]
    public async Task ListImportErrors_Diagnostics_NameFileLineAndColumn()
    {
        const string Error = """
            {"import_error_id": 1, "filename": "dags/Bad.cs", "timestamp": "2026-01-01T00:00:00Z", "stack_trace": "all of it",
             "diagnostics": [
               {"file": "dags/Bad.cs", "line": 12, "column": 5, "code": "CS1002", "message": "; expected", "severity": "error"}]}
            """;
        Api.On("GET importErrors", Canned.Page("import_errors", Error));

        var table = await RunAsync("dags", "list-import-errors");
        var json = await RunAsync("dags", "list-import-errors", "--output", "json");

        table.Rows[1].ShouldBe("dags/Bad.cs 12 5 CS1002 ; expected");
        ((int)json.Json[0]!["import_error_id"]!).ShouldBe(1);
    }

    [Fact]
    public async Task NextExecution_ScheduledAndPaused_SaysWhenOrWhyNot()
    {
        Api.On("GET dags/taxi", Canned.Dag).On("GET dags/idle", Canned.PausedDag);

        (await RunAsync("dags", "next-execution", "taxi")).Output.ShouldBe("2026-01-02 07:00:00 UTC\n");
        (await RunAsync("dags", "next-execution", "idle")).Output.ShouldBe("none while the DAG is paused\n");
        var json = (await RunAsync("dags", "next-execution", "taxi", "-o", "json")).Json;
        ((string?)json["next_dagrun_run_after"]).ShouldBe("2026-01-02T07:00:00Z");
    }
}
