using System.Text.Json.Nodes;

namespace Workflow.EndToEnd.Cli;

public sealed class TriggerTests : CliTest
{
    private const string Runs = "POST dags/taxi/dagRuns";

    [Fact]
    public async Task Trigger_NothingElse_SendsTheKeysThatTheApiWants()
    {
        Api.On(Runs, Canned.Run("running"));

        var result = await RunAsync("dags", "trigger", "taxi");

        result.ShouldBe(new Result(0, "Run r1 of taxi has started.\n", "See it with: workflow runs show r1 --dag taxi\n"));
        Api.Requests.ShouldBe([Runs + """ {"conf":{},"logical_date":null}"""]);
    }

    [Fact]
    public async Task Trigger_AllOptions_SendsThemAndPrintsTheRun()
    {
        Api.On(Runs, Canned.Run("running"));

        var result = await RunAsync(
            "dags", "trigger", "taxi", "--conf", """{"month": "2019-02"}""", "--run-id", "mine",
            "--logical-date", "2026-01-31T02:00:00+01:00", "--note", "by hand", "--output", "json");

        result.Error.ShouldBe("");
        JsonNode.DeepEquals(result.Json, JsonNode.Parse(Canned.Run("running"))).ShouldBeTrue();
        Api.Requests.ShouldBe(
        [
            Runs + """ {"conf":{"month":"2019-02"},"logical_date":"2026-01-31T01:00:00Z","dag_run_id":"mine","note":"by hand"}""",
        ]);
    }

    [Fact]
    public async Task Trigger_ConfFromFile_SendsItsContent()
    {
        File.WriteAllText(Path.Combine(Folder, "conf.json"), """{"trees": 12}""");
        Api.On(Runs, Canned.Run("running"));

        (await RunAsync("dags", "trigger", "taxi", "--conf", "@conf.json")).Code.ShouldBe(0);

        Api.Requests.Single().ShouldContain("""{"conf":{"trees":12},""");
    }

    [Theory]
    [InlineData("{\"ü\": 1,\n \"ü\": x}", "--conf is not JSON: line 2, column 7: 'x' is an invalid start of a value.")]
    [InlineData("{\"a\": 1, \"a\": 2}", "--conf is not JSON: Duplicate property 'a' ")]
    [InlineData("", "--conf is not JSON: line 1, column 1: ")]
    [InlineData("[1]", "--conf must be a JSON object, such as {\"month\": \"2019-01\"}.")]
    [InlineData("null", "--conf must be a JSON object")]
    [InlineData("@missing.json", "--conf names a file that cannot be read: ")]
    public async Task Trigger_WrongConf_SaysWhereAndAsksNothing(string conf, string message)
    {
        var result = await RunAsync("dags", "trigger", "taxi", "--conf", conf, "-o", "json");

        result.Code.ShouldBe(2);
        result.Output.ShouldBe("");
        result.Error.ShouldStartWith(message);
        Api.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2026-01-31", "2026-01-31T00:00:00Z")]
    [InlineData("2026-01-31T02:30", "2026-01-31T02:30:00Z")]
    [InlineData("2026-01-31T02:30:01.5Z", "2026-01-31T02:30:01.5Z")]
    public async Task Trigger_DateForms_AreSentInUtc(string given, string sent)
    {
        Api.On(Runs, Canned.Run("running"));

        await RunAsync("dags", "trigger", "taxi", "--logical-date", given);

        Api.Requests.Single().ShouldContain($"\"logical_date\":\"{sent}\"");
    }

    [Fact]
    public async Task Trigger_NotADate_IsWrongUsage()
    {
        var result = await RunAsync("dags", "trigger", "taxi", "--logical-date", "31.1.2026");

        result.Code.ShouldBe(2);
        result.Error.ShouldBe("--logical-date '31.1.2026' is not an ISO 8601 time, such as 2026-01-31T02:00:00Z.\n");
    }

    [Fact]
    public async Task Trigger_RefusedParameters_NamesEach()
    {
        Api.OnError(
            Runs,
            422,
            """
            {"detail": "2 parameters are wrong.",
             "errors": [{"name": "month", "message": "is not a month"}, {"name": "x", "message": "unknown"}]}
            """);

        var result = await RunAsync("dags", "trigger", "taxi", "--wait", "--output", "json");

        result.ShouldBe(new Result(1, "", "2 parameters are wrong.\n  month: is not a month\n  x: unknown\n"));
    }

    [Fact]
    public async Task Trigger_ServerAway_IsNotRepeated()
    {
        // The run may have been created, so another try could start a second one.
        Api.OnError(Runs, 503, """{"detail": "The database is away."}""");

        var result = await RunAsync("dags", "trigger", "taxi", "--wait");

        result.Code.ShouldBe(1);
        result.Error.ShouldContain("does not answer: The database is away. Start it with");
        Api.Requests.Count.ShouldBe(1);
    }
}
