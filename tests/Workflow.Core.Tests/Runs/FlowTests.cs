using Workflow.Core.Tests.Runs.Histories;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Runs;

/// <summary>Skips that spread, branches, short circuits, groups, what depends on the past: a row each.</summary>
public sealed class FlowTests
{
    private static readonly Func<TaskContext, Task> Nothing = _ => Task.CompletedTask;

    /// <remarks>The chain <c>a b c</c>, and an upstream of another kind beside: <c>d</c> before <c>join</c>.</remarks>
    [Theory]
    [InlineData("", "a queued, b pending, c pending, d queued, join pending, run unfinished")]
    [InlineData("ok a; skip b", "c skipped, join pending, run unfinished")]
    [InlineData("ok a; skip b; ok d", "c skipped, join queued, run unfinished")]
    [InlineData("skip a; skip d", "b skipped, c skipped, join skipped, run success")]
    [InlineData("skip a; never d", "b skipped, c skipped, join upstream_failed, run failed")]
    [InlineData("never a", "b upstream_failed, c upstream_failed, join upstream_failed, last queued, run unfinished")]
    [InlineData("never a; skip d; ok last", "join upstream_failed, last success, run failed")]
    public void Skip_AndFailure_SpreadAsTheRulesSay(string steps, string expected) => Script.Play(
        dag =>
        {
            var a = dag.Task("a", Nothing);
            var c = dag.Task("c", Nothing).After(dag.Task("b", Nothing).After(a));
            dag.Task("join", Nothing).After(c, dag.Task("d", Nothing)).Rule(TriggerRule.NoneFailedMinOneSuccess);
            dag.Task("last", Nothing).After(c).Rule(TriggerRule.OneFailed);
        },
        steps, expected);

    /// <remarks>A leaf that passes whatever happened hides a failure before it; one beside it does not.</remarks>
    [Theory]
    [InlineData("never a; ok last", "run success")]
    [InlineData("never a; never last", "run failed")]
    [InlineData("ok a; never last", "run failed")]
    [InlineData("ok a; skip last", "run success")]
    [InlineData("ok a; ok last; mark failed a", "run success")]
    [InlineData("ok a; ok last; mark failed last", "run failed")]
    [InlineData("ok a; never last; mark success last", "run success")]
    public void Run_EndsAsItsLeavesDo(string steps, string expected) =>
        Script.Play(dag => dag.Task("last", Nothing).After(dag.Task("a", Nothing)).Rule(TriggerRule.AllDone), steps, expected);

    [Theory]
    [InlineData("choose branch=a", "a queued, b skipped, c skipped, both pending, join pending, strict pending")]
    [InlineData("choose branch=a; ok a", "both queued, join queued, strict skipped")]
    [InlineData("choose branch=b; ok b", "a skipped, both skipped, join queued, strict skipped")]
    [InlineData("choose branch=a+b; ok a; ok b", "c skipped, both queued, join queued, strict queued")]
    [InlineData("choose branch=both", "a skipped, b skipped, c skipped, both skipped, join skipped")]
    [InlineData("choose branch=", "a skipped, b skipped, c skipped, both skipped, join skipped, strict skipped, run success")]
    [InlineData("skip branch", "a skipped, b skipped, c skipped, both skipped, join skipped, strict skipped, run success")]
    [InlineData("never branch", "a upstream_failed, b upstream_failed, c upstream_failed, join upstream_failed, run failed")]
    [InlineData("choose branch=a; never a", "both upstream_failed, join upstream_failed, run failed")]
    [InlineData("mark success branch", "a queued, b queued, c queued, both pending")]
    [InlineData("choose branch=a; clear b c", "b skipped, c skipped")]
    [InlineData("choose branch=a; clear branch a b c both join strict; choose branch=b; ok b", "a skipped, b success, join queued")]
    public void Branch_ChoosesAmongItsDownstreams(string steps, string expected) => Script.Play(
        dag =>
        {
            var branch = dag.Branch("branch", _ => Task.FromResult<IReadOnlyList<string>>([]));
            var a = dag.Task("a", Nothing).After(branch);
            var b = dag.Task("b", Nothing).After(branch);
            var c = dag.Task("c", Nothing).After(branch);
            dag.Task("both", Nothing).After(branch, a);
            dag.Task("join", Nothing).After(a, b, c).Rule(TriggerRule.NoneFailedMinOneSuccess);
            dag.Task("strict", Nothing).After(a, b);
        },
        steps, expected);

