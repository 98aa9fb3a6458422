using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

public sealed class SimulateTests(DashboardServer server) : IClassFixture<DashboardServer>
{
    private static readonly Schedule Hourly = Cron.Of("0 * * * *");

    [Fact]
    public async Task Simulate_WithGivenDurations_SaysWhatRunsWhen()
    {
        await server.Given.DagAsync("given", schedule: Hourly);

        var answer = await server.GetAsync(Path("given", "&durations=extract=10m,*=1m"));

        answer.Int("total_runs").ShouldBe(3);
        answer.Int("total_tasks").ShouldBe(9);
        answer.Int("longest_queue").ShouldBe(0);
        answer.All("runs", "end_date").ShouldBe(["2026-01-01T00:12:00Z", "2026-01-01T01:12:00Z", "2026-01-01T02:12:00Z"]);
        answer.Text("runs/0/tasks/1/task_id").ShouldBe("clean");
        answer.Text("runs/0/tasks/1/start_date").ShouldBe("2026-01-01T00:10:00Z");
        answer.All("durations", "source").ShouldBe(["given", "given", "given"]);
    }

    [Fact]
    public async Task Simulate_WithMeasuredDurations_TakesTheMedianOfSuccessfulInstances()
    {
        await server.Given.DagAsync("measured", schedule: Hourly);
        var worker = await server.Given.WorkerAsync("w");
        for (var run = 0; run < 3; run++)
        {
            var id = await server.Given.RunAsync("measured", $"run {run}");
            await server.Given.WorkAsync(worker, id, new TaskOutcome.Succeeded(null));
            await server.Given.WorkAsync(worker, id, new TaskOutcome.Failed("no", Retryable: false));
        }

        await server.Given.ExecuteAsync(
            """
            UPDATE task_instance t SET started_at = t.finished_at - (10 + 20 * r.place) * interval '1 second'
            FROM (SELECT run_id, dag_id, row_number() OVER (ORDER BY run_id) - 1 AS place FROM dag_run WHERE dag_id = 'measured') r
            WHERE r.run_id = t.run_id AND r.dag_id = 'measured' AND t.started_at IS NOT NULL
            """);

        var answer = await server.GetAsync(Path("measured"));

        answer.At("durations/0/seconds").GetDouble().ShouldBe(30, 0.001);
        answer.All("durations", "source").ShouldBe(["measured", "assumed", "assumed"]);
    }

    [Fact]
    public async Task Simulate_WithFewSlots_SaysWhatIsWaitedFor()
    {
        var graph = new DagGraph([Given.Task(0, "one"), Given.Task(1, "two")]);
        await server.Given.DagAsync("slots", graph, schedule: Hourly);

        var answer = await server.GetAsync(Path("slots", "&durations=10m&slots=1"));

        answer.Text("waits/0/what").ShouldBe("a worker's slot");
        answer.Int("waits/0/attempts").ShouldBe(3);
        answer.At("waits/0/total_seconds").GetDouble().ShouldBe(1800);
    }

    [Theory]
    [InlineData("none", "", 404, "There is no DAG 'none'.")]
    [InlineData("refused", "&durations=soon", 422,
        "durations are wrong: 'soon' is no duration: write 90s, 2m, 1h30m or 1.5d, or 'measured'.")]
    [InlineData("refused", "&durations=x=1s,*=1s", 422, "durations names 'x', which is no task of the DAG: extract, clean, load.")]
    [InlineData("refused", "&slots=0", 422, "slots must be 1 or more, got 0.")]
    [InlineData("by_hand", "", 409, "DAG 'by_hand' has no schedule: nothing says when its runs would be.")]
    [InlineData("always", "", 409, "No clock decides when DAG 'always' runs (continuous): it cannot be simulated.")]
    public async Task Simulate_WhatCannotBe_IsRefusedInASentence(string dagId, string query, int status, string detail)
    {
        await server.Given.DagAsync("refused", schedule: Hourly);
        await server.Given.DagAsync("by_hand");
        await server.Given.DagAsync("always", schedule: new Continuous());

        var answer = await server.SendAsync(HttpMethod.Get, Path(dagId, query));

        answer.Status.ShouldBe(status, answer.Body.ToString());
        answer.Body.Text("detail").ShouldBe(detail);
    }

    [Fact]
    public async Task Simulate_FarTooLong_IsRefusedInASentence()
    {
        await server.Given.DagAsync("long", schedule: Cron.Of("* * * * *"));

        var (status, body) = await server.SendAsync(HttpMethod.Get, "/dags/long/simulate?from=2026-01-01&to=2036-01-01&durations=1s");

        status.ShouldBe(422);
        body.Text("detail").ShouldStartWith("The simulation has more than 1,000,000 events by 2026-");
    }

    private static string Path(string dagId, string query = "") =>
        $"/dags/{dagId}/simulate?from=2026-01-01T00:00:00Z&to=2026-01-01T02:30:00Z{query}";
}
