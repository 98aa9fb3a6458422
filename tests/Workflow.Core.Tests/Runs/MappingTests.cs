using Workflow.Core.Tests.Runs.Histories;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>Mapped tasks and groups: a row each.</summary>
public sealed class MappingTests
{
    private static readonly Func<TaskContext, Task> Nothing = _ => Task.CompletedTask;

    [Theory]
    [InlineData("", "each pending, after pending")]
    [InlineData("ok list=3", "each pending, each[0] queued, each[1] queued, each[2] queued, after pending, run unfinished")]
    [InlineData("ok list=0", "each skipped, after skipped, anyway queued")]
    [InlineData("ok list=null", "each failed, after upstream_failed, anyway upstream_failed, run failed")]
    [InlineData("ok list", "each failed, run failed")]
    [InlineData("never list", "each upstream_failed, after upstream_failed, run failed")]
    [InlineData("skip list", "each skipped, after skipped, anyway queued")]
    [InlineData("ok list=2; ok each[1]", "each pending, each[0] queued, each[1] success")]
    [InlineData("ok list=2; ok each[1]; ok each[0]", "each success, after queued")]
    [InlineData("ok list=2; ok each[0]; skip each[1]", "each success, after queued")]
    [InlineData("ok list=2; skip each[0]; skip each[1]", "each skipped, after skipped, anyway queued")]
    [InlineData("ok list=2; never each[0]", "each pending, after pending")]
    [InlineData("ok list=2; never each[0]; ok each[1]", "each failed, after upstream_failed, run failed")]
    [InlineData("ok list=2; never each[0]; skip each[1]", "each failed")]
    [InlineData("ok list=2; fail each[0]", "each[0] up_for_retry, each pending")]
    [InlineData("ok list=2; fail each[0]; ok each[0]; ok each[1]", "each success")]
    [InlineData("ok list=2; claim each[0]; stop cancelled; ok each[0]",
        "each cancelled, each[0] success, each[1] cancelled, run cancelled")]
    public void Map_OverAList(string steps, string expected) => Script.Play(
        dag =>
        {
            var each = dag.Map("each", List(dag, "list"), (_, one) => Task.FromResult(one)).Retries(1);
            dag.Task("after", Nothing).After(each);
            dag.Task("anyway", Nothing).After(each).Rule(TriggerRule.NoneFailed);
        },
        steps, expected);

    [Theory]
    [InlineData("ok a=2; ok b=3", 6, 2)]
    [InlineData("ok a=3; ok b=1", 3, 1)]
    public void Map_OverTwoLists_IsTheirProductOrTheShorter(string steps, int product, int zipped)
    {
        var run = Script.Play(Two, steps, "run unfinished");

        run.Elements(2).Count.ShouldBe(product);
        run.Elements(3).Count.ShouldBe(zipped);
    }

    [Theory]
    [InlineData("ok a=0; ok b=2", "product skipped, zipped skipped")]
    [InlineData("ok a=2; ok b=0", "product skipped, zipped skipped")]
    [InlineData("ok a=0; ok b=null", "product failed, zipped failed")]
    [InlineData("ok a=2", "product pending, zipped pending")]
    public void Map_OverTwoLists_EndsWithoutElementsWhereThereIsNothing(string steps, string expected) => Script.Play(Two, steps, expected);

    [Theory]
    [InlineData(100_000, 1, 100_000, null, 1, null)]
    [InlineData(100_001, 1, 0, TaskState.Failed, 1, null)]
    [InlineData(400, 400, 0, TaskState.Failed, 400, null)]
    [InlineData(int.MaxValue, int.MaxValue, 0, TaskState.Failed, 0, TaskState.Failed)]
    [InlineData(100_001, 0, 0, TaskState.Skipped, 0, TaskState.Skipped)]
    [InlineData(0, null, 0, TaskState.Failed, 0, TaskState.Failed)]
    public void Expand_UpToTheLimit_AndNotBeyond(
        int? first, int? second, int product, TaskState? productEnd, int zipped, TaskState? zippedEnd)
    {
        var tasks = Script.Graph(Two).Tasks;

        var ofProduct = RunMachine.Expand(tasks[2], [first, second]);
        var ofZipped = RunMachine.Expand(tasks[3], [first, second]);

        (ofProduct.Elements, ofProduct.End?.State).ShouldBe((product, productEnd));
        (ofZipped.Elements, ofZipped.End?.State).ShouldBe((zipped, zippedEnd));
        (ofProduct.End?.Message ?? "").ShouldContain(productEnd == TaskState.Failed && second is not null ? "at most 100,000" : "");
    }

