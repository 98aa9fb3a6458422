using Spectre.Console;

namespace Workflow.EndToEnd.Cli;

public sealed class TriggerWaitTests : CliTest
{
    private const string Run = "GET dags/taxi/dagRuns/r1";
    private const string Tasks = Run + "/taskInstances";
    private const string Failure = """{"task_id": "train", "message": "out of memory"}""";

    private static readonly string[] Wait = ["dags", "trigger", "taxi", "--wait"];
    private static readonly string[] WaitJson = [.. Wait, "--output", "json"];

    private void GivenStarted() => Api.On("POST dags/taxi/dagRuns", Canned.Run("running"));

    private void GivenSuccess()
    {
        GivenStarted();
        Api.On(
                Run,
                Canned.Run("running", """{"running": 1, "pending": 1}"""),
                Canned.Run("running", """{"running": 1, "pending": 1}"""),
                Canned.Run("success", """{"success": 2}"""))
            .On(
                Tasks,
                Canned.Page(
                    "task_instances", Canned.Task("ingest", "running", duration: "null"), Canned.Task("train", "pending", 0, "null")),
                Canned.Page("task_instances", Canned.Task("ingest", "success"), Canned.Task("train", "success")));
    }

    private void GivenFailure()
    {
        GivenStarted();
        Api.On(Run, Canned.Run("failed", """{"failed": 1}""", Failure))
            .On(Tasks, Canned.Page("task_instances", Canned.Task("train", "failed", 2, "3", "\"out of memory\"")))
            .On(Tasks + "/train/tries", Canned.Page("tries", """{"try_number": 2}""", """{"try_number": 1}"""))
            .On(Tasks + "/train/logs/2", Canned.Log(1, 25, complete: false), Canned.Log(26, 30));
    }

    [Fact]
    public async Task Wait_Success_WritesALinePerChange()
    {
        GivenSuccess();

        var result = await RunAsync(Wait);

        result.Error.ShouldBe("");
        result.Code.ShouldBe(0);
        result.Output.ShouldBe(
            """
            2026-01-01 00:00:00 UTC  Run r1 of taxi has started.
            2026-01-01 00:00:00 UTC  ingest  ◐ running
            2026-01-01 00:00:02 UTC  ingest  ✓ success  1.2 s
            2026-01-01 00:00:02 UTC  train  ✓ success  1.2 s
            ✓ success: run r1 of taxi in 1 m 12 s

            """);
        Api.Requests.Count(request => request.StartsWith(Tasks, StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Wait_SuccessInJson_KeepsProgressOffTheOutput()
    {
        GivenSuccess();

        var result = await RunAsync(WaitJson);

        result.Code.ShouldBe(0);
        ((string?)result.Json["state"]).ShouldBe("success");
        result.Error.ShouldContain("ingest  ◐ running\n");
    }

    [Fact]
    public async Task Wait_OnATerminal_DrawsTheTasksInPlace()
    {
        GivenSuccess();
        Ansi = AnsiSupport.Yes;

        var result = await RunAsync(Wait);

        result.Code.ShouldBe(0);
        result.Output.ShouldContain("◐ running");
        // The cursor goes up over what was drawn before.
        result.Output.ShouldMatch("\u001b\\[[0-9]+A");
        result.Output.ShouldNotContain("has started");
    }

    [Fact]
    public async Task Wait_Failure_PrintsCauseAndEndOfTheFailedAttemptsLog()
    {
        GivenFailure();

        var result = await RunAsync(Wait);

        result.Code.ShouldBe(1);
        result.Output.ShouldContain("train  ✗ failed  3.0 s  out of memory\n✗ failed: run r1 of taxi in 1 m 12 s\n");
        result.Error.ShouldStartWith(
            """
            Task train failed: out of memory

            Attempt 2, last 20 of 30 lines:
              2026-01-01 00:00:11 UTC         line 11

            """);
        result.Error.ShouldContain("line 30\n\nSee all of it with: workflow tasks logs r1 train --dag taxi --attempt 2\n");
    }

    [Fact]
    public async Task Wait_FailureInJson_PrintsTheRunAndTheCauseApart()
    {
        GivenFailure();

        var result = await RunAsync(WaitJson);

        result.Code.ShouldBe(1);
        ((string?)result.Json["failure"]!["message"]).ShouldBe("out of memory");
        result.Error.ShouldContain("Task train failed: out of memory\n");
    }

    [Fact]
    public async Task Wait_FailureWithoutReadableLog_StillPrintsTheCause()
    {
        GivenStarted();
        Api.On(Run, Canned.Run("failed", failure: Failure)).On(Tasks, Canned.Page("task_instances"));

        var result = await RunAsync(Wait);

        result.Code.ShouldBe(1);
        result.Error.ShouldStartWith("Task train failed: out of memory\nIts log cannot be read: The stub has no ");
    }

    [Fact]
    public async Task Wait_CancelledRun_Fails()
    {
        GivenStarted();
        Api.On(Run, Canned.Run("cancelled")).On(Tasks, Canned.Page("task_instances"));

        var result = await RunAsync(Wait);

        result.Code.ShouldBe(1);
        result.Error.ShouldBe("Run r1 of taxi ended as cancelled.\n");
    }

    [Fact]
    public async Task Wait_CtrlC_LeavesTheRunAndSaysSo()
    {
        using var stop = new CancellationTokenSource();
        GivenStarted();
        Api.On(Run, async context =>
            {
                await stop.CancelAsync();
                await StubApi.WriteAsync(context, 200, Canned.Run("running"));
            })
            .On(Tasks, Canned.Page("task_instances"));

        var result = await RunAsync(WaitJson, stop.Token);

        result.Code.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.ShouldEndWith(
            "No longer waiting; run r1 goes on. See it with `workflow runs show r1 --dag taxi`, "
            + "stop it with `workflow runs cancel r1 --dag taxi`.\n");
        Api.Requests.ShouldNotContain(request => request.Contains("/cancel"));
    }
}
