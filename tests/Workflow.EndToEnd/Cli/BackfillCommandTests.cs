using System.Text.Json.Nodes;
using Spectre.Console;

namespace Workflow.EndToEnd.Cli;

public sealed class BackfillCommandTests : CliTest
{
    private static readonly string[] Create =
        ["backfill", "create", "--dag-id", "taxi", "--from-date", "2026-01-01", "--to-date", "2026-01-31"];

    [Fact]
    public async Task Create_WithEverything_SendsItAndSaysWhereToLook()
    {
        Api.On("POST backfills", Backfill("queued", """{"pending": 31}"""));

        var result = await RunAsync(
        [
            .. Create, "--reprocess-behavior", "failed", "--max-active-runs", "3", "--run-backwards", "--conf", """{"month": "2019-01"}""",
        ]);

        result.ShouldBe(new Result(0, "Backfill 7 of taxi has 31 dates.\n", "See it with: workflow backfill show 7\n"));
        Api.Requests.ShouldBe([
            """POST backfills {"dag_id":"taxi","from_date":"2026-01-01","to_date":"2026-01-31","reprocess_behavior":"failed","max_active_runs":3"""
            + ""","run_backwards":true,"dag_run_conf":{"month":"2019-01"}}""",
        ]);
    }

    [Fact]
    public async Task Create_WithoutOptions_SendsAirflowsDefaults()
    {
        Api.On("POST backfills", Backfill("queued", """{"pending": 31}"""));

        var result = await RunAsync([.. Create, "--output", "json"]);

        ((int?)result.Json["id"]).ShouldBe(7);
        Api.Requests.Single().ShouldEndWith(
            """
            "reprocess_behavior":"none","max_active_runs":10,"run_backwards":false,"dag_run_conf":{}}
            """);
    }

    [Fact]
    public async Task Create_Refused_FailsWithTheServersSentence()
    {
        Api.OnError("POST backfills", 409, """{"detail": "DAG 'taxi' has an active backfill already, 6."}""");

        (await RunAsync(Create)).ShouldBe(new Result(1, "", "DAG 'taxi' has an active backfill already, 6.\n"));
    }