    [Theory]
    [InlineData("ok list=3; ok first[0]=1; skip first[1]; ok first[2]=1", "second[0] queued, second[1] queued, third pending", 2)]
    [InlineData("ok list=2; ok first[0]; ok first[1]=1", "second[0] queued", 1)]
    [InlineData("ok list=1; ok first[0]", "second skipped, third skipped, run success", 0)]
    [InlineData("ok list=0", "second skipped, third skipped, run success", 0)]
    [InlineData("ok list=2; ok first[0]=1; never first[1]", "second upstream_failed, third upstream_failed, run failed", 0)]
    [InlineData("ok list=2; mark success first", "second skipped", 0)]
    public void Map_OverAMap_HasAnElementForEachThatGaveSomething(string steps, string expected, int elements)
    {
        var run = Script.Play(
            dag =>
            {
                var first = dag.Map("first", List(dag, "list"), (_, one) => Task.FromResult(one));
                dag.Map("third", dag.Map("second", first, (_, one) => Task.FromResult(one)), (_, _) => Task.CompletedTask);
            },
            steps, expected);

        run.Elements(2).Count.ShouldBe(elements);
    }

    /// <remarks>A rule that does not wait may hold before the list is there.</remarks>
    [Theory]
    [InlineData("ok other", "each pending")]
    [InlineData("ok other; ok list=1", "each[0] queued")]
    [InlineData("ok other; never list", "each upstream_failed")]
    [InlineData("ok other; skip list", "each skipped")]
    public void Map_WithARuleThatDoesNotWait_WaitsForItsList(string steps, string expected) => Script.Play(
        dag => dag.Map("each", List(dag, "list"), Plain).After(dag.Task("other", Nothing)).Rule(TriggerRule.OneSuccess), steps, expected);

    [Theory]
    [InlineData("ok list=2", "each pending, each.a pending, each.b pending, outside queued")]
    [InlineData("ok list=2; ok outside", "each success, each.a[0] queued, each.a[1] queued, each.b[0] pending")]
    [InlineData("ok list=2; ok outside; ok each.a[1]", "each.b[1] queued, each.b[0] pending, after pending")]
    [InlineData("ok list=2; ok outside; never each.a[0]; ok each.a[1]; ok each.b[1]",
        "each.b[0] upstream_failed, each.a failed, each.b upstream_failed, after upstream_failed")]
    [InlineData("ok list=2; ok outside; skip each.a[0]; ok each.a[1]; ok each.b[1]", "each.b[0] skipped, each.b success, after queued")]
    [InlineData("ok list=0; ok outside", "each skipped, each.a skipped, each.b skipped, each.c skipped, after skipped, run success")]
    [InlineData("ok list=null; ok outside",
        "each failed, each.a upstream_failed, each.b upstream_failed, each.c upstream_failed, after upstream_failed, run failed")]
    [InlineData("ok list=1; never outside", "each upstream_failed, each.a upstream_failed, each.c upstream_failed, run failed")]
    [InlineData("ok list=1; ok outside; never each.a[0]", "each.b[0] upstream_failed, each.c[0] queued")]
    public void MapGroup_GoesOnElementByElement(string steps, string expected) => Script.Play(
        dag =>
        {
            var outside = dag.Task("outside", Nothing);
            var each = dag.MapGroup("each", List(dag, "list"), item =>
            {
                var a = dag.Task("a", item, Same).After(outside);
                dag.Task("c", Nothing).After(a).Rule(TriggerRule.AllDone);
                return dag.Task("b", a, Same);
            });
            dag.Task("after", each, (_, _) => Task.CompletedTask);
        },
        steps, expected);

