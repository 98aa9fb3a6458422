using Workflow.Graphs;
using Workflow.Postgres.Logs;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Each test has a server of its own: claims and workers know no DAG.</summary>
public sealed class TaskTests : IAsyncLifetime
{
    private DashboardServer server = null!;

    public async ValueTask InitializeAsync() => server = await DashboardServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task List_OfWaitingTasks_SaysWhatEachWaitsFor()
    {
        await server.Given.DagAsync("waits", new DagGraph([
            Given.Task(0, "extract"), Given.Task(1, "clean", queue: "etl"), Given.Task(2, "load", [0, 1]),
            Given.Task(3, "report", [0, 2])]));
        await server.Given.WorkerAsync("w", "default");
        await server.Given.RunAsync("waits", "r");

        var tasks = await server.GetAsync("/dags/waits/dagRuns/r/taskInstances");

        tasks.Int("total_entries").ShouldBe(4);
        tasks.All("task_instances", "state").ShouldBe(["queued", "queued", "pending", "pending"]);
        tasks.Text("task_instances/0/message").ShouldBe("Waits for a worker on queue default.");
        tasks.Text("task_instances/1/message").ShouldContain("no live worker serves that queue");
        tasks.Text("task_instances/2/message").ShouldBe("Waits for extract, clean.");
        tasks.Text("task_instances/3/message").ShouldBe("Waits for extract, load.");
        tasks.Int("task_instances/0/try_number").ShouldBe(0);
        tasks.Int("task_instances/0/map_index").ShouldBe(-1);
    }

    [Fact]
    public async Task List_AfterAnUpstreamEnded_NamesOnlyWhatIsUnfinished()
    {
        await server.Given.DagAsync("partly",
            new DagGraph([Given.Task(0, "a", queue: "q1"), Given.Task(1, "b", queue: "q2"), Given.Task(2, "c", [0, 1])]));
        var worker = await server.Given.WorkerAsync("w");
        await server.Given.RunAsync("partly", "r");
        var first = (await server.Given.ClaimAsync(worker, "q1")).ShouldHaveSingleItem();
        await server.Given.FinishAsync(worker, first, new TaskOutcome.Succeeded(null));

        var tasks = await server.GetAsync("/dags/partly/dagRuns/r/taskInstances");

        tasks.Text("task_instances/2/message").ShouldBe("Waits for b.");
        tasks.Text("task_instances/1/message").ShouldBe("Waits for a worker on queue q2.");
        tasks.Text("task_instances/0/hostname").ShouldBe("w");
        tasks.IsNull("task_instances/0/message").ShouldBeTrue();
        tasks.At("task_instances/0/duration").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task List_WithLimitAndOffset_GivesThatPartOfTheGraph()
    {
        await server.Given.DagAsync("paged");
        await server.Given.RunAsync("paged", "r");

        var tasks = await server.GetAsync("/dags/paged/dagRuns/r/taskInstances?limit=1&offset=1");

        tasks.All("task_instances", "task_id").ShouldBe(["clean"]);
        tasks.Int("total_entries").ShouldBe(3);
    }

    [Fact]
    public async Task Tries_OfATaskThatFailedFirst_HaveBothAttemptsAndTheNextTry()
    {
        await server.Given.DagAsync("retried", Given.Chain(retries: 2));
        var worker = await server.Given.WorkerAsync("first worker");
        var runId = await server.Given.RunAsync("retried", "r");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Failed("The disk is full.", Retryable: true));

        var waiting = (await server.GetAsync("/dags/retried/dagRuns/r/taskInstances")).At("task_instances/0");
        await server.Given.ExecuteAsync("UPDATE task_instance SET ready_at = now() WHERE state = 'up_for_retry'");
        var second = await server.Given.WorkerAsync("second worker");
        await server.Given.WorkAsync(second, runId, new TaskOutcome.Succeeded("""{"rows":3}"""));
        var tries = await server.GetAsync("/dags/retried/dagRuns/r/taskInstances/extract/tries");

        waiting.Text("state").ShouldBe("up_for_retry");
        waiting.IsNull("next_try_at").ShouldBeFalse();
        waiting.Text("message").ShouldStartWith("Attempt 1 of 3 failed: The disk is full. It is tried again at ");
        waiting.Int("max_tries").ShouldBe(3);
        tries.Int("total_entries").ShouldBe(2);
        tries.All("tries", "try_number").ShouldBe(["1", "2"]);
        tries.All("tries", "state").ShouldBe(["failed", "success"]);
        tries.All("tries", "hostname").ShouldBe(["first worker", "second worker"]);
        tries.Text("tries/0/message").ShouldBe("The disk is full.");
    }

