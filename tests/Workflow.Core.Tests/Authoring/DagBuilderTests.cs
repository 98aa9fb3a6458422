using Workflow.Graphs;

namespace Workflow.Core.Tests.Authoring;

public sealed class DagBuilderTests
{
    private static readonly Func<TaskContext, Task> Nothing = _ => Task.CompletedTask;

    [Fact]
    public void From_NoId_NamesTheClass() =>
        Complaint(dag => dag.Task("t", Nothing)).ShouldBe("Described.Define must name the DAG: dag.Id(\"...\").");

    [Fact]
    public void From_NoTasks_SaysSo() => Complaint(dag => dag.Id("empty")).ShouldBe("DAG 'empty' has no tasks.");

    [Fact]
    public void From_TwoTasksWithOneId_NamesIt() => ComplaintOf(dag =>
    {
        dag.Task("t", Nothing);
        dag.Task("t", Nothing);
    }).ShouldBe("Two tasks are called 't': give one of them another id.");

    [Fact]
    public void From_CycleThroughAfter_NamesTheTasksInIt() => ComplaintOf(dag =>
    {
        dag.Task("free", Nothing);
        var a = dag.Task("a", Nothing);
        var b = dag.Task("b", Nothing).After(a);
        a.After(b);
    }).ShouldBe(
        "DAG 'd' has a cycle among the tasks a (line 27), b (line 28): a DAG cannot wait for itself. Take one of the dependencies away.");

    [Fact]
    public void From_TaskAfterItself_IsACycle() => ComplaintOf(dag =>
    {
        var a = dag.Task("a", Nothing);
        a.After(a);
    }).ShouldContain("cycle among the tasks a (line");

