namespace Workflow.EndToEnd.Cli;

public sealed class UsageTests : CliTest
{
    [Theory]
    [InlineData("dags show", "ID")]
    [InlineData("dags", "command")]
    [InlineData("runs list --state done", "'done'")]
    [InlineData("runs list --limit 0", "--limit")]
    [InlineData("runs list --limit many", "--limit")]
    [InlineData("datasets versions fares --limit 0", "--limit")]
    [InlineData("gates list --limit 0", "--limit")]
    [InlineData("gates proposals list --limit -5", "--limit")]
    [InlineData("review list --limit 0", "--limit")]
    [InlineData("tasks logs r1", "TASK")]
    [InlineData("datasets show a b", "'b'")]
    [InlineData("gates list --output yaml", "'yaml'")]
    public async Task Invoke_WrongCommandLine_ExitsTwoAndAsksNothing(string line, string named)
    {
        var result = await RunAsync(line.Split(' '));

        result.Code.ShouldBe(2);
        result.Output.ShouldBe("");
        result.Error.ShouldContain(named);
        Api.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("contracts", "check", "")]
    [InlineData("contracts", "check", ".")]
    [InlineData("contracts", "show", "..")]
    [InlineData("datasets", "show", "")]
    [InlineData("datasets", "verify", "..")]
    [InlineData("models", "show", ".")]
    [InlineData("dags", "show", "")]
    public async Task Invoke_NameThatIsNone_ExitsTwoAndAsksNothing(params string[] arguments)
    {
        var result = await RunAsync(arguments);

        result.Code.ShouldBe(2);
        result.Error.ShouldContain($"'{arguments[^1]}' is not a name.");
        Api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Invoke_WrongOption_NamesTheHelpOfItsVerb()
    {
        var result = await RunAsync("dags", "trigger", "taxi", "--wiat");

        result.Error.ShouldEndWith("Try: workflow dags trigger --help\n");
    }

    [Fact]
    public async Task Invoke_Help_ShowsOptionsOnOutput()
    {
        var result = await RunAsync("dags", "trigger", "--help");

        result.Code.ShouldBe(0);
        result.Error.ShouldBe("");
        string[] options = ["--conf", "--run-id", "--logical-date", "--note", "--wait", "--output", "--url", "--token", "--data"];
        options.Where(option => !result.Output.Contains(option, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Show_Numbers_AreWrittenAsInTheDashboard()
    {
        (string Seconds, string Text)[] durations =
        [
            ("0.0004", "0 ms"), ("0.84", "840 ms"), ("0.9997", "1.0 s"), ("1.24", "1.2 s"), ("9.97", "10 s"), ("59.4", "59 s"),
            ("59.7", "1 m"), ("72", "1 m 12 s"), ("3600", "1 h"), ("11100", "3 h 5 m"), ("187200", "2 d 4 h"),
        ];
        var tasks = durations.Select((each, i) => Canned.Task($"t{i}", "success", duration: each.Seconds)).ToArray();
        Api.On("GET dags/taxi/dagRuns/r1/taskInstances", Canned.Page("task_instances", tasks));

        var result = await RunAsync("tasks", "list", "r1", "--dag", "taxi");

        result.Rows.Skip(1).Take(durations.Length).ShouldBe(durations.Select((each, i) => $"t{i} ✓ success 1/4 {each.Text} –"));
    }

    [Fact]
    public async Task Show_MessageWithControlCharacters_DoesNotSteerTheTerminal()
    {
        Api.On(
            "GET dags/taxi/dagRuns/r1/taskInstances",
            Canned.Page("task_instances", Canned.Task("t", "failed", message: "\"\\u001b[2Jgone\\nsecond [red]line[/]\"")));

        var result = await RunAsync("tasks", "list", "r1", "--dag", "taxi");

        result.Rows[1].ShouldBe("t ✗ failed 1/4 1.2 s [2Jgone second [red]line[/]");
    }
}
