namespace Workflow.EndToEnd.Cli;

/// <summary>What a person does to runs, tasks and pools.</summary>
public sealed class ActCommandTests : CliTest
{
    private const string Affected = """
        {"dry_run": false, "total_entries": 2, "task_instances": [
          {"dag_id": "taxi", "dag_run_id": "r1", "task_id": "train", "map_index": 3, "state": "failed"},
          {"dag_id": "taxi", "dag_run_id": "r2", "task_id": "promote", "map_index": -1, "state": null}]}
        """;

    [Fact]
    public async Task ClearTask_WithEveryOption_SendsThemAndShowsWhatWasCleared()
    {
        Api.On("POST dags/taxi/clearTaskInstances", Affected);

        var result = await RunAsync(
            "tasks", "clear", "r1", "train", "--dag", "taxi", "--upstream", "--downstream", "--past", "--future", "--only-failed",
            "--dry-run", "--map-index", "3");

        result.Code.ShouldBe(0, result.Error);
        result.Rows.ShouldContain("r1 train[3] ✗ failed");
        result.Error.ShouldBe("2 tasks cleared.\n");
        Api.Requests.ShouldBe([
            """POST dags/taxi/clearTaskInstances {"dry_run":true,"only_failed":true,"include_upstream":true,"include_downstream":true"""
            + ""","include_past":true,"include_future":true,"dag_run_id":"r1","task_ids":[["train",3]]}"""]);
    }

    [Fact]
    public async Task ClearTask_WithoutATask_ClearsAllOfTheRun()
    {
        Api.On("POST dags/taxi/clearTaskInstances", """{"dry_run": false, "task_instances": [], "total_entries": 0}""");

        var result = await RunAsync("tasks", "clear", "r1", "--dag", "taxi");

        result.ShouldBe(new Result(0, "", "Nothing to be cleared.\n"));
        Api.Requests.Single().ShouldNotContain("task_ids");
        Api.Requests.Single().ShouldContain("\"dry_run\":false");
    }

    [Fact]
    public async Task ClearTask_MapIndexWithoutTask_IsAWrongUsage() =>
        (await RunAsync("tasks", "clear", "r1", "--dag", "taxi", "--map-index", "0")).Code.ShouldBe(2);

    [Fact]
    public async Task MarkTask_DryRun_AsksForItAndMarksNothing()
    {
        Api.On("PATCH dags/taxi/dagRuns/r1/taskInstances/train/2/dry_run",
            Affected.Replace("\"dry_run\": false", "\"dry_run\": true", StringComparison.Ordinal));

        var result = await RunAsync("tasks", "mark", "r1", "train", "--dag", "taxi", "--state", "success", "--map-index", "2", "--dry-run");

        result.Error.ShouldBe("2 tasks would be marked success.\n");
        Api.Requests.Single().ShouldContain("\"new_state\":\"success\"");
    }

