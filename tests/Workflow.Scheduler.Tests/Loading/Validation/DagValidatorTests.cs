using System.Text.Json.Nodes;
using Workflow.Graphs;
using Workflow.Loading;
using Workflow.Scheduler.Loading;
using Workflow.Scheduler.Loading.Validation;

namespace Workflow.Scheduler.Tests.Loading.Validation;

public sealed class DagValidatorTests
{
    private static readonly ParamDefinition Text = new("p", "string", Default: null, Required: false, "");
    private static readonly ParamDefinition Number = new("p", "number", Default: null, Required: false, "");

    private static readonly TaskDefinition First = new(
        0, "first", "task", "default", 0, Backoff.Constant(), Timeout: null, TriggerRule.AllSuccess, [], []);

    public static TheoryData<string, string> WrongParameters => new()
    {
        { "Parameter 'p' is of type number, and a pattern is for texts. Take it out, or make it a string.", "pattern" },
        { "Parameter 'p' is of type number, and a list of what is allowed is for texts. Use minimum and maximum, or make it a string.",
            "allowed" },
        { "Parameter 'p' is of type string, and minimum and maximum are for numbers. Use a pattern or a list of what is allowed.",
            "maximum" },
        { "Parameter 'p': no number is at least 2 and at most 1.5. Exchange the two.", "range" },
        { "Parameter 'p' allows no text at all. Name at least one, or take the list out.", "nothing" },
        { "Parameter 'p' allows 'b', which its pattern a+ refuses. Change one of them.", "contradiction" },
        { "Parameter 'p': the default must match a+, got 'b'. Change the default, or what is allowed.", "default" },
    };

