namespace Workflow.EndToEnd.Cli;

public sealed class TriggerWaitRestartTests : CliTest
{
    private const string Run = "GET dags/taxi/dagRuns/r1";
    private const string Tasks = Run + "/taskInstances";

    private static readonly string[] Wait = ["dags", "trigger", "taxi", "--wait"];
    private static readonly string[] WaitJson = [.. Wait, "--output", "json"];

    private void GivenStarted() => Api.On("POST dags/taxi/dagRuns", Canned.Run("running"));

    [Fact]
    public async Task Wait_ConnectionLost_GoesOnWhenTheServerIsBack()
    {
        GivenStarted();
        Api.On(Run, Canned.Run("running"))
            .OnBroken(Run, 60)
            .OnError(Run, 503, """{"detail": "Starting."}""")
            .On(Run, Canned.Run("success"))
            .On(Tasks, Canned.Page("task_instances"));

        var result = await RunAsync(WaitJson);

        result.Code.ShouldBe(0);
        ((string?)result.Json["state"]).ShouldBe("success");
        result.Error.ShouldEndWith($"{Api.Url} does not answer; trying again for up to 2 m.\nThe server answers again.\n");
    }

    [Fact]
    public async Task Wait_ConnectionLostForTooLong_GivesUp()
    {
        GivenStarted();
        Api.OnBroken(Run);
        var start = Clock.GetUtcNow();

        var result = await RunAsync(WaitJson);

        result.Code.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.ShouldContain("does not answer: ");
        (Clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Wait_ServerBackElsewhereWithAnotherToken_IsFoundAgain()
    {
        await using var next = await StubApi.StartAsync();
        next.On(Run, Canned.Run("success")).On(Tasks, Canned.Page("task_instances"));
        GivenStarted();
        Api.On(Run, context =>
        {
            WriteEndpoint(next);
            context.Abort();
            return Task.CompletedTask;
        });

        var result = await RunAsync(Wait);

        result.Code.ShouldBe(0);
        next.Requests.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Wait_TokenChanged_IsReadAgain()
    {
        GivenStarted();
        Api.On(Run, context =>
            {
                Api.Token = "new-token";
                WriteEndpoint(Api, "new-token");
                return StubApi.WriteAsync(context, 401, """{"detail": "Sign in first."}""");
            })
            .On(Run, Canned.Run("success"))
            .On(Tasks, Canned.Page("task_instances"));

        (await RunAsync(Wait)).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Wait_TokenRefusedWithoutANewOne_Fails()
    {
        GivenStarted();
        Api.OnError(Run, 401, """{"detail": "Sign in first."}""");

        var result = await RunAsync(Wait);

        result.Code.ShouldBe(1);
        result.Error.ShouldContain("does not accept the token from ");
        Api.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Wait_TokenRefusedWhileRestarting_GoesOn()
    {
        GivenStarted();
        Api.OnBroken(Run)
            .OnError(Run, 401, """{"detail": "Sign in first."}""")
            .On(Run, Canned.Run("success"))
            .On(Tasks, Canned.Page("task_instances"));

        (await RunAsync(Wait)).Code.ShouldBe(0);
    }
}
