using System.Text.Json;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>
/// The engine's own reasons, as it reads them from the database. Each test has a server of its own: slots and workers know no DAG.
/// </summary>
public sealed class WhyTests : IAsyncLifetime
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
    public async Task Why_OfATaskInAFullPool_SaysHowFullAndHowManyAreAhead()
    {
        await server.PostAsync("/pools", """{"name":"gpu","slots":2}""");
        await server.Given.DagAsync("slots",
            new DagGraph([.. Enumerable.Range(0, 4).Select(at => Given.Task(at, $"t{at}") with { Pool = "gpu" })]));
        await server.Given.RunAsync("slots", "r");
        var before = await WhyAsync("slots", "t0");
        await server.Given.AdmitAsync();

        before.Text("message").ShouldBe("Is about to get its slots.");
        (await WhyAsync("slots", "t1")).Text("message").ShouldBe("Waits for a worker on queue default.");
        (await WhyAsync("slots", "t2")).Text("message").ShouldBe("Waits for pool gpu: 2 of 2 slots are taken.");
        (await WhyAsync("slots", "t3")).Text("message").ShouldBe("Waits for pool gpu: 2 of 2 slots are taken, 1 ahead of it.");
        (await WhyAsync("slots", "t3")).Text("dependencies/0/name").ShouldBe("queued");
    }

    [Fact]
    public async Task Why_OfATaskAtALimit_SaysWhich()
    {
        await server.Given.DagAsync(
            "limits", new DagGraph([Given.Task(0, "a") with { MaxActivePerRun = 1 }, Given.Task(1, "b"), Given.Task(2, "c")]),
            settings: new DagSettings { MaxActiveTasks = 2 });
        await server.Given.RunAsync("limits", "first");
        await server.Given.AdmitAsync();

        (await WhyAsync("limits", "c", "first")).Text("message").ShouldBe("Waits for the limit of tasks of its DAG: 2 of 2 are under way.");
    }

    [Fact]
    public async Task Why_OfALessUrgentTask_CountsTheMoreUrgent()
    {
        await server.Given.DagAsync("urgent", new DagGraph([Given.Task(0, "low"), Given.Task(1, "high") with { Priority = 5 }]));
        await server.Given.RunAsync("urgent", "r");

        (await WhyAsync("urgent", "low")).Text("message").ShouldBe("Waits for a worker on queue default, behind 1 more urgent task.");
        (await WhyAsync("urgent", "high")).Text("message").ShouldBe("Waits for a worker on queue default.");
    }

    [Fact]
    public async Task Why_OfATaskThatDependsOnThePast_NamesTheRunBefore()
    {
        await server.Given.DagAsync("past", new DagGraph([Given.Task(0, "load") with { DependsOnPast = true }]));
        var first = await server.Given.RunAsync("past", "monday", logicalDate: new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        await server.Given.RunAsync("past", "tuesday", logicalDate: new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero));
        await server.Given.WorkAsync(worker, first, new TaskOutcome.Failed("No.", Retryable: false));

        (await WhyAsync("past", "load", "tuesday")).Text("message")
            .ShouldBe("Depends on the past: waits for the run before, monday, in which it is failed.");
    }

    [Fact]
    public async Task Why_OfATaskOfARunThatWaits_SaysWhatTheRunWaitsFor()
    {
        await server.Given.DagAsync("queue", settings: new DagSettings { MaxActiveRuns = 1 });
        await server.Given.RunAsync("queue", "one");
        await server.Given.RunAsync("queue", "two");

        var run = await server.GetAsync("/dags/queue/dagRuns/two");
        run.Text("state").ShouldBe("queued");
        run.IsNull("start_date").ShouldBeTrue();
        run.Text("message").ShouldBe("Waits for another run to end: 1 of at most 1 are running.");
        (await WhyAsync("queue", "load", "two")).Text("message")
            .ShouldBe("Its run has not started. Waits for another run to end: 1 of at most 1 are running.");
        (await server.GetAsync("/dags/queue/dagRuns?state=queued")).All("dag_runs", "dag_run_id").ShouldBe(["two"]);
    }

    [Fact]
    public async Task Why_OfADeferredTask_SaysUntilWhenAndAnEventWakesIt()
    {
        await server.Given.DagAsync("waits", new DagGraph([Given.Task(0, "wait", kind: "wait")]));
        var runId = await server.Given.RunAsync("waits", "r");
        await server.Given.WorkAsync(worker, runId,
            new TaskOutcome.Deferred("Waits for the event file/1.", TimeSpan.FromHours(1), "event:file/1"));

        (await WhyAsync("waits", "wait")).Text("message").ShouldStartWith("Waits for the event file/1. It looks again at ");
        var other = await server.PostAsync("/events", """{"key":"file/2"}""");
        var woken = await server.PostAsync("/events", """{"key":"file/1","payload":{"rows":3}}""");
        other.Body.Int("woken").ShouldBe(0);
        woken.Status.ShouldBe(200);
        woken.Body.Int("woken").ShouldBe(1);
        (await WhyAsync("waits", "wait")).Text("message")
            .ShouldBe("Waits for the event file/1. It is about to look again. Waits for a worker on queue default.");
        (await server.Given.ClaimAsync(worker)).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"key":""}""", "key")]
    [InlineData("""{"payload":1}""", "key")]
    [InlineData("""{"key":"k","payload":"\u0000"}""", "payload")]
    public async Task SendEvent_ThatCannotBe_Is422(string json, string name)
    {
        var (status, body) = await server.PostAsync("/events", json);

        status.ShouldBe(422, body.ToString());
        body.Text("detail").ShouldContain(name);
    }

    [Fact]
    public async Task Why_OfAMappedTask_CountsItsElementsAndTheirAttemptsHaveTheirInputs()
    {
        var each = Given.Task(1, "each", [0]) with { MapRoot = 1, MapSources = [0] };
        await server.Given.DagAsync("mapped", new DagGraph([Given.Task(0, "list"), each, Given.Task(2, "sum", [1])]));
        var runId = await server.Given.RunAsync("mapped", "r");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("[10,20,30]"));
        var elements = await server.Given.ClaimAsync(worker);
        await server.Given.FinishAsync(worker, elements[0], new TaskOutcome.Succeeded("11"));
        await server.Given.FinishAsync(worker, elements[1], new TaskOutcome.Failed("Odd.", Retryable: false));

        var whole = await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each");
        whole.Text("message").ShouldBe("2 of 3 elements have ended: 1 failed, 1 succeeded.");
        whole.Int("mapped").ShouldBe(3);
        (await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each/listMapped")).All("task_instances", "state")
            .ShouldBe(["success", "failed", "running"]);
        (await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each/1")).Text("message").ShouldBe("Odd.");
        (await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each/1/tries")).All("tries", "state").ShouldBe(["failed"]);
        (await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each/tries?map_index=0")).All("tries", "state").ShouldBe(["success"]);
        (await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each/xcomEntries?map_index=0")).Int("xcom_entries/0/value")
            .ShouldBe(11);
        var attempt = await server.GetAsync("/dags/mapped/dagRuns/r/taskInstances/each/0/tries/1");
        attempt.Int("output").ShouldBe(11);
        attempt.At("inputs").ToString().ShouldBe("""[{"task_id":"list","map_index":-1,"try_number":1,"value":[10,20,30]}]""");
        var sum = await WhyAsync("mapped", "sum");
        sum.Text("message").ShouldBe("Waits for each.");
        sum.At("awaited").ToString().ShouldBe("""[{"task_id":"each","map_index":-1,"kinds":["upstream"],"state":"pending"}]""");
        (await server.SendAsync(HttpMethod.Get, "/dags/mapped/dagRuns/r/taskInstances/each/7")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Clear_OfFailedElements_RunsThoseAloneAndEachAttemptKeepsWhatItRead()
    {
        var each = Given.Task(1, "each", [0]) with { MapRoot = 1, MapSources = [0] };
        await server.Given.DagAsync("again", new DagGraph([Given.Task(0, "list"), each, Given.Task(2, "sum", [1])]));
        var runId = await server.Given.RunAsync("again", "r");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("[1,2]"));
        var elements = await server.Given.ClaimAsync(worker);
        await server.Given.FinishAsync(worker, elements[0], new TaskOutcome.Succeeded("1"));
        await server.Given.FinishAsync(worker, elements[1], new TaskOutcome.Failed("No.", Retryable: false));

        var (_, cleared) = await server.PostAsync("/dags/again/dagRuns/r/clear", """{"dry_run":false,"only_failed":true}""");
        var again = (await server.Given.ClaimAsync(worker)).ShouldHaveSingleItem();
        await server.Given.FinishAsync(worker, again, new TaskOutcome.Succeeded("2"));
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("3"));

        cleared.At("task_instances").EnumerateArray().Select(task => $"{task.Text("task_id")}[{task.Int("map_index")}]")
            .ShouldBe(["each[1]", "sum[-1]"]);
        (await server.GetAsync("/dags/again/dagRuns/r")).Text("state").ShouldBe("success");
        var read = await server.GetAsync("/dags/again/dagRuns/r/taskInstances/sum/tries/1");
        read.All("inputs", "value").ShouldBe(["1", "2"]);
        read.All("inputs", "try_number").ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task Try_AfterItsUpstreamRanAgain_ShowsWhatItReadThen()
    {
        await server.Given.DagAsync("read", new DagGraph([Given.Task(0, "give"), Given.Task(1, "take", [0])]));
        var runId = await server.Given.RunAsync("read", "r");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("1"));
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("\"one\""));
        await server.PostAsync("/dags/read/dagRuns/r/clear", """{"dry_run":false}""");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("2"));
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("\"two\""));

        var first = await server.GetAsync("/dags/read/dagRuns/r/taskInstances/take/tries/1");
        var second = await server.GetAsync("/dags/read/dagRuns/r/taskInstances/take/tries/2");

        (first.Int("inputs/0/value"), first.Text("output")).ShouldBe((1, "one"));
        (second.Int("inputs/0/value"), second.Text("output")).ShouldBe((2, "two"));
        (await server.GetAsync("/dags/read/dagRuns/r/taskInstances/take/xcomEntries")).Text("xcom_entries/0/value").ShouldBe("two");
    }

    private Task<JsonElement> WhyAsync(string dag, string task, string run = "r") =>
        server.GetAsync($"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/dependencies");
}