    [Theory]
    [InlineData(true, "ok setup; go circuit; never a", "b queued, teardown pending")]
    [InlineData(true, "ok setup; halt circuit", "a skipped, b skipped, c skipped, teardown queued")]
    [InlineData(true, "ok setup; halt circuit; ok teardown", "run success")]
    [InlineData(true, "ok setup; skip circuit", "a skipped, b queued, c skipped, teardown pending")]
    [InlineData(false, "ok setup; halt circuit", "a skipped, b queued, c skipped, teardown pending")]
    [InlineData(false, "ok setup; halt circuit; ok b", "teardown queued")]
    [InlineData(false, "ok setup; go circuit", "a queued, b pending")]
    public void ShortCircuit_StopsAllOrTheNext_AndNeverTeardowns(bool all, string steps, string expected) => Script.Play(
        dag =>
        {
            var setup = dag.Task("setup", Nothing).AsSetup();
            var circuit = dag.ShortCircuit("circuit", _ => Task.FromResult(true), all).After(setup);
            var a = dag.Task("a", Nothing).After(circuit);
            var b = dag.Task("b", Nothing).After(a).Rule(TriggerRule.AllDone);
            var c = dag.Task("c", Nothing).After(a);
            dag.Task("teardown", Nothing).AsTeardown(setup).After(b, c);
        },
        steps, expected);

    [Fact]
    public void Group_AsAWhole_WaitsAndIsWaitedFor() => Edges(dag =>
    {
        var first = dag.Task("first", Nothing);
        var group = dag.Group("g", () =>
        {
            var a = dag.Task("a", Nothing);
            dag.Group("h", () => dag.Task("b", Nothing).After(a));
            dag.Task("c", Nothing);
        }).After(first);
        dag.Task("last", Nothing).After(group);
    }).ShouldBe("first:; g.a:first; g.c:first; g.h.b:g.a; last:g.c g.h.b",
        customMessage: "roots wait for what the group waits for, leaves are waited for");

    [Theory]
    [InlineData("ok first; never g.a", "g.h.b upstream_failed, g.c queued, last upstream_failed")]
    [InlineData("ok first; ok g.a; ok g.h.b; ok g.c", "last queued")]
    [InlineData("skip first", "g.a skipped, g.h.b skipped, g.c skipped, last skipped, run success")]
    public void Group_AsAWhole_GoesOnTaskByTask(string steps, string expected) => Script.Play(
        dag =>
        {
            var first = dag.Task("first", Nothing);
            var group = dag.Group("g", () =>
            {
                var a = dag.Task("a", Nothing);
                dag.Group("h", () => dag.Task("b", Nothing).After(a));
                dag.Task("c", Nothing);
            });
            dag.Task("last", Nothing).After(group.After(first));
        },
        steps, expected);

    [Theory]
    [InlineData("", "a pending, b pending, run unfinished")]
    [InlineData("past a", "a queued")]
    [InlineData("past a; never a", "b upstream_failed, run failed")]
    [InlineData("past a; ok a", "b pending")]
    [InlineData("past b; past a; ok a", "b queued")]
    [InlineData("past a; skip a", "b skipped, run success")]
    [InlineData("stop cancelled", "a cancelled, b cancelled, run cancelled")]
    public void DependsOnPast_HoldsBackWhatWouldRunAndNothingElse(string steps, string expected) => Script.Play(
        dag => dag.Task("b", Nothing).After(dag.Task("a", Nothing).DependsOnPast()).DependsOnPast(), steps, expected, "a", "b");

    private static string Edges(Action<DagBuilder> define)
    {
        var graph = Script.Graph(define);
        return string.Join("; ", graph.Tasks.OrderBy(task => task.Id, StringComparer.Ordinal)
            .Select(task => $"{task.Id}:{Upstreams(task)}"));

        string Upstreams(TaskDefinition task) =>
            string.Join(' ', task.Upstreams.Select(other => graph.Tasks[other].Id).Order(StringComparer.Ordinal));
    }
}