    [Theory]
    [InlineData("tasks", "mark", "r1", "train", "--state", "running")]
    [InlineData("tasks", "mark", "r1", "train")]
    [InlineData("runs", "mark", "r1", "--state", "skipped")]
    [InlineData("pools", "set", "gpu", "many")]
    [InlineData("events", "send", "file", "--payload", "{")]
    public async Task Act_WithWhatCannotBe_IsAWrongUsageAndAsksNobody(params string[] arguments)
    {
        (await RunAsync(arguments)).Code.ShouldBe(2);

        Api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Why_OfAWaitingTask_IsTheServersSentenceAndWhatItWaitsFor()
    {
        Api.On("GET dags/taxi/dagRuns/r1/taskInstances/train/dependencies", """
            {"task_id": "train", "map_index": -1, "state": "pending", "message": "Waits for quality to decide.", "dependencies": [],
             "awaited": [{"task_id": "quality", "map_index": -1, "kinds": ["upstream", "decider"], "state": "running"}]}
            """);

        var result = await RunAsync("tasks", "why", "r1", "train", "--dag", "taxi");

        result.Rows[0].ShouldBe("train is pending. Waits for quality to decide.");
        result.Rows.ShouldContain("quality upstream, decider ◐ running");
    }

    [Fact]
    public async Task Why_Json_IsTheApisAnswer()
    {
        Api.On("GET dags/taxi/dagRuns/r1/taskInstances/train/4/dependencies",
            """{"task_id": "train", "map_index": 4, "state": "success", "message": null}""");

        var result = await RunAsync("tasks", "why", "r1", "train", "--dag", "taxi", "--map-index", "4", "-o", "json");

        ((int)result.Json["map_index"]!).ShouldBe(4);
    }

    [Fact]
    public async Task ClearRun_OnTheNewestVersion_SaysSo()
    {
        Api.On("POST dags/taxi/dagRuns/r1/clear", Affected);

        (await RunAsync("runs", "clear", "r1", "--dag", "taxi", "--newest", "--note", "fixed")).Code.ShouldBe(0);

        Api.Requests.ShouldBe(
            ["""POST dags/taxi/dagRuns/r1/clear {"dry_run":false,"only_failed":false,"run_on_latest_version":true,"note":"fixed"}"""]);
    }

    [Theory]
    [InlineData("failed", "Run r1 of taxi is marked failed.\n")]
    [InlineData("running", "Run r1 of taxi is being stopped and is failed then: its running tasks are told to stop.\n")]
    public async Task MarkRun_SaysWhetherItHasEnded(string state, string said)
    {
        Api.On("PATCH dags/taxi/dagRuns/r1", Canned.Run(state));

        (await RunAsync("runs", "mark", "r1", "--dag", "taxi", "--state", "failed")).ShouldBe(new Result(0, said, ""));
        Api.Requests.ShouldBe(["""PATCH dags/taxi/dagRuns/r1 {"state":"failed"}"""]);
    }

    [Fact]
    public async Task NoteRun_SendsTheText()
    {
        Api.On("PATCH dags/taxi/dagRuns/r1", Canned.Run("success"));

        (await RunAsync("runs", "note", "r1", "look here", "--dag", "taxi")).Output.ShouldBe("Noted on run r1 of taxi.\n");
        Api.Requests.ShouldBe(["""PATCH dags/taxi/dagRuns/r1 {"note":"look here"}"""]);
    }

    [Fact]
    public async Task DeleteRun_AnsweredWithoutABody_IsDone()
    {
        Api.On("DELETE dags/taxi/dagRuns/r1", context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        (await RunAsync("runs", "delete", "r1", "--dag", "taxi")).ShouldBe(new Result(0, "Run r1 of taxi is deleted.\n", ""));
    }

    [Fact]
    public async Task ListPools_ShowsWhatIsTaken()
    {
        Api.On("GET pools", """
            {"total_entries": 2, "pools": [
              {"name": "default_pool", "slots": -1, "description": "", "occupied_slots": 0, "queued_slots": 0, "open_slots": null},
              {"name": "gpu", "slots": 4, "description": "cards", "occupied_slots": 3, "queued_slots": 6, "open_slots": 1}]}
            """);

        var result = await RunAsync("pools", "list");

        result.Rows.ShouldContain("gpu 4 3 6 cards");
        result.Rows[1].ShouldStartWith("default_pool unlimited 0 0");
    }

    [Fact]
    public async Task SetPool_ThatIsNotThere_MakesIt()
    {
        Api.OnError("PATCH pools/gpu", 404, """{"detail": "There is no pool 'gpu'."}""")
            .On("POST pools", """{"name": "gpu", "slots": 4}""");

        (await RunAsync("pools", "set", "gpu", "4", "--description", "cards")).ShouldBe(new Result(0, "Pool gpu has 4 slots.\n", ""));
        Api.Requests.Last().ShouldBe("""POST pools {"name":"gpu","slots":4,"description":"cards"}""");
    }

    [Fact]
    public async Task SetPool_WithoutLimit_TakesANegativeNumber()
    {
        Api.On("PATCH pools/default_pool", """{"name": "default_pool", "slots": -1}""");

        (await RunAsync("pools", "set", "default_pool", "-1")).ShouldBe(new Result(0, "Pool default_pool has unlimited slots.\n", ""));
    }

    [Fact]
    public async Task DeletePool_InUse_FailsWithTheServersSentence()
    {
        Api.OnError("DELETE pools/gpu", 409, """{"detail": "Pool 'gpu' is needed by these tasks: taxi.train."}""");

        (await RunAsync("pools", "delete", "gpu")).ShouldBe(new Result(1, "", "Pool 'gpu' is needed by these tasks: taxi.train.\n"));
    }

    [Fact]
    public async Task SendEvent_WithAPayload_SaysHowManyItWoke()
    {
        Api.On("POST events", """{"event_id": 1, "key": "file", "woken": 2}""");

        (await RunAsync("events", "send", "file", "--payload", """{"rows": 3}""")).Output.ShouldBe(
            "Event file is recorded; 2 waiting tasks look at once.\n");
        Api.Requests.ShouldBe(["""POST events {"key":"file","payload":{"rows":3}}"""]);
    }
}
