using Workflow.Graphs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>
/// Clear, mark, note, delete, over HTTP and with real steps between. Each test has a server of its own: claims know no DAG.
/// </summary>
public sealed class ActTests : IAsyncLifetime
{
    private DashboardServer server = null!;
    private long worker;

    public async ValueTask InitializeAsync()
    {
        server = await DashboardServer.StartAsync();
        worker = await server.Given.WorkerAsync("w");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Clear_ByDefault_OnlySaysWhatFailed()
    {
        await FailedAsync("plain", "r");

        var (status, body) = await server.PostAsync("/dags/plain/clearTaskInstances", """{"dag_run_id":"r"}""");

        status.ShouldBe(200, body.ToString());
        body.At("dry_run").GetBoolean().ShouldBeTrue();
        body.All("task_instances", "task_id").ShouldBe(["clean", "load"]);
        body.All("task_instances", "state").ShouldBe(["failed", "upstream_failed"]);
        (await StatesAsync("plain", "r")).ShouldBe(["success", "failed", "upstream_failed"]);
    }

    [Fact]
    public async Task Clear_OfFailedWithDownstream_RunsTheRestAndLeavesWhatWasGood()
    {
        var runId = await FailedAsync("again", "r");

        var (status, body) = await server.PostAsync(
            "/dags/again/clearTaskInstances", """{"dag_run_id":"r","dry_run":false,"include_downstream":true,"note":"disk replaced"}""");

        status.ShouldBe(200, body.ToString());
        (await StatesAsync("again", "r")).ShouldBe(["success", "queued", "pending"]);
        var run = await server.GetAsync("/dags/again/dagRuns/r");
        run.Text("state").ShouldBe("running");
        run.Text("note").ShouldBe("disk replaced");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded(null));
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded(null));
        (await server.GetAsync("/dags/again/dagRuns/r")).Text("state").ShouldBe("success");
        (await server.GetAsync("/dags/again/dagRuns/r/taskInstances/clean/tries")).All("tries", "state").ShouldBe(["failed", "success"]);
        (await server.GetAsync("/dags/again/dagRuns/r/taskInstances/extract/tries")).Int("total_entries").ShouldBe(1);
    }

    [Fact]
    public async Task Clear_OfATaskByName_TakesWhatIsAskedForAndNothingElse()
    {
        await SucceededAsync("named", "r");

        var alone = await ClearAsync("named", """{"dag_run_id":"r","only_failed":false,"task_ids":["clean"]}""");
        var upstream = await ClearAsync("named", """{"dag_run_id":"r","only_failed":false,"task_ids":["clean"],"include_upstream":true}""");
        var downstream =
            await ClearAsync("named", """{"dag_run_id":"r","only_failed":false,"task_ids":[["clean",-1]],"include_downstream":true}""");

        alone.ShouldBe(["r/clean"]);
        upstream.ShouldBe(["r/extract", "r/clean"]);
        downstream.ShouldBe(["r/clean", "r/load"]);
    }

    [Fact]
    public async Task Clear_WithPastAndFuture_TakesTheSameTaskOfOtherRunsByTheirDates()
    {
        await server.Given.DagAsync("series");
        foreach (var (key, day) in new[] { ("third", 3), ("first", 1), ("second", 2) })
            await SucceedAsync(
                await server.Given.RunAsync("series", key, logicalDate: new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero)));
        const string Second = "\"dag_run_id\":\"second\",\"only_failed\":false,\"task_ids\":[\"load\"]";

        (await ClearAsync("series", $"{{{Second},\"include_past\":true}}")).ShouldBe(["first/load", "second/load"]);
        (await ClearAsync("series", $"{{{Second},\"include_future\":true}}")).ShouldBe(["second/load", "third/load"]);
        (await ClearAsync("series", $"{{{Second},\"include_future\":true,\"include_past\":true,\"dry_run\":false}}"))
            .ShouldBe(["first/load", "second/load", "third/load"]);
        (await StatesAsync("series", "first")).ShouldBe(["success", "success", "queued"]);
        (await StatesAsync("series", "third")).ShouldBe(["success", "success", "queued"]);
    }

    [Fact]
    public async Task Clear_ThatMayNotResetRuns_LeavesEndedOnesAlone()
    {
        await SucceededAsync("kept", "r");

        (await ClearAsync("kept", """{"dag_run_id":"r","only_failed":false,"reset_dag_runs":false,"dry_run":false}""")).ShouldBeEmpty();

        (await server.GetAsync("/dags/kept/dagRuns/r")).Text("state").ShouldBe("success");
    }

    [Theory]
    [InlineData("""{"dag_run_id":"r","task_ids":["none"]}""", 404, "it has extract, clean, load")]
    [InlineData("""{"dag_run_id":"r","task_ids":[["load",2]]}""", 404, "it is not mapped")]
    [InlineData("""{"dag_run_id":"r","task_ids":[7]}""", 422, "task_ids")]
    [InlineData("""{"dag_run_id":"r","run_on_latest_version":true}""", 422, "a whole run only")]
    [InlineData("""{"dag_run_id":"none"}""", 404, "no run 'none'")]
    [InlineData("{}", 422, "dag_run_id")]
    public async Task Clear_OfWhatIsNot_IsRefusedWithWhy(string json, int expected, string said)
    {
        await server.Given.DagAsync("wrong");
        await server.Given.RunAsync("wrong", "r");

        var (status, body) = await server.PostAsync("/dags/wrong/clearTaskInstances", json);

        status.ShouldBe(expected, body.ToString());
        body.Text("detail").ShouldContain(said);
    }

    [Fact]
    public async Task ClearRun_OnTheNewestVersion_MakesTheTasksAnewAndKeepsTheAttempts()
    {
        var runId = await FailedAsync("moved", "r");
        await server.Given.DagAsync("moved", new DagGraph(
            [Given.Task(0, "extract"), Given.Task(1, "clean", [0], retries: 1), Given.Task(2, "publish", [1])]), source: "// two");

        var (status, body) = await server.PostAsync("/dags/moved/dagRuns/r/clear", """{"dry_run":false,"run_on_latest_version":true}""");

        status.ShouldBe(200, body.ToString());
        body.All("task_instances", "task_id").ShouldBe(["extract", "clean", "publish"]);
        (await StatesAsync("moved", "r")).ShouldBe(["queued", "pending", "pending"]);
        for (var task = 0; task < 3; task++)
            await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded(null));
        var run = await server.GetAsync("/dags/moved/dagRuns/r");
        run.Text("state").ShouldBe("success");
        run.Int("dag_version_number").ShouldBe(2);
        (await server.GetAsync("/dags/moved/dagRuns/r/taskInstances/clean/tries")).All("tries", "state").ShouldBe(["failed", "success"]);
        (await server.GetAsync("/dags/moved/dagRuns/r/taskInstances/clean")).Int("max_tries").ShouldBe(3);
    }

    [Fact]
    public async Task ClearRun_OnAVersionWithoutPlaceForItsAttempts_IsRefusedAndChangesNothing()
    {
        await FailedAsync("changed", "r");
        await server.Given.DagAsync("changed", new DagGraph([Given.Task(0, "fetch"), Given.Task(1, "clean", [0])]), source: "// two");

        var (status, body) = await server.PostAsync("/dags/changed/dagRuns/r/clear", """{"dry_run":false,"run_on_latest_version":true}""");

        status.ShouldBe(409);
        body.Text("detail").ShouldContain("version 2: task 'extract' has had attempts");
        (await StatesAsync("changed", "r")).ShouldBe(["success", "failed", "upstream_failed"]);
    }

    [Fact]
    public async Task Mark_OfAFailedTask_LetsWhatItHeldUpRun()
    {
        await FailedAsync("marked", "r");

        var dry = await MarkAsync("marked/dagRuns/r/taskInstances/clean/dry_run", """{"new_state":"success"}""");
        var before = await StatesAsync("marked", "r");
        await MarkAsync("marked/dagRuns/r/taskInstances/clean", """{"new_state":"success"}""");

        dry.ShouldBe(["clean"]);
        before.ShouldBe(["success", "failed", "upstream_failed"]);
        (await StatesAsync("marked", "r")).ShouldBe(["success", "success", "queued"]);
        (await server.GetAsync("/dags/marked/dagRuns/r/taskInstances/clean")).Text("message").ShouldBe("Marked success by user.");
        (await server.GetAsync("/dags/marked/dagRuns/r/taskInstances/clean/tries")).All("tries", "state").ShouldBe(["failed"]);
    }

    [Fact]
    public async Task Mark_OfARunningTask_StopsItFirstAndThenSaysByWhom()
    {
        await server.Given.DagAsync("stopped");
        await server.Given.RunAsync("stopped", "r");
        var claimed = (await server.Given.ClaimAsync(worker)).ShouldHaveSingleItem();

        await MarkAsync("stopped/dagRuns/r/taskInstances/extract", """{"new_state":"skipped","include_downstream":true}""");
        var running = await server.GetAsync("/dags/stopped/dagRuns/r/taskInstances/extract");
        await server.Given.FinishAsync(worker, claimed, new TaskOutcome.Cancelled());

        running.Text("state").ShouldBe("running");
        running.Text("message").ShouldBe("Marked skipped by user.");
        (await StatesAsync("stopped", "r")).ShouldBe(["skipped", "skipped", "skipped"]);
        (await server.GetAsync("/dags/stopped/dagRuns/r/taskInstances/extract")).Text("message").ShouldBe("Marked skipped by user.");
        (await server.GetAsync("/dags/stopped/dagRuns/r")).Text("state").ShouldBe("success");
    }

    [Fact]
    public async Task Mark_WithAStateThatNobodyMayGive_Is422()
    {
        await server.Given.DagAsync("states");
        await server.Given.RunAsync("states", "r");

        var (status, body) =
            await server.SendAsync(HttpMethod.Patch, "/dags/states/dagRuns/r/taskInstances/extract", """{"new_state":"running"}""");

        status.ShouldBe(422);
        body.Text("detail").ShouldContain("success, failed or skipped");
    }

    [Fact]
    public async Task Patch_OfARun_EndsItByHandWhateverItsState()
    {
        await FailedAsync("ended", "failed");
        await server.Given.RunAsync("ended", "running");

        var ended = await PatchAsync("ended/dagRuns/failed", """{"state":"success"}""");
        var stopped = await PatchAsync("ended/dagRuns/running", """{"state":"failed","note":"no data"}""");

        ended.Text("state").ShouldBe("success");
        ended.Text("message").ShouldBe("The run was marked success by user.");
        stopped.Text("state").ShouldBe("failed");
        stopped.Text("note").ShouldBe("no data");
        (await StatesAsync("ended", "running")).ShouldBe(["cancelled", "cancelled", "cancelled"]);
        (await server.GetAsync("/dags/ended/dagRuns/running/taskInstances/load")).Text("message")
            .ShouldBe("The run was marked failed by user.");
        (await server.SendAsync(HttpMethod.Patch, "/dags/ended/dagRuns/failed", """{"state":"queued"}""")).Status.ShouldBe(422);
    }

    [Fact]
    public async Task Patch_OfANoteAlone_ChangesNothingElse()
    {
        await server.Given.DagAsync("noted");
        await server.Given.RunAsync("noted", "r");

        (await PatchAsync("noted/dagRuns/r", """{"note":"look here"}""")).Text("note").ShouldBe("look here");
        var without = await PatchAsync("noted/dagRuns/r", """{"note":""}""");

        without.IsNull("note").ShouldBeTrue();
        without.Text("state").ShouldBe("running");
    }

    [Fact]
    public async Task Delete_OfARun_TakesItsRowsAndNoOthers()
    {
        var gone = await FailedAsync("deleted", "gone");
        await server.Given.RunAsync("deleted", "running");

        var refused = await server.SendAsync(HttpMethod.Delete, "/dags/deleted/dagRuns/running");
        var done = await server.SendAsync(HttpMethod.Delete, "/dags/deleted/dagRuns/gone");

        refused.Status.ShouldBe(409);
        refused.Body.Text("detail").ShouldContain("Cancel it");
        done.Status.ShouldBe(204);
        (await server.GetAsync("/dags/deleted/dagRuns")).All("dag_runs", "dag_run_id").ShouldBe(["running"]);
        (await StatesAsync("deleted", "running")).Length.ShouldBe(3);
        (await server.SendAsync(HttpMethod.Delete, "/dags/deleted/dagRuns/gone")).Status.ShouldBe(404);
        (await server.Given.CountAsync("task_instance", gone)).ShouldBe(0);
        (await server.Given.CountAsync("task_output", gone)).ShouldBe(0);
    }

    private async Task<long> FailedAsync(string dag, string run)
    {
        await server.Given.DagAsync(dag);
        var runId = await server.Given.RunAsync(dag, run);
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("1"));
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Failed("No.", Retryable: false));
        return runId;
    }

    private async Task SucceededAsync(string dag, string run)
    {
        await server.Given.DagAsync(dag);
        await SucceedAsync(await server.Given.RunAsync(dag, run));
    }

    private async Task SucceedAsync(long runId)
    {
        for (var task = 0; task < 3; task++)
            await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded(null));
    }

    private async Task<string[]> ClearAsync(string dag, string json)
    {
        var (status, body) = await server.PostAsync($"/dags/{dag}/clearTaskInstances", json);
        status.ShouldBe(200, body.ToString());
        return [.. body.At("task_instances").EnumerateArray().Select(task => $"{task.Text("dag_run_id")}/{task.Text("task_id")}")];
    }

    private async Task<string?[]> MarkAsync(string path, string json)
    {
        var (status, body) = await server.SendAsync(HttpMethod.Patch, $"/dags/{path}", json);
        status.ShouldBe(200, body.ToString());
        return body.All("task_instances", "task_id");
    }

    private async Task<System.Text.Json.JsonElement> PatchAsync(string path, string json)
    {
        var (status, body) = await server.SendAsync(HttpMethod.Patch, $"/dags/{path}", json);
        status.ShouldBe(200, body.ToString());
        return body;
    }

    private async Task<string?[]> StatesAsync(string dag, string run) =>
        (await server.GetAsync($"/dags/{dag}/dagRuns/{run}/taskInstances")).All("task_instances", "state");
}