    [Fact]
    public void From_TaskOfAnotherDag_IsRefused()
    {
        TaskHandle<int>? stranger = null;
        Build(dag => stranger = dag.Task("theirs", _ => Task.FromResult(1)));

        ComplaintOf(dag => dag.Task("mine", stranger!, (_, _) => Task.CompletedTask))
            .ShouldBe("Task 'mine' takes 'theirs', which belongs to another DAG.");
        ComplaintOf(dag => dag.Task("mine", Nothing).After(stranger!)).ShouldBe("Tasks 'theirs' and 'mine' belong to different DAGs.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("läuft")]
    [InlineData("line\n")]
    [InlineData("a/b")]
    public void Id_NotAnIdentifier_IsRefused(string id)
    {
        Complaint(dag => dag.Id(id)).ShouldEndWith("is no valid DAG id: use 1 to 200 letters, digits, '_', '.' or '-'.");
        ComplaintOf(dag => dag.Task(id, Nothing)).ShouldContain("is no valid task id");
    }

    [Fact]
    public void Param_TwoWithOneName_IsRefused() => ComplaintOf(dag =>
    {
        dag.Param("p", 1);
        dag.RequiredParam<string>("p");
    }).ShouldBe("Two parameters are called 'p'.");

    [Fact]
    public void Param_DefaultThatItsOwnRulesRefuse_IsRefused() =>
        ComplaintOf(dag => dag.Param("p", "x", allowed: ["a", "b"])).ShouldBe("Parameter 'p': the default must be one of a, b, got 'x'.");

    [Fact]
    public void Param_PatternThatIsNoRegularExpression_IsRefusedAtOnce() =>
        ComplaintOf(dag => dag.RequiredParam<string>("p", pattern: "["))
        .ShouldStartWith("Parameter 'p': the pattern '[' is no regular expression");

    [Fact]
    public void Param_OfADayAnInstantOrAList_IsDescribedAndReadBack()
    {
        var run = new RunInfo("d", "r", null, DateTimeOffset.UnixEpoch,
            new() { ["day"] = "2026-02-01", ["zones"] = new System.Text.Json.Nodes.JsonArray("LGA") });
        var dag = DagDefinition.From(new Described(dag =>
        {
            dag.Id("d");
            dag.Task("t", Nothing);
            dag.Param("day", new DateOnly(2026, 1, 31));
            dag.Param("at", new DateTimeOffset(2026, 1, 31, 2, 0, 0, TimeSpan.FromHours(1)));
            dag.Param("zones", new[] { "JFK" }, allowed: ["JFK", "LGA"]);
        }));

        dag.Parameters.Select(param => (param.Type, param.Format, param.Default!.ToJsonString())).ShouldBe([
            ("string", "date", "\"2026-01-31\""), ("string", "date-time", "\"2026-01-31T02:00:00\\u002B01:00\""),
            ("array", null, "[\"JFK\"]")]);
        dag.Values["day"](run).ShouldBe(new DateOnly(2026, 2, 1));
        dag.Values["at"](run).ShouldBe(new DateTimeOffset(2026, 1, 31, 1, 0, 0, TimeSpan.Zero));
        dag.Values["zones"](run).ShouldBe(new[] { "LGA" });
    }

    [Fact]
    public void Param_TypeThatRunsCannotGive_IsRefused()
    {
        ComplaintOf(dag => dag.Param("p", 1m))
            .ShouldBe("Parameter 'p' has type Decimal; use string, bool, int, long, double, DateOnly, DateTimeOffset or string[].");
        // An enum is an int to Type.GetTypeCode; its type would stay in the serializer's process-wide cache.
        ComplaintOf(dag => dag.Param("p", DayOfWeek.Monday))
            .ShouldBe("Parameter 'p' has type DayOfWeek; use string, bool, int, long, double, DateOnly, DateTimeOffset or string[].");
    }

    [Fact]
    public void Param_NotANumber_IsRefused() =>
        ComplaintOf(dag => dag.Param("p", double.NaN)).ShouldBe("Parameter 'p': the default must be a finite number, got NaN.");

    [Fact]
    public void Gate_WithoutChecks_IsRefused() =>
        ComplaintOf(dag => dag.Gate("g", dag.Task("t", _ => Task.FromResult<DatasetVersion>(null!)), _ => { }))
            .ShouldBe("Gate 'g' has no checks: a gate that checks nothing cannot pass.");

    [Fact]
    public void Retries_OutOfRange_IsRefused()
    {
        ComplaintOf(dag => dag.Task("t", Nothing).Retries(-1)).ShouldContain("between 0 and 100");
        ComplaintOf(dag => dag.Task("t", Nothing).Retries(101)).ShouldContain("between 0 and 100");
    }

    [Fact]
    public void Timeout_NotPositive_IsRefused() =>
        ComplaintOf(dag => dag.Task("t", Nothing).Timeout(TimeSpan.Zero)).ShouldContain("must be positive");

    [Fact]
    public void From_TasksOutOfOrder_AreOrderedUpstreamsFirst()
    {
        var graph = Build(dag =>
        {
            var late = dag.Task("late", Nothing);
            var early = dag.Task("early", Nothing);
            late.After(early, early);
        }).Graph;

        graph.Tasks.Select(task => task.Id).ShouldBe(["early", "late"]);
        graph.Tasks[1].Upstreams.ShouldBe([0]);
        graph.Downstreams(0).ShouldBe([1]);
    }

    private static string Complaint(Action<DagBuilder> define) =>
        Should.Throw<DagDefinitionException>(() => DagDefinition.From(new Described(define))).Message;

    private static string ComplaintOf(Action<DagBuilder> define) => Complaint(dag => define(dag.Id("d")));

    private static DagDefinition Build(Action<DagBuilder> define) => DagDefinition.From(new Described(dag => define(dag.Id("d"))));
}

/// <summary>A DAG whose definition is a lambda.</summary>
internal sealed class Described(Action<DagBuilder> define) : IDag
{
    public void Define(DagBuilder dag) => define(dag);
}
