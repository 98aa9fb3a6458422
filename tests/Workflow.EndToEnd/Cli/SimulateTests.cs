namespace Workflow.EndToEnd.Cli;

public sealed class SimulateTests : CliTest
{
    private const string Answer = """
        {
          "dag_id": "taxi", "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T03:00:00Z", "total_runs": 3, "total_tasks": 6, "longest_queue": 1,
          "longest_queue_at": "2026-01-01T01:00:00Z",
          "durations": [{"task_id": "a", "seconds": 60, "source": "assumed"}, {"task_id": "b", "seconds": 5, "source": "measured"}],
          "waits": [{"what": "pool training", "attempts": 2, "total_seconds": 5400, "longest_seconds": 3600}],
          "pools": [{"pool": "training", "slots": 2, "peak": 2, "utilisation": 0.75}],
          "missed_deadlines": [{"logical_date": "2026-01-01T01:00:00Z", "number": 0, "due_at": "2026-01-01T02:00:00Z", "end_date": "2026-01-01T03:00:00Z"}],
          "runs": [
            {"logical_date": "2026-01-01T00:00:00Z", "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-01T01:30:00Z", "state": "success"},
            {"logical_date": "2026-01-01T01:00:00Z", "start_date": "2026-01-01T01:30:00Z", "end_date": "2026-01-01T03:00:00Z", "state": "failed"},
            {"logical_date": "2026-01-01T02:00:00Z", "start_date": null, "end_date": null, "state": "queued"}
          ]
        }
        """;

    [Fact]
    public async Task Simulate_Table_HasSummaryTimelineAndMissedDeadlines()
    {
        Api.On("GET dags/taxi/simulate", Answer);

        var result =
            await RunAsync("dags", "simulate", "taxi", "--from", "2026-01-01", "--to", "2026-01-01T03:00Z", "--durations", "measured",
                "--slots", "4");

        result.Error.ShouldBe("");
        result.Code.ShouldBe(0);
        Api.Requests.ShouldBe(["GET dags/taxi/simulate?from=2026-01-01T00:00:00Z&to=2026-01-01T03:00:00Z&durations=measured&slots=4"]);
        result.Rows.ShouldContain("Longest queue 1 runs at 2026-01-01 01:00:00 UTC");
        result.Rows.ShouldContain("Busiest pool training: 75 % of 2 slots, 2 at most");
        result.Rows.ShouldContain("Assumed a take 1 m: never measured, say it with --durations");
        // Three hours are sixty cells: an hour and a half runs for thirty of them.
        result.Output.ShouldContain($"2026-01-01 00:00:00 UTC  ✓ {new string('█', 30)}{new string(' ', 31)}  runs 1 h 30 m\n");
        result.Output.ShouldContain(
            $"2026-01-01 01:00:00 UTC  ✗ {new string(' ', 20)}{new string('·', 10)}{new string('█', 30)}   runs 1 h 30 m, waits 30 m\n");
        result.Output.ShouldContain($"2026-01-01 02:00:00 UTC  … {new string(' ', 40)}{new string('·', 20)}   never starts\n");
        result.Rows.ShouldContain("pool training 2 1 h 30 m 1 h");
        result.Rows.ShouldContain("2026-01-01 01:00:00 UTC 2026-01-01 02:00:00 UTC 2026-01-01 03:00:00 UTC 1 h");
    }

    [Fact]
    public async Task Simulate_Json_PassesTheAnswerThrough()
    {
        Api.On("GET dags/taxi/simulate", Answer);

        var result = await RunAsync("dags", "simulate", "taxi", "--from", "2026-01-01", "--to", "2026-01-02", "--output", "json");

        result.Json["total_runs"]!.GetValue<int>().ShouldBe(3);
        Api.Requests.ShouldBe(["GET dags/taxi/simulate?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"]);
    }

    [Fact]
    public async Task Simulate_ADateThatIsNone_IsRefusedBeforeAnythingIsAsked()
    {
        var result = await RunAsync("dags", "simulate", "taxi", "--from", "today", "--to", "2026-01-02");

        result.Code.ShouldNotBe(0);
        result.Error.ShouldContain("--from 'today' is not an ISO 8601 time, such as 2026-01-31T02:00:00Z.");
        Api.Requests.ShouldBeEmpty();
    }
}