    /// <remarks>The cluster is outside: when the group has no elements, its teardown within has nothing to run for.</remarks>
    [Theory]
    [InlineData("ok cluster; ok list=0", "each skipped, each.setup skipped, each.teardown skipped, each.stop skipped, run success")]
    [InlineData("ok cluster; ok list=null", "each failed, each.teardown upstream_failed, each.stop skipped, run failed")]
    [InlineData("ok cluster; ok list=2; ok each.setup[0]; never each.setup[1]",
        "each.work[0] queued, each.work[1] upstream_failed, each.teardown[1] upstream_failed, each.stop[1] queued")]
    [InlineData("ok cluster; ok list=1; ok each.setup[0]; never each.work[0]", "each.teardown[0] queued, each.stop[0] pending")]
    [InlineData("ok cluster; ok list=1; ok each.setup[0]; claim each.work[0]; stop cancelled; cancel each.work[0]",
        "each.teardown[0] queued, run unfinished")]
    public void MapGroup_WithSetupAndTeardown(string steps, string expected) => Script.Play(
        dag =>
        {
            var cluster = dag.Task("cluster", Nothing).AsSetup();
            dag.MapGroup("each", List(dag, "list"), item =>
            {
                var setup = dag.Task("setup", item, (_, one) => Task.FromResult(one)).After(cluster);
                var work = dag.Task("work", setup, (_, one) => Task.FromResult(one));
                var teardown = dag.Task("teardown", Nothing).AsTeardown(setup).After(work);
                dag.Task("stop", Nothing).AsTeardown(cluster).After(teardown);
                return work;
            });
        },
        steps, expected);

    [Theory]
    [InlineData("ok list=2; choose each.branch[0]=each.a; choose each.branch[1]=each.b",
        "each.a[0] queued, each.b[0] skipped, each.a[1] skipped, each.b[1] queued, after pending")]
    [InlineData("ok list=1; choose each.branch[0]=", "each.a[0] skipped, each.b[0] skipped, each.a skipped, after skipped, beside queued")]
    public void MapGroup_WithABranch_DecidesWithinTheElement(string steps, string expected) => Script.Play(
        dag =>
        {
            TaskHandle? branch = null;
            var each = dag.MapGroup("each", List(dag, "list"), item =>
            {
                branch = dag.Branch("branch", item, (_, _) => Task.FromResult<IReadOnlyList<string>>([]));
                dag.Task("b", Nothing).After(branch);
                return dag.Task("a", item, (_, one) => Task.FromResult(one)).After(branch);
            });
            dag.Task("after", each, (_, _) => Task.CompletedTask);
            dag.Task("beside", Nothing).After(branch!);
        },
        steps, expected);

    [Fact]
    public void Define_WhatMappingCannotDo_IsRefused()
    {
        Refusal(dag => dag.Map("each", List(dag, "list"), Plain).Rule(TriggerRule.Always)).ShouldContain("each");
        Refusal(dag => dag.MapGroup("each", List(dag, "list"), item => dag.Task("a", item, Same).Rule(TriggerRule.Always)))
            .ShouldContain("each.a");
        Refusal(dag => dag.MapGroup("each", List(dag, "list"), item => dag.Task("a", item, Same).DependsOnPast())).ShouldContain("each.a");
        Refusal(dag =>
            dag.MapGroup("outer", List(dag, "list"), _ => dag.MapGroup("inner", List(dag, "more"), item => dag.Task("a", item, Same))))
            .ShouldContain("inner");
        Refusal(dag => dag.MapGroup("outer", List(dag, "list"), _ => dag.Map("inner", List(dag, "more"), Same))).ShouldContain("inner");
    }

    [Fact]
    public void Define_Map_WithAnyRuleThatWaits_IsFine()
    {
        foreach (var rule in Enum.GetValues<TriggerRule>().Where(rule => rule != TriggerRule.Always))
            Script.Play(dag => dag.Map("each", List(dag, "list"), Plain).Rule(rule), "", "each pending");
    }

    private static string Refusal(Action<DagBuilder> define) => Should.Throw<DagDefinitionException>(() => Script.Graph(define)).Message;

    private static void Two(DagBuilder dag)
    {
        var (a, b) = (List(dag, "a"), List(dag, "b"));
        dag.Map("product", a, b, (_, one, _) => Task.FromResult(one));
        dag.MapZipped("zipped", a, b, (_, one, _) => Task.FromResult(one));
    }

    private static TaskHandle<int[]> List(DagBuilder dag, string id) => dag.Task(id, _ => Task.FromResult<int[]>([]));

    private static Task Plain(TaskContext context, int item) => Task.CompletedTask;

    private static Task<int> Same(TaskContext context, int item) => Task.FromResult(item);
}
