namespace Workflow.EndToEnd.Cli;

public sealed class TaskCommandTests : CliTest
{
    private const string Tasks = "GET dags/taxi/dagRuns/r1/taskInstances";
    private const string Tries = Tasks + "/train/tries";
    private const string Logs = Tasks + "/train/logs/";

    [Fact]
    public async Task List_RunningTask_CountsItsDurationOn()
    {
        const string Running = """
            {"task_id": "train", "map_index": 3, "state": "running", "try_number": 1, "max_tries": 1, "start_date": "2025-12-31T23:59:18Z"}
            """;
        Api.On(Tasks, Canned.Page("task_instances", Running));

        var result = await RunAsync("tasks", "list", "r1", "--dag", "taxi");

        result.Rows[1].ShouldBe("train[3] ◐ running 1/1 42 s –");
    }

    [Fact]
    public async Task List_Json_IsTheApisArray()
    {
        Api.On(Tasks, Canned.Page("task_instances", Canned.Task("train", "queued")));

        var result = await RunAsync("tasks", "list", "r1", "--dag", "taxi", "-o", "json");

        ((string?)result.Json[0]!["state"]).ShouldBe("queued");
    }

    [Fact]
    public async Task Logs_AttemptNotNamed_ShowsTheLatest()
    {
        Api.On(Tries, Canned.Page("tries", """{"try_number": 1, "state": "failed"}""", """{"try_number": 2, "state": "success"}"""))
            .On(Logs + "2", Canned.Log(1, 2, complete: false), Canned.Log(3, 3));

        var result = await RunAsync("tasks", "logs", "r1", "train", "--dag", "taxi");

        result.Code.ShouldBe(0);
        result.Output.ShouldBe(
            """
            2026-01-01 00:00:01 UTC         line 1
            2026-01-01 00:00:02 UTC  error  line 2
            2026-01-01 00:00:03 UTC  error  line 3

            """);
        Api.Requests.Last().ShouldBe(Logs + "2?after=2");
    }

    [Fact]
    public async Task Logs_OfAnElement_ReadsItsOwn()
    {
        Api.On(Tries.Replace("/tries", "/7/tries", StringComparison.Ordinal),
            Canned.Page("tries", """{"try_number": 3, "state": "failed"}"""))
            .On(Logs + "3", Canned.Log(1, 1));

        var result = await RunAsync("tasks", "logs", "r1", "train", "--dag", "taxi", "--map-index", "7");

        result.Code.ShouldBe(0);
        Api.Requests.Last().ShouldBe(Logs + "3?after=0&map_index=7");
    }

    [Fact]
    public async Task Logs_RunningAttempt_EndsWithoutFollow()
    {
        Api.On(Logs + "1", Canned.Log(1, 1, complete: false), Canned.Page("lines"));

        var result = await RunAsync("tasks", "logs", "r1", "train", "--dag", "taxi", "--attempt", "1", "--output", "json");

        result.Json.AsArray().Count.ShouldBe(1);
        ((int)result.Json[0]!["seq"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Logs_Follow_WaitsForAttemptLinesAndServer()
    {
        var none = """{"lines": [], "next": 0, "complete": false}""";
        Api.On("GET dags/taxi/dagRuns/r1", Canned.Run("running"))
            .On(Tries, Canned.Page("tries"), Canned.Page("tries", """{"try_number": 1, "state": "running"}"""))
            .On(Logs + "1", none, Canned.Log(1, 1, complete: false), none)
            .OnBroken(Logs + "1", 3)
            .On(Logs + "1", Canned.Log(2, 2));

        var result = await RunAsync("tasks", "logs", "r1", "train", "--dag", "taxi", "--follow");

        result.Code.ShouldBe(0);
        result.Rows.Select(row => row.Split("line ").Last()).ShouldBe(["1", "2", ""]);
        result.Error.ShouldContain("does not answer; trying again for up to 2 m.\n");
    }

    [Fact]
    public async Task Logs_FollowButNeverAttempted_EndsWithTheRun()
    {
        Api.On("GET dags/taxi/dagRuns/r1", Canned.Run("running"), Canned.Run("failed")).On(Tries, Canned.Page("tries"));

        var result = await RunAsync("tasks", "logs", "r1", "train", "--dag", "taxi", "--follow", "-o", "json");

        result.ShouldBe(new Result(1, "", "train has no attempt, so it has no log. See why with `workflow tasks list`.\n"));
    }
}