    [Theory]
    [InlineData("--reprocess-behavior", "some", "'some'")]
    [InlineData("--max-active-runs", "0", "--max-active-runs")]
    [InlineData("--conf", "[]", "must be a JSON object")]
    [InlineData("--dag-id", "", "--dag-id")]
    public async Task Create_WrongOption_ExitsTwoAndAsksNothing(string option, string value, string named)
    {
        string[] line = option == "--dag-id" ? ["backfill", "create", "--from-date", "2026-01-01", "--to-date", "2026-01-02"]
            : [.. Create, option, value];

        var result = await RunAsync(line);

        result.Code.ShouldBe(2);
        result.Error.ShouldContain(named);
        Api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task DryRun_SeveralPages_ListsAllDatesAndWhatWouldBecomeOfThem()
    {
        var more = Date("2026-01-03", "in_flight", "scheduled__3", "running");
        Api.On(
            "POST backfills/dry_run",
            $$"""{"dates": [{{Date("2026-01-01", "created")}}, {{Date("2026-01-02", "cleared", "scheduled__2", "failed")}}], "total_entries": 3}""",
            $$"""{"dates": [{{more}}], "total_entries": 3}""");

        var result = await RunAsync([.. Create, "--dry-run"]);

        result.Code.ShouldBe(0);
        result.Rows.Skip(1).Take(3).ShouldBe(
        [
            "2026-01-01 02:00:00 UTC new run – –",
            "2026-01-02 02:00:00 UTC runs again scheduled__2 ✗ failed",
            "2026-01-03 02:00:00 UTC under way already scheduled__3 ◐ running",
        ]);
        result.Error.ShouldBe("3 dates: 1 new run, 1 runs again, 1 under way already. Nothing was done.\n");
        Api.Requests.Select(request => request.Split(' ')[1]).ShouldBe(
            ["backfills/dry_run?limit=1000&offset=0", "backfills/dry_run?limit=1000&offset=2"]);
    }

    [Fact]
    public async Task DryRun_InJson_IsTheListOfDates()
    {
        Api.On("POST backfills/dry_run", Canned.Page("dates", Date("2026-01-01", "created")));

        var result = await RunAsync([.. Create, "--dry-run", "--output", "json"]);

        ((string?)result.Json.AsArray().ShouldHaveSingleItem()!["outcome"]).ShouldBe("created");
        result.Error.ShouldBe("");
    }

    [Fact]
    public async Task List_OfADag_ShowsHowFarEachIs()
    {
        Api.On(
            "GET backfills",
            Canned.Page(
                "backfills",
                Backfill("running", """{"pending": 20, "created": 10, "already_exists": 1}""", """{"success": 7, "running": 3}"""),
                Backfill("completed", id: 6)));

        var result = await RunAsync("backfill", "list", "--dag-id", "taxi");

        result.Rows[1].ShouldBe("7 taxi ◐ running 8/31 2026-01-01 00:00:00 UTC 2026-01-31 23:59:59 UTC none ada");
        result.Rows[2].ShouldBe("6 taxi ✓ completed – 2026-01-01 00:00:00 UTC 2026-01-31 23:59:59 UTC none ada");
        Api.Requests.ShouldBe(["GET backfills?dag_id=taxi&limit=100&offset=0"]);
    }

    [Fact]
    public async Task Show_PausedByTheEngine_SaysWhyAndShowsItsDates()
    {
        GivenShown();

        var result = await RunAsync("backfill", "show", "7", "--limit", "2");

        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("State ‖ paused");
        result.Rows.ShouldContain("Why Parameter 'month' is required.");
        result.Rows.ShouldContain("Done 11/31");
        result.Rows.ShouldContain("Runs ✗ 2 failed ✓ 9 success");
        result.Rows.ShouldContain("2026-01-01 02:00:00 UTC new run r1 ✓ success");
        result.Rows.ShouldContain("2026-01-02 02:00:00 UTC to come – –");
        result.Error.ShouldBe("And 29 more: see them with --limit N.\n");
        Api.Requests.ShouldContain("GET backfills/7/dates?limit=2&offset=0");
    }

    [Fact]
    public async Task Show_InJson_HasTheDatesInIt()
    {
        GivenShown();

        var result = await RunAsync("backfill", "show", "7", "-o", "json");

        ((string?)result.Json["state"]).ShouldBe("paused");
        result.Json["dates"]!.AsArray().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("pause", "pause", "is paused: it starts no more runs, and those that run go on")]
    [InlineData("unpause", "unpause", "goes on")]
    [InlineData("cancel", "cancel", "is cancelled: it starts no more runs, and those that run go on")]
    [InlineData("cancel --stop-running", "cancel?stop_running=true", "is cancelled, and its runs are told to stop")]
    public async Task Order_Table(string order, string path, string said)
    {
        Api.On($"PUT backfills/7/{path.Split('?')[0]}", Backfill("running"));

        var result = await RunAsync(["backfill", .. order.Split(' '), "7"]);

        result.ShouldBe(new Result(0, $"Backfill 7 of taxi {said}.\n", ""));
        Api.Requests.ShouldBe([$"PUT backfills/7/{path}"]);
    }

    [Fact]
    public async Task Wait_AllRunsSucceed_PrintsEachChangeOnce()
    {
        GivenWait("completed", """{"success": 31}""");

        var result = await RunAsync([.. Create, "--wait"]);

        result.Code.ShouldBe(0);
        result.Error.ShouldBe("");
        result.Output.ShouldBe("""
            2026-01-01 00:00:00 UTC  … queued  0/31 dates
            2026-01-01 00:00:02 UTC  ◐ running  1/31 dates  ◐ 2 running  ✓ 1 success
            2026-01-01 00:00:03 UTC  ✓ completed  31/31 dates  ✓ 31 success
            ✓ completed: backfill 7 of taxi

            """);
    }

    [Fact]
    public async Task Wait_InJson_KeepsProgressOffTheOutput()
    {
        GivenWait("completed", """{"success": 31}""");

        var result = await RunAsync([.. Create, "--wait", "-o", "json"]);

        ((string?)result.Json["state"]).ShouldBe("completed");
        result.Error.ShouldContain("◐ running  1/31 dates");
    }

    [Fact]
    public async Task Wait_OnATerminal_DrawsInPlace()
    {
        GivenWait("completed", """{"success": 31}""");
        Ansi = AnsiSupport.Yes;

        var result = await RunAsync([.. Create, "--wait"]);

        result.Code.ShouldBe(0);
        result.Output.ShouldContain("taxi backfill 7  1/31 dates");
        // The cursor goes up over what was drawn before.
        result.Output.ShouldMatch("\u001b\\[[0-9]+A");
    }

    [Theory]
    [InlineData("completed", """{"success": 29, "failed": 1, "cancelled": 1}""",
        "2 of its runs did not succeed. See them with: workflow backfill show 7\n")]
    [InlineData("cancelled", """{"success": 31}""", "Backfill 7 of taxi was cancelled.\n")]
    public async Task Wait_NotAllWell_Fails(string state, string runs, string said)
    {
        GivenWait(state, runs);

        var result = await RunAsync([.. Create, "--wait"]);

        result.Code.ShouldBe(1);
        result.Error.ShouldBe(said);
    }

    [Fact]
    public async Task Wait_CtrlC_LeavesTheBackfillAndSaysSo()
    {
        using var stop = new CancellationTokenSource();
        Api.On("POST backfills", Backfill("queued", """{"pending": 31}""")).On("GET backfills/7", async context =>
        {
            await stop.CancelAsync();
            await StubApi.WriteAsync(context, 200, Backfill("running"));
        });

        var result = await RunAsync([.. Create, "--wait", "-o", "json"], stop.Token);

        result.Code.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.ShouldEndWith(
            "No longer waiting; backfill 7 goes on. See it with `workflow backfill show 7`, end it with `workflow backfill cancel 7`.\n");
    }

    private void GivenShown()
    {
        var message = JsonValue.Create("Parameter 'month' is required.").ToJsonString();
        Api.On("GET backfills/7",
            Backfill("paused", """{"pending": 20, "created": 11}""", """{"success": 9, "failed": 2}""", message: message))
            .On(
                "GET backfills/7/dates",
                $$"""{"dates": [{{Date("2026-01-01", "created", "r1", "success")}}, {{Date("2026-01-02", "pending")}}], "total_entries": 2}""");
    }

    private void GivenWait(string end, string runs)
    {
        var queued = Backfill("queued", """{"pending": 31}""");
        Api.On("POST backfills", queued).On(
            "GET backfills/7",
            queued,
            queued,
            Backfill("running", """{"pending": 28, "created": 3}""", """{"success": 1, "running": 2}"""),
            Backfill(end, """{"created": 31}""", runs));
    }

    private static string Backfill(string state, string? outcomes = null, string runs = "{}", int id = 7, string message = "null")
    {
        var progress = outcomes is null ? "null" : $$"""{"dates": 31, "outcomes": {{outcomes}}, "runs": {{runs}}}""";
        return $$"""
            {
              "id": {{id}}, "dag_id": "taxi", "from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-31T23:59:59.999999Z", "dag_run_conf": {},
              "reprocess_behavior": "none", "max_active_runs": 10, "run_backwards": false, "state": "{{state}}", "is_paused": false,
              "message": {{message}}, "created_by": "ada", "created_at": "2026-02-01T00:00:00Z", "completed_at": null, "progress": {{progress}}
            }
            """;
    }

    private static string Date(string day, string outcome, string? run = null, string? state = null) => $$"""
        {
          "logical_date": "{{day}}T02:00:00Z", "outcome": "{{outcome}}", "dag_run_id": {{(run is null ? "null" : $"\"{run}\"")}},
          "run_state": {{(state is null ? "null" : $"\"{state}\"")}}
        }
        """;
}