    [Fact]
    public void Check_RightDefinition_FindsNothing() => Check(
        Facts([Text with { Pattern = "a+", Allowed = ["a", "aa"], Default = JsonValue.Create("a") }],
            First with { Timeout = TimeSpan.FromSeconds(1) }))
        .ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(WrongParameters))]
    public void Check_WrongParameter_SaysWhatAndWhatToDo(string message, string which)
    {
        var param = which switch
        {
            "pattern" => Number with { Pattern = "a" },
            "allowed" => Number with { Allowed = ["1"] },
            "maximum" => Text with { Maximum = 3 },
            "range" => Number with { Minimum = 2, Maximum = 1.5 },
            "nothing" => Text with { Allowed = [] },
            "contradiction" => Text with { Pattern = "a+", Allowed = ["a", "b"] },
            _ => Text with { Pattern = "a+", Default = JsonValue.Create("b") },
        };

        Check(Facts([param], First)).ShouldHaveSingleItem()
            .ShouldBe(new ImportDiagnostic("A.cs", 3, 14, ImportCodes.Parameter, message, ImportSeverity.Error));
    }

    [Theory]
    [InlineData(0, 60, 1, 0, "the wait before a retry is -00:00:01. Use zero or more.", -1)]
    [InlineData(0, 60, 1, 0, "the first wait of 00:01:01 is longer than the cap of 00:01:00. Shorten the one, or raise the other.", 61)]
    [InlineData(0, 60, 0.5, 0, "waits that grow by a factor of 0.5 become shorter or never end. Use 1 or more.", 1)]
    [InlineData(0, 60, double.PositiveInfinity, 0, "waits that grow by a factor of Infinity become shorter or never end. Use 1 or more.",
        1)]
    [InlineData(0, 60, 1, 1.5, "the jitter is a share from 0 to 1, got 1.5.", 1)]
    [InlineData(1, 60, 1, 0, "a timeout of 00:00:00.0000001 is over before the task begins. Give it a millisecond at least.", 1)]
    public void Check_WrongTask_SaysWhatAndWhatToDo(long timeoutTicks, int cap, double multiplier, double jitter, string message, int first)
    {
        var task = First with
        {
            Backoff = new Backoff(TimeSpan.FromSeconds(first), multiplier, TimeSpan.FromSeconds(cap), jitter),
            Timeout = timeoutTicks == 0 ? null : TimeSpan.FromTicks(timeoutTicks),
        };

        var found = Check(Facts([], task)).ShouldHaveSingleItem();

        found.Message.ShouldBe($"Task 'first': {message}");
        (found.Code, found.Line, found.Column, found.Severity).ShouldBe((ImportCodes.Task, 3, 14, ImportSeverity.Error));
    }

    [Theory]
    [InlineData(TriggerRule.OneFailed, true)]
    [InlineData(TriggerRule.AllFailed, true)]
    [InlineData(TriggerRule.AllDone, false)]
    [InlineData(TriggerRule.Always, false)]
    public void Check_RuleOverUpstreamsWithoutAny_IsAWarning(TriggerRule rule, bool expected)
    {
        var found =
            Check(Facts([], First with { TriggerRule = rule },
                First with { Index = 1, Id = "second", TriggerRule = rule, Upstreams = [0] }));

        found.Select(each => (each.Severity, each.Message.Contains("'first'", StringComparison.Ordinal)))
            .ShouldBe(expected ? [(ImportSeverity.Warning, true)] : []);
    }

    /// <remarks>Each row is one mistake that needs the whole definition, or the pools, to be seen.</remarks>
    [Fact]
    public void Check_MisuseOfPoolsWaitsAndTeardowns_SaysWhatToDo()
    {
        (TaskDefinition Task, string Part)[] rows =
        [
            (First with { Pool = "gpu", PoolSlots = 3 }, "takes 3 slots of pool 'gpu', which has 2"),
            (First with { Pool = "tpu" }, "does not exist"),
            (First with { FailsRun = true }, "is no teardown"),
            (First with { Role = TaskRole.Teardown, TriggerRule = TriggerRule.AllDoneSetupSuccess }, "the teardown of nothing"),
            (First with { WaitTimeout = TimeSpan.FromSeconds(1) }, "does not wait"),
        ];

        foreach (var (task, part) in rows)
        {
            var found = Check(Facts([], task with { Line = 42 })).ShouldHaveSingleItem(part);
            found.Message.ShouldContain(part);
            found.Line.ShouldBe(42);
        }
    }

    [Fact]
    public void Check_ADeadlineThatIsAlwaysMissed_IsRefused()
    {
        var facts = Facts([], First);

        Check(facts with { Settings = new DagSettings { Deadlines = [DeadlineDefinition.AfterQueued(TimeSpan.FromSeconds(-1))] } })
            .ShouldHaveSingleItem().Message.ShouldContain("always missed");
    }

    [Fact]
    public void Check_SeveralMistakes_FindsAllAtOnce()
    {
        var facts = Facts(
            [Text with { Allowed = [] }, Number with { Name = "q", Pattern = "a" }],
            First with { Backoff = Backoff.Exponential(multiplier: 0) }) with
        { ScheduleSettings = new ScheduleSettings(new Cron("0 0 30 2 *", "UTC"), null, null, Catchup: false) };

        Check(facts).Select(found => found.Code)
            .ShouldBe([ImportCodes.Schedule, ImportCodes.Parameter, ImportCodes.Parameter, ImportCodes.Task]);
        Check(facts)[0].Message.ShouldBe("DAG 'a': Cron expression '0 0 30 2 *' never fires.");
    }

    private static DagFacts Facts(IReadOnlyList<ParamDefinition> parameters, params TaskDefinition[] tasks) =>
        new("a", "", "", [], new ScheduleSettings(null, null, null, Catchup: false), parameters, new DagSettings(), new DagGraph(tasks),
            new string('0', 64));

    private static IReadOnlyList<ImportDiagnostic> Check(DagFacts facts) =>
        new DagValidator(new Dictionary<string, int> { ["default_pool"] = -1, ["gpu"] = 2 }).Check(facts, "A.cs", new DagClass("A", 3, 14));
}
