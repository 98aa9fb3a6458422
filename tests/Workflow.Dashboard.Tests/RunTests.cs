using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

public sealed class RunTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    [Fact]
    public async Task Trigger_WithEverything_IsThereToRead()
    {
        await server.Given.DagAsync("full", parameters: [new ParamDefinition("month", "string", null, false, "")]);

        var (status, made) = await server.PostAsync(
            "/dags/full/dagRuns",
            """{"conf":{"month":"2019-02"},"logical_date":"2026-02-01T02:00:00+02:00","dag_run_id":"my run:1","note":"for the audit","extra":1}""");

        status.ShouldBe(200, made.ToString());
        var run = await server.GetAsync("/dags/full/dagRuns/my%20run%3A1");
        run.ToString().ShouldBe(made.ToString());
        run.Text("dag_run_id").ShouldBe("my run:1");
        run.Text("dag_id").ShouldBe("full");
        run.Text("run_type").ShouldBe("manual");
        run.Text("state").ShouldBe("running");
        run.Text("logical_date").ShouldBe("2026-02-01T00:00:00Z");
        run.Text("conf/month").ShouldBe("2019-02");
        run.Text("note").ShouldBe("for the audit");
        run.Text("triggered_by").ShouldBe("user");
        run.Int("dag_version_number").ShouldBe(1);
        run.IsNull("end_date").ShouldBeTrue();
        run.IsNull("failure").ShouldBeTrue();
        run.Text("start_date").ShouldBe(run.Text("queued_at"));
        run.At("task_counts").ToString().ShouldBe("""{"pending":2,"queued":1}""");
    }

    [Fact]
    public async Task Trigger_WithoutAKey_IsNamedAfterTheTime()
    {
        await server.Given.DagAsync("unnamed");
        server.Clock.SetUtcNow(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

        var (status, run) = await server.PostAsync("/dags/unnamed/dagRuns", """{"logical_date":null}""");

        status.ShouldBe(200);
        run.Text("dag_run_id").ShouldBe("manual__2026-03-04T05:06:07.000000Z");
        run.At("conf").ToString().ShouldBe("{}");
    }

    [Fact]
    public async Task Trigger_WithAKeyThatExists_IsAConflictAndMakesNothing()
    {
        await server.Given.DagAsync("twice");
        await server.PostAsync("/dags/twice/dagRuns", """{"logical_date":null,"dag_run_id":"once"}""");

        var (status, body) = await server.PostAsync("/dags/twice/dagRuns", """{"logical_date":null,"dag_run_id":"once"}""");

        status.ShouldBe(409);
        body.Text("detail").ShouldContain("'once'");
        (await server.GetAsync("/dags/twice/dagRuns")).Int("total_entries").ShouldBe(1);
    }

    [Fact]
    public async Task Trigger_WithWrongParameters_NamesEachOfThem()
    {
        await server.Given.DagAsync("typed", parameters: [
            new ParamDefinition("rows", "integer", null, true, "", Minimum: 1), new ParamDefinition("colour", "string", null, false, "", Allowed: ["red"])]);

        var (status, body) = await server.PostAsync("/dags/typed/dagRuns", """{"logical_date":null,"conf":{"colour":"blue","size":1}}""");

        status.ShouldBe(422);
        body.All("errors", "name").ShouldBe(["rows", "colour", "size"]);
        body.Text("errors/0/message").ShouldContain("required");
        (await server.GetAsync("/dags/typed/dagRuns")).Int("total_entries").ShouldBe(0);
    }

    [Fact]
    public async Task Trigger_OfADagThatIsNotOrCannotRun_SaysWhich()
    {
        await server.Given.DagAsync("gone");
        await server.Given.DeactivateAsync("gone", "Its file was deleted.");

        var unknown = await server.PostAsync("/dags/none/dagRuns", """{"logical_date":null}""");
        var gone = await server.PostAsync("/dags/gone/dagRuns", """{"logical_date":null}""");
        var any = await server.PostAsync("/dags/~/dagRuns", """{"logical_date":null}""");

        unknown.Status.ShouldBe(404);
        gone.Status.ShouldBe(409);
        gone.Body.Text("detail").ShouldContain("Its file was deleted.");
        any.Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("line\\nbreak")]
    [InlineData("nul\\u0000")]
    [InlineData(" padded")]
    public async Task Trigger_WithAKeyThatCannotBeAPath_Is422(string key)
    {
        await server.Given.DagAsync("keys");

        var (status, body) = await server.PostAsync("/dags/keys/dagRuns", $$"""{"logical_date":null,"dag_run_id":"{{key}}"}""");

        status.ShouldBe(422);
        body.Text("errors/0/name").ShouldBe("dag_run_id");
    }

    [Fact]
    public async Task Trigger_WithAKeyOf250Characters_IsTheLongest()
    {
        await server.Given.DagAsync("long_keys");

        var fits = await server.PostAsync("/dags/long_keys/dagRuns", $$"""{"logical_date":null,"dag_run_id":"{{new string('k', 250)}}"}""");
        var isLonger = await server.PostAsync("/dags/long_keys/dagRuns", $$"""{"logical_date":null,"dag_run_id":"{{new string('k', 251)}}"}""");

        fits.Status.ShouldBe(200);
        isLonger.Status.ShouldBe(422);
    }

    [Theory]
    [InlineData("""{"x":"a\u0000b"}""")]
    [InlineData("""{"a\u0000":1}""")]
    [InlineData("""{"x":[{"y":"\u0000"}]}""")]
    [InlineData("""{"x":"\ud800"}""")]
    public async Task Trigger_WithTextInConfThatCannotBeStored_Is422(string conf)
    {
        await server.Given.DagAsync("stored", parameters: [new ParamDefinition("x", "string", null, false, "")]);

        var (status, body) = await server.PostAsync("/dags/stored/dagRuns", $$"""{"logical_date":null,"conf":{{conf}}}""");

        status.ShouldBe(422, body.ToString());
        (await server.GetAsync("/dags/stored/dagRuns")).Int("total_entries").ShouldBe(0);
    }

    [Fact]
    public async Task Trigger_WithADeepConf_Is422()
    {
        await server.Given.DagAsync("deep", parameters: [new ParamDefinition("x", "string", null, false, "")]);
        var conf = string.Concat(Enumerable.Repeat("""{"x":""", 150)) + "1" + new string('}', 150);

        var (status, body) = await server.PostAsync("/dags/deep/dagRuns", $$"""{"logical_date":null,"conf":{{conf}}}""");

        status.ShouldBe(422);
        body.Text("detail").ShouldContain("levels");
    }

    [Fact]
    public async Task Trigger_WithNulInTheNote_Is422()
    {
        await server.Given.DagAsync("noted");

        var (status, _) = await server.PostAsync("/dags/noted/dagRuns", """{"logical_date":null,"note":"a\u0000"}""");

        status.ShouldBe(422);
    }

    [Fact]
    public async Task List_OfRuns_FiltersByDagAndStateInBothOrders()
    {
        await server.Given.DagAsync("runs_a");
        await server.Given.DagAsync("runs_b");
        foreach (var key in new[] { "r1", "r2", "r3" })
            await server.Given.RunAsync("runs_a", key);
        await server.Given.RunAsync("runs_b", "r4");
        await server.PostAsync("/dags/runs_a/dagRuns/r2/cancel", "");

        (await KeysAsync("/dags/runs_a/dagRuns")).ShouldBe(["r3", "r2", "r1"]);
        (await KeysAsync("/dags/runs_a/dagRuns?order_by=run_after")).ShouldBe(["r1", "r2", "r3"]);
        (await KeysAsync("/dags/runs_a/dagRuns?state=running")).ShouldBe(["r3", "r1"]);
        (await KeysAsync("/dags/runs_a/dagRuns?state=cancelled&order_by=-run_after")).ShouldBe(["r2"]);
        (await KeysAsync("/dags/runs_a/dagRuns?limit=1&offset=1")).ShouldBe(["r2"]);
        (await KeysAsync("/dags/~/dagRuns?limit=2")).ShouldBe(["r4", "r3"]);
        (await server.GetAsync("/dags/runs_a/dagRuns?limit=1")).Int("total_entries").ShouldBe(3);
    }

    [Fact]
    public async Task Get_WithAnyDag_FindsTheOnlyRunAndNamesSeveral()
    {
        await server.Given.DagAsync("any_a");
        await server.Given.DagAsync("any_b");
        await server.Given.RunAsync("any_a", "shared key");
        await server.Given.RunAsync("any_b", "shared key");
        await server.Given.RunAsync("any_b", "only key");

        (await server.GetAsync("/dags/~/dagRuns/only key")).Text("dag_id").ShouldBe("any_b");
        (await server.GetAsync("/dags/~/dagRuns/only key/taskInstances")).Int("total_entries").ShouldBe(3);
        var (status, body) = await server.SendAsync(HttpMethod.Get, "/dags/~/dagRuns/shared key");
        status.ShouldBe(409);
        body.Text("detail").ShouldContain("any_a, any_b");
        (await server.SendAsync(HttpMethod.Get, "/dags/~/dagRuns/none")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Get_OfARunThatFailed_NamesTheTaskThatFailedAndNotThoseAfterIt()
    {
        await server.Given.DagAsync("fails");
        var worker = await server.Given.WorkerAsync("fails-worker");
        var runId = await server.Given.RunAsync("fails", "bad");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Failed("No such file.", Retryable: false));

        var run = await server.GetAsync("/dags/fails/dagRuns/bad");
        var listed = (await server.GetAsync("/dags/fails/dagRuns")).At("dag_runs/0");

        run.Text("state").ShouldBe("failed");
        run.Text("failure/task_id").ShouldBe("extract");
        run.Text("failure/message").ShouldBe("No such file.");
        run.At("task_counts").ToString().ShouldBe("""{"failed":1,"upstream_failed":2}""");
        run.At("duration").GetDouble().ShouldBeGreaterThan(0);
        listed.Text("failure/task_id").ShouldBe("extract");
        listed.At("task_counts").ToString().ShouldBe("{}");
    }

    [Fact]
    public async Task Cancel_OfARun_EndsItOnce()
    {
        await server.Given.DagAsync("cancelled");
        await server.Given.RunAsync("cancelled", "one");
        await server.Given.RunAsync("cancelled", "other");

        var first = await server.PostAsync("/dags/cancelled/dagRuns/one/cancel", "");
        var second = await server.PostAsync("/dags/cancelled/dagRuns/one/cancel", "");

        first.Status.ShouldBe(200);
        first.Body.Text("state").ShouldBe("cancelled");
        second.Status.ShouldBe(409);
        second.Body.Text("detail").ShouldContain("ended already: cancelled");
        (await server.GetAsync("/dags/cancelled/dagRuns/other")).Text("state").ShouldBe("running");
        (await server.PostAsync("/dags/cancelled/dagRuns/none/cancel", "")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Graph_OfARun_IsThatOfItsVersion()
    {
        await server.Given.DagAsync("pinned", source: "// one");
        await server.Given.RunAsync("pinned", "old");
        await server.Given.DagAsync("pinned", new([Given.Task(0, "new_task")]), source: "// two");

        (await server.GetAsync("/dags/pinned/dagRuns/old/graph")).All("tasks", "task_id").ShouldBe(["extract", "clean", "load"]);
        (await server.GetAsync("/dags/pinned/details")).All("graph/tasks", "task_id").ShouldBe(["new_task"]);
    }

    private async Task<string?[]> KeysAsync(string path) => (await server.GetAsync(path)).All("dag_runs", "dag_run_id");
}
