namespace Workflow.EndToEnd.Cli;

public sealed class RunCommandTests : CliTest
{
    private const string Failure = """{"task_id": "train", "message": "out of\nmemory"}""";

    [Fact]
    public async Task List_Filters_AreSentAndRowsShown()
    {
        var run = Canned.Run("failed", """{"success": 2, "failed": 1, "pending": 1}""", Failure);
        Api.On("GET dags/taxi/dagRuns", Canned.Page("dag_runs", run, Canned.Run("success", run: "r0")));

        var result = await RunAsync("runs", "list", "--dag", "taxi", "--state", "failed", "--limit", "7");

        result.Code.ShouldBe(0);
        result.Rows[1].ShouldBe("r1 taxi ✗ failed 3/4 2025-12-31 23:58:48 UTC 1 m 12 s ada train: out of memory");
        result.Rows[2].ShouldBe("r0 taxi ✓ success – 2025-12-31 23:58:48 UTC 1 m 12 s ada –");
        Api.Requests.ShouldBe(["GET dags/taxi/dagRuns?order_by=-run_after&state=failed&limit=7&offset=0"]);
    }

    [Fact]
    public async Task List_WithoutDag_AsksForAllInJson()
    {
        Api.On("GET dags/~/dagRuns", Canned.Page("dag_runs", Canned.Run("running")));

        var result = await RunAsync("runs", "list", "--output", "json");

        ((string?)result.Json.AsArray().ShouldHaveSingleItem()!["dag_run_id"]).ShouldBe("r1");
    }

    [Fact]
    public async Task Show_FailedRun_ShowsTasksAndGates()
    {
        Api.On("GET dags/taxi/dagRuns/r1", Canned.Run("failed", failure: Failure))
            .On(
                "GET dags/taxi/dagRuns/r1/taskInstances",
                Canned.Page(
                    "task_instances",
                    Canned.Task("ingest", "success"),
                    Canned.Task("train", "failed", 4, "3725", "\"out of [memory]\""),
                    Canned.Task("promote", "upstream_failed", 0, "null")))
            .On("GET gates", Canned.Page("gates", Canned.Verdict));

        var result = await RunAsync("runs", "show", "r1", "--dag", "taxi");

        result.Error.ShouldBe("");
        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("State ✗ failed");
        result.Rows.ShouldContain("Why train: out of memory");
        result.Rows.ShouldContain("""Conf {"month":"2019-01"}""");
        result.Rows.ShouldContain("ingest ✓ success 1/4 1.2 s –");
        result.Rows.ShouldContain("train ✗ failed 4/4 1 h 2 m out of [memory]");
        result.Rows.ShouldContain("promote ⊗ upstream failed – – –");
        result.Rows.ShouldContain("quality ✗ fail between fare 0.988 >= 0.99 4 rows out of range");
        Api.Requests.ShouldContain("GET gates?dag_id=taxi&run_id=r1&limit=100&offset=0");
    }

    [Fact]
    public async Task Show_WithoutDag_FindsTheRunOfThatId()
    {
        Api.On("GET dags/~/dagRuns/r1", Canned.Run("success", dag: "other"))
            .On("GET dags/other/dagRuns/r1/taskInstances", Canned.Page("task_instances", Canned.Task("ingest", "success")))
            .On("GET gates", Canned.Page("gates"));

        var result = await RunAsync("runs", "show", "r1");

        result.Code.ShouldBe(0);
        result.Rows.ShouldContain("DAG other, version 3");
        result.Rows.ShouldContain("ingest ✓ success 1/4 1.2 s –");
    }

    [Theory]
    [InlineData("--dag", "taxi", "Several.")]
    [InlineData("-o", "json", "Several. Here: --dag ID.")]
    public async Task Show_IdInSeveralDags_AsksForTheDagUnlessGiven(string option, string value, string message)
    {
        foreach (var dag in new[] { "~", "taxi" })
            Api.OnError($"GET dags/{dag}/dagRuns/r1", 409, """{"detail": "Several."}""");

        (await RunAsync("runs", "show", "r1", option, value)).ShouldBe(new Result(1, "", message + "\n"));
    }

    [Fact]
    public async Task Show_UnknownRun_FailsWithTheServersSentence()
    {
        Api.OnError("GET dags/~/dagRuns/r9", 404, """{"detail": "No DAG has a run 'r9'."}""");

        (await RunAsync("runs", "show", "r9")).ShouldBe(new Result(1, "", "No DAG has a run 'r9'.\n"));
    }

    [Fact]
    public async Task Cancel_RunningRun_AsksTheServer()
    {
        Api.On("POST dags/taxi/dagRuns/r1/cancel", Canned.Run("running"));

        var result = await RunAsync("runs", "cancel", "r1", "--dag", "taxi");

        result.ShouldBe(new Result(0, "Run r1 of taxi is being cancelled: its running tasks are told to stop.\n", ""));
        Api.Requests.ShouldBe(["POST dags/taxi/dagRuns/r1/cancel"]);
    }

    [Fact]
    public async Task Cancel_EndedRun_FailsWithTheServersSentence()
    {
        Api.OnError("POST dags/taxi/dagRuns/r1/cancel", 409, """{"detail": "Run r1 has ended."}""");

        (await RunAsync("runs", "cancel", "r1", "--dag", "taxi")).ShouldBe(new Result(1, "", "Run r1 has ended.\n"));
    }
}
