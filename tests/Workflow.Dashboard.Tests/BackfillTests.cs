using System.Text.Json;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

public sealed class BackfillTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    private static readonly Schedule Nightly = Cron.Of("0 2 * * *", "Europe/Berlin");

    [Fact]
    public async Task Create_AMonth_IsThereToReadWithItsProgress()
    {
        await server.Given.DagAsync("month", parameters: [new ParamDefinition("rows", "integer", null, false, "")], schedule: Nightly);

        var (status, made) = await server.PostAsync(
            "/backfills",
            """
            {"dag_id": "month", "from_date": "2020-01-01", "to_date": "2020-01-31", "reprocess_behavior": "failed", "max_active_runs": 3,
             "run_backwards": true, "dag_run_conf": {"rows": 5}}
            """);

        status.ShouldBe(200, made.ToString());
        var backfill = await server.GetAsync($"/backfills/{made.Int("id")}");
        backfill.ToString().ShouldBe(made.ToString());
        backfill.Text("dag_id").ShouldBe("month");
        backfill.Text("from_date").ShouldBe("2019-12-31T23:00:00Z");
        backfill.Text("to_date").ShouldBe("2020-01-31T22:59:59.999999Z");
        backfill.Text("reprocess_behavior").ShouldBe("failed");
        backfill.Int("max_active_runs").ShouldBe(3);
        backfill.At("run_backwards").GetBoolean().ShouldBeTrue();
        backfill.Int("dag_run_conf/rows").ShouldBe(5);
        backfill.Text("state").ShouldBe("queued");
        backfill.At("is_paused").GetBoolean().ShouldBeFalse();
        backfill.Text("created_by").ShouldBe("user");
        backfill.IsNull("completed_at").ShouldBeTrue();
        backfill.At("progress").ToString().ShouldBe("""{"dates":31,"outcomes":{"pending":31},"runs":{}}""");
        var dates = await server.GetAsync($"/backfills/{made.Int("id")}/dates?limit=2&offset=29");
        dates.Int("total_entries").ShouldBe(31);
        dates.All("dates", "logical_date").ShouldBe(["2020-01-02T01:00:00Z", "2020-01-01T01:00:00Z"]);
        dates.Text("dates/0/data_interval_start").ShouldBe("2020-01-01T01:00:00Z");
        dates.Text("dates/0/data_interval_end").ShouldBe("2020-01-02T01:00:00Z");
        dates.Text("dates/0/outcome").ShouldBe("pending");
        dates.IsNull("dates/0/dag_run_id").ShouldBeTrue();
    }

    [Fact]
    public async Task Create_WithDefaults_HasThoseOfAirflow()
    {
        var made = await GivenBackfillAsync("defaults");

        made.Text("reprocess_behavior").ShouldBe("none");
        made.Int("max_active_runs").ShouldBe(10);
        made.At("run_backwards").GetBoolean().ShouldBeFalse();
        made.At("dag_run_conf").ToString().ShouldBe("{}");
    }

    [Fact]
    public async Task Get_WithRuns_CountsThemByOutcomeAndState()
    {
        var id = (await GivenBackfillAsync("counted")).Int("id");
        await server.Given.RunAsync("counted", "mine", RunType.Scheduled, At("2020-01-01T01:00Z"));
        await server.Given.RunAsync("counted", "own", RunType.Backfill, At("2020-01-02T01:00Z"));
        await server.Given.ExecuteAsync($"""
            UPDATE backfill_run SET outcome = 'in_flight', run_id = (SELECT run_id FROM dag_run WHERE run_key = 'mine')
            WHERE backfill_id = {id} AND number = 0;
            UPDATE backfill_run SET outcome = 'created', run_id = (SELECT run_id FROM dag_run WHERE run_key = 'own')
            WHERE backfill_id = {id} AND number = 1;
            """);

        (await server.GetAsync($"/backfills/{id}")).At("progress").ToString()
            .ShouldBe("""{"dates":3,"outcomes":{"created":1,"in_flight":1,"pending":1},"runs":{"running":1}}""");

        var dates = await server.GetAsync($"/backfills/{id}/dates");
        dates.All("dates", "outcome").ShouldBe(["in_flight", "created", "pending"]);
        dates.Text("dates/1/dag_run_id").ShouldBe("own");
        dates.Text("dates/1/run_state").ShouldBe("running");
    }

    [Fact]
    public async Task DryRun_DatesWithAndWithoutRuns_SaysWhatWouldHappenAndDoesNothing()
    {
        await server.Given.DagAsync("dry", schedule: Nightly);
        await server.Given.RunAsync("dry", "running", RunType.Scheduled, At("2020-01-01T01:00Z"));
        await server.Given.RunAsync("dry", "ended", RunType.Scheduled, At("2020-01-02T01:00Z"));
        await server.Given.ExecuteAsync(
            "UPDATE dag_run SET state = 'failed', finished_at = now() WHERE dag_id = 'dry' AND run_key = 'ended'");

        var (status, dates) =
            await server.PostAsync("/backfills/dry_run?limit=3", Body("dry", """, "reprocess_behavior": "failed" """, to: "2020-01-09"));

        status.ShouldBe(200, dates.ToString());
        dates.Int("total_entries").ShouldBe(9);
        dates.All("dates", "outcome").ShouldBe(["in_flight", "cleared", "created"]);
        dates.All("dates", "dag_run_id").ShouldBe(["running", "ended", ""]);
        dates.Text("dates/1/run_state").ShouldBe("failed");
        (await server.GetAsync("/backfills?dag_id=dry")).Int("total_entries").ShouldBe(0);
        (await server.GetAsync("/dags/dry/dagRuns")).Int("total_entries").ShouldBe(2);
    }

    [Fact]
    public async Task Create_WhileOneIsActive_IsAConflictThatNamesIt()
    {
        var id = (await GivenBackfillAsync("busy")).Int("id");

        var (status, body) = await server.PostAsync("/backfills", Body("busy"));

        status.ShouldBe(409);
        body.Text("detail").ShouldBe($"DAG 'busy' has an active backfill already, {id}. Wait for its end or cancel it.");
        (await server.PostAsync("/backfills/dry_run", Body("busy"))).Status.ShouldBe(200, "looking is free");
    }

    [Theory]
    [InlineData("\"from_date\": \"soon\", \"to_date\": \"2020-01-02\"", "from_date", "'soon' is neither a date")]
    [InlineData("\"from_date\": \"2020-01-03\", \"to_date\": \"2020-01-02\"", "from_date", "swap the dates")]
    [InlineData("\"from_date\": \"2999-01-01\", \"to_date\": \"2999-01-02\"", "from_date", "in the future")]
    [InlineData("\"from_date\": \"2020-01-01\", \"to_date\": \"2020-01-02\", \"max_active_runs\": 0", "max_active_runs", "1 or more")]
    [InlineData("\"from_date\": \"2020-01-01\", \"to_date\": \"2020-01-02\", \"run_backwards\": true, \"reprocess_behavior\": \"failed\"",
        "run_backwards", "past")]
    [InlineData("\"from_date\": \"2020-01-01\", \"to_date\": \"2020-01-02\"", "reprocess_behavior", "failed or completed")]
    [InlineData(
        "\"from_date\": \"2020-01-01\", \"to_date\": \"2020-01-02\", \"reprocess_behavior\": \"failed\", \"dag_run_conf\": {\"size\": 1}",
        "size", "not known")]
    [InlineData("\"from_date\": \"2020-01-01\", \"to_date\": \"2020-01-02\", \"dag_run_conf\": {\"size\": \"\\u0000\"}", "dag_run_conf",
        "NUL")]
    [InlineData("\"from_date\": \"2020-01-01\", \"to_date\": \"2020-01-02\", \"reprocess_behavior\": \"some\"", "reprocess_behavior",
        "description says")]
    public async Task Create_WhatCannotBe_NamesTheFieldAndMakesNothing(string fields, string field, string message)
    {
        var graph = new DagGraph([Given.Task(0, "load") with { DependsOnPast = true }]);
        await server.Given.DagAsync("refused", graph, schedule: Nightly);
        foreach (var path in new[] { "/backfills", "/backfills/dry_run" })
        {
            var (status, body) = await server.PostAsync(path, $$"""{"dag_id": "refused", {{fields}}}""");

            status.ShouldBe(422, body.ToString());
            body.Text("errors/0/name").ShouldBe(field);
            body.Text("errors/0/message").ShouldContain(message);
        }

        (await server.GetAsync("/backfills?dag_id=refused")).Int("total_entries").ShouldBe(0);
    }

    [Fact]
    public async Task Create_OfADagThatIsNotOrCannot_SaysWhich()
    {
        await server.Given.DagAsync("manual");
        await server.Given.DagAsync("away", schedule: Nightly);
        await server.Given.DeactivateAsync("away", "Its file was deleted.");

        var (status, body) = await server.PostAsync("/backfills", Body("nobody"));
        status.ShouldBe(404);
        body.Text("detail").ShouldBe("There is no DAG 'nobody'.");
        (status, body) = await server.PostAsync("/backfills", Body("away"));
        status.ShouldBe(409);
        body.Text("detail").ShouldContain("Its file was deleted.");
        (status, body) = await server.PostAsync("/backfills", Body("manual"));
        status.ShouldBe(422);
        body.Text("detail").ShouldContain("no schedule");
    }

    [Fact]
    public async Task PauseUnpauseCancel_Always_AnswerWithTheBackfillAsItIsThen()
    {
        var id = (await GivenBackfillAsync("ordered")).Int("id");

        (await OrderAsync(id, "pause")).Text("state").ShouldBe("paused");
        (await OrderAsync(id, "pause")).At("is_paused").GetBoolean().ShouldBeTrue();
        (await OrderAsync(id, "unpause")).Text("state").ShouldBe("queued");
        var cancelled = await OrderAsync(id, "cancel?stop_running=true");
        cancelled.Text("state").ShouldBe("cancelled");
        cancelled.IsNull("completed_at").ShouldBeFalse();

        foreach (var order in new[] { "pause", "unpause", "cancel" })
        {
            var (status, body) = await server.SendAsync(HttpMethod.Put, $"/backfills/{id}/{order}");
            status.ShouldBe(409);
            body.Text("detail").ShouldBe($"Backfill {id} of DAG 'ordered' has ended already: cancelled.");
        }
    }

    [Fact]
    public async Task Get_Unknown_IsNotFound()
    {
        foreach (var (method, path) in new[]
            { (HttpMethod.Get, "/backfills/999999"), (HttpMethod.Get, "/backfills/999999/dates"),
                (HttpMethod.Put, "/backfills/999999/pause") })
        {
            var (status, body) = await server.SendAsync(method, path);
            status.ShouldBe(404, path);
            body.Text("detail").ShouldBe("There is no backfill 999999.");
        }
    }

    [Fact]
    public async Task List_OfADag_IsNewestFirstWithTheProgressOfTheActiveOne()
    {
        var first = (await GivenBackfillAsync("listed")).Int("id");
        await OrderAsync(first, "cancel");
        var second = (await GivenBackfillAsync("listed")).Int("id");
        await GivenBackfillAsync("unlisted");

        var list = await server.GetAsync("/backfills?dag_id=listed");

        list.Int("total_entries").ShouldBe(2);
        list.All("backfills", "id").ShouldBe([$"{second}", $"{first}"]);
        list.Int("backfills/0/progress/dates").ShouldBe(3);
        list.IsNull("backfills/1/progress").ShouldBeTrue();
        (await server.GetAsync("/backfills?limit=1")).All("backfills", "dag_id").ShouldBe(["unlisted"]);
    }

    private async Task<JsonElement> GivenBackfillAsync(string dagId)
    {
        await server.Given.DagAsync(dagId, schedule: Nightly);
        var (status, made) = await server.PostAsync("/backfills", Body(dagId));
        status.ShouldBe(200, made.ToString());
        return made;
    }

    private async Task<JsonElement> OrderAsync(int id, string order)
    {
        var (status, body) = await server.SendAsync(HttpMethod.Put, $"/backfills/{id}/{order}");
        status.ShouldBe(200, body.ToString());
        return body;
    }

    private static string Body(string dagId, string more = "", string to = "2020-01-03") =>
        $$"""{"dag_id": "{{dagId}}", "from_date": "2020-01-01", "to_date": "{{to}}"{{more}}}""";

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