    [Fact]
    public async Task XCom_OfATaskWithAnOutput_IsItsValueUnchanged()
    {
        await server.Given.DagAsync("output");
        var worker = await server.Given.WorkerAsync("w");
        var runId = await server.Given.RunAsync("output", "r");
        await server.Given.WorkAsync(worker, runId, new TaskOutcome.Succeeded("""{"rows":12345678901234567890,"b":[null]}"""));

        var entries = await server.GetAsync("/dags/output/dagRuns/r/taskInstances/extract/xcomEntries");

        entries.Text("xcom_entries/0/key").ShouldBe("return_value");
        entries.At("xcom_entries/0/value").GetRawText().ShouldBe("""{"rows":12345678901234567890,"b":[null]}""");
        (await server.GetAsync("/dags/output/dagRuns/r/taskInstances/clean/xcomEntries")).Int("total_entries").ShouldBe(0);
    }

    [Fact]
    public async Task Log_OfARunningAttempt_GrowsAndIsCompleteWhenItHasEnded()
    {
        await server.Given.DagAsync("logged");
        var worker = await server.Given.WorkerAsync("w");
        await server.Given.RunAsync("logged", "r");
        var task = (await server.Given.ClaimAsync(worker)).ShouldHaveSingleItem();
        const string Path = "/dags/logged/dagRuns/r/taskInstances/extract/logs/1";

        await WriteAsync(task, 1, 1500);
        var first = await server.GetAsync($"{Path}?after=0");
        var second = await server.GetAsync($"{Path}?after={first.Int("next")}");
        await WriteAsync(task, 1501, 1);
        await server.Given.FinishAsync(worker, task, new TaskOutcome.Succeeded(null));
        var unread = await server.GetAsync($"{Path}?after=500");
        var last = await server.GetAsync($"{Path}?after={second.Int("next")}");
        var end = await server.GetAsync($"{Path}?after=1501");

        first.At("lines").GetArrayLength().ShouldBe(1000);
        first.Text("lines/0/text").ShouldBe("line 1");
        first.Text("lines/0/level").ShouldBe("warn");
        first.At("complete").GetBoolean().ShouldBeFalse();
        second.At("lines").GetArrayLength().ShouldBe(500);
        second.At("complete").GetBoolean().ShouldBeFalse();
        unread.At("lines").GetArrayLength().ShouldBe(1000);
        unread.At("complete").GetBoolean().ShouldBeFalse();
        last.All("lines", "seq").ShouldBe(["1501"]);
        last.At("complete").GetBoolean().ShouldBeTrue();
        end.At("lines").GetArrayLength().ShouldBe(0);
        end.Int("next").ShouldBe(1501);
        end.At("complete").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("extract/logs/1", 404)]
    [InlineData("extract/logs/0", 404)]
    [InlineData("extract/logs/one", 422)]
    [InlineData("none/logs/1", 404)]
    [InlineData("none/tries", 404)]
    [InlineData("'; DROP TABLE task_log; --/tries", 404)]
    public async Task Get_OfATaskOrAttemptThatIsNot_IsRefused(string path, int expected)
    {
        await server.Given.DagAsync("absent");
        await server.Given.RunAsync("absent", "r");

        (await server.SendAsync(HttpMethod.Get, $"/dags/absent/dagRuns/r/taskInstances/{path}")).Status.ShouldBe(expected);
    }

    private Task WriteAsync(ClaimedTask task, int from, int count) => new LogStore(server.Database.DataSource).AppendAsync(
        [.. Enumerable.Range(from, count).Select(seq => new LogLine(
            task.Key, task.Attempt.Number, seq, server.Clock.GetUtcNow(), TaskLogLevel.Warn, $"line {seq}"))],
        default);
}
