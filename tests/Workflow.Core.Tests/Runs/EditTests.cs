using Workflow.Core.Tests.Runs.Histories;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>What people do to a run, and how attempts count: a row each.</summary>
public sealed class EditTests
{
    private static readonly Func<TaskContext, Task> Nothing = _ => Task.CompletedTask;

    /// <remarks>Two retries.</remarks>
    [Theory]
    [InlineData("fail a; fail a", "a up_for_retry")]
    [InlineData("fail a; fail a; fail a", "a failed, b upstream_failed, run failed")]
    [InlineData("fail a; late a; ok a", "a success, b queued")]
    [InlineData("never a", "a failed")]
    [InlineData("defer a", "a deferred, b pending")]
    [InlineData("defer a; defer a; defer a; defer a; fail a; fail a", "a up_for_retry")]
    [InlineData("defer a; fail a; defer a; fail a; defer a; fail a", "a failed")]
    [InlineData("lost a; lost a", "a queued")]
    [InlineData("lost a; lost a; lost a", "a failed, b upstream_failed")]
    [InlineData("lost a; fail a; lost a; fail a", "a up_for_retry")]
    [InlineData("lost a; fail a; lost a; fail a; fail a", "a failed")]
    [InlineData("lost a; lost a; clear a; lost a; lost a", "a queued")]
    [InlineData("fail a; fail a; fail a; clear a b; fail a; fail a", "a up_for_retry")]
    [InlineData("fail a; fail a; fail a; clear a b; fail a; fail a; fail a", "a failed")]
    [InlineData("fail a; clear a; fail a; fail a", "a up_for_retry")]
    [InlineData("skip a", "a skipped, b skipped, run success")]
    [InlineData("cancel a", "a cancelled, b skipped")]
    public void Attempts_CountAsFailuresOnlyWhenTheyAre(string steps, string expected) =>
        Script.Play(dag => dag.Task("b", Nothing).After(dag.Task("a", Nothing).Retries(2)), steps, expected);

    [Theory]
    [InlineData("ok a; never b; clear b", "a success, b queued, c upstream_failed, run unfinished")]
    [InlineData("ok a; never b; clear b c; ok b; ok c", "run success")]
    [InlineData("ok a; never b; clear b; ok b", "c upstream_failed, run failed")]
    [InlineData("ok a; ok b; ok c; clear a", "a queued, b success, c success, run unfinished")]
    [InlineData("ok a; ok b; ok c; clear a; never a", "b success, run success")]
    [InlineData("ok a; ok b; ok c; clear a b c; never a", "b upstream_failed, c upstream_failed, run failed")]
    [InlineData("ok a; ok b; clear a b", "a queued, b pending, c pending")]
    [InlineData("claim a; clear a", "a running, run unfinished")]
    [InlineData("claim a; clear a; ok a", "a queued, b pending")]
    [InlineData("claim a; clear a; lost a", "a queued, b pending")]
    [InlineData("claim a; clear a; ok a; ok a", "a success, b queued")]
    [InlineData("claim a; clear a; mark success a; fail a", "a success, b queued")]
    [InlineData("claim a; mark failed a; ok a", "a failed, b upstream_failed")]
    [InlineData("claim a; mark success a; clear a; ok a", "a queued")]
    [InlineData("mark success a", "a success, b queued")]
    [InlineData("mark failed a", "a failed, b upstream_failed, run failed")]
    [InlineData("mark skipped a", "b skipped, c skipped, run success")]
    [InlineData("never a; mark success a", "a success, b upstream_failed, run failed")]
    [InlineData("never a; mark success a; clear b c", "b queued, c pending")]
    [InlineData("ok a; mark success c; ok b", "run success")]
    [InlineData("fail a; mark success a", "b queued")]
    [InlineData("defer a; clear a", "a queued")]
    public void ClearAndMark_MoveWhatTheySayAndWhatWaits(string steps, string expected) => Script.Play(Chain, steps, expected);

    [Theory]
    [InlineData("stop cancelled", "a cancelled, b cancelled, c cancelled, run cancelled")]
    [InlineData("stop failed", "run failed")]
    [InlineData("stop success", "a cancelled, run success")]
    [InlineData("claim a; stop cancelled", "a running, b cancelled, run unfinished")]
    [InlineData("claim a; stop cancelled; cancel a", "a cancelled, run cancelled")]
    [InlineData("claim a; stop cancelled; ok a", "a success, b cancelled, run cancelled")]
    [InlineData("claim a; stop cancelled; fail a", "a cancelled, run cancelled")]
    [InlineData("claim a; stop cancelled; defer a", "a cancelled, run cancelled")]
    [InlineData("claim a; stop cancelled; lost a", "a cancelled, run cancelled")]
    [InlineData("claim a; stop cancelled; never a", "a failed, run cancelled")]
    [InlineData("fail a; stop cancelled", "a cancelled, run cancelled")]
    [InlineData("claim a; clear a; stop cancelled; ok a", "a cancelled, run cancelled")]
    [InlineData("claim a; mark success a; stop cancelled; cancel a", "a success, b cancelled, run cancelled")]
    [InlineData("claim a; stop cancelled; clear b; ok a", "b queued, run unfinished")]
    [InlineData("stop cancelled; clear a b c; ok a; ok b; ok c", "run success")]
    [InlineData("stop cancelled; clear a; ok a", "a success, c cancelled, run failed")]
    [InlineData("stop success; mark failed c", "c failed, run success")]
    public void Stop_EndsWhatHasNotBegun_UntilAClear(string steps, string expected) => Script.Play(Chain, steps, expected);

    [Theory]
    [InlineData("ok list=2; ok each[0]; never each[1]; clear each[1]",
        "each pending, each[0] success, each[1] queued, after upstream_failed")]
    [InlineData("ok list=2; ok each[0]; never each[1]; clear each[1] after; ok each[1]", "each success, after queued")]
    [InlineData("ok list=2; ok each[0]; ok each[1]; clear each", "each pending, each[0] queued, each[1] queued")]
    [InlineData("ok list=3; ok each[0]; ok each[1]; ok each[2]; clear list each after",
        "each pending, each[0] removed, each[2] removed, after pending")]
    [InlineData("ok list=3; ok each[0]; ok each[1]; ok each[2]; clear list each after; ok list=2",
        "each[0] queued, each[1] queued, each[2] removed")]
    [InlineData("ok list=3; ok each[0]; ok each[1]; ok each[2]; clear list each after; ok list=1; ok each[0]",
        "each success, each[2] removed, after queued")]
    [InlineData("ok list=3; clear list each; ok list=0", "each skipped, each[0] removed, each[1] removed, after skipped, run success")]
    [InlineData("ok list=2; clear list each; ok list=3", "each[2] queued")]
    [InlineData("ok list=2; claim each[1]; clear list each; ok list=1", "each[0] queued, each[1] running, run unfinished")]
    [InlineData("ok list=2; claim each[1]; clear list each; ok list=1; ok each[1]", "each[1] removed, each pending")]
    [InlineData("ok list=2; claim each[1]; clear list each; ok list=1; ok each[0]", "each success, each[1] running, run unfinished")]
    [InlineData("ok list=2; claim each[1]; clear list each; ok list=2; ok each[1]", "each[1] queued, each pending")]
    [InlineData("ok list=2; claim each[1]; clear list each; ok each[1]; ok list=2", "each[1] queued")]
    [InlineData("ok list=2; clear list each; clear each[0]", "each[0] removed, each pending")]
    [InlineData("ok list=2; clear list each; mark success each[0]", "each[0] removed, each pending")]
    [InlineData("ok list=2; clear each each[0] list", "each[0] removed, each pending, list queued")]
    [InlineData("ok list=2; claim each[0]; clear list each; mark success each; ok each[0]", "each success, each[0] removed")]
    [InlineData("ok list=2; mark success each", "each success, each[0] success, each[1] success, after queued")]
    [InlineData("ok list=2; mark failed each[0]; ok each[1]", "each failed, after upstream_failed")]
    [InlineData("ok list=2; ok each[0]; never each[1]; mark success each[1]", "each success, after upstream_failed")]
    [InlineData("mark success each; ok list=2", "each success, after queued, run unfinished")]
    [InlineData("mark success each; ok list=2; ok after; clear each after", "each[0] queued, after pending")]
    public void Map_ClearedOrMarked(string steps, string expected) => Script.Play(
        dag => dag.Task("after", Nothing).After(dag.Map("each", dag.Task("list", _ => Task.FromResult<int[]>([])), Same)), steps, expected);

    [Theory]
    [InlineData("ok list=2; ok each.a[0]; clear each", "each success, each.a[0] queued, each.b[0] pending")]
    [InlineData("ok list=2; clear list each; ok list=1", "each success, each.a[0] queued, each.a[1] removed, each.b[1] removed")]
    [InlineData("ok list=1; never each.a[0]; clear each.a each.b", "each success, each.a[0] queued, each.b[0] pending, each.b pending")]
    [InlineData("ok list=2; never each.a[0]; clear each.a[0] each.b[0]; ok each.a[0]", "each.b[0] queued")]
    [InlineData("ok list=null; clear list each; ok list=1", "each.a[0] queued")]
    [InlineData("mark success each", "each.a skipped, each.b skipped")]
    [InlineData("mark success each.a; ok list=1", "each.a pending, each.a[0] queued")]
    [InlineData("mark failed each", "each.a upstream_failed, each.b upstream_failed")]
    public void MapGroup_ClearedOrMarked(string steps, string expected) => Script.Play(
        dag => dag.MapGroup("each", dag.Task("list", _ => Task.FromResult<int[]>([])), item =>
            dag.Task("b", dag.Task("a", item, Same), Same)),
        steps, expected);

    /// <remarks>What the rerun of a failed run clears: all that failed or could not run.</remarks>
    [Fact]
    public void Clear_AllThatFailed_RunsTheRestOfTheRun() => Script.Play(
        dag =>
        {
            var a = dag.Task("a", Nothing);
            var b = dag.Task("b", Nothing).After(a);
            dag.Task("c", Nothing).After(b, dag.Task("other", Nothing));
        },
        "ok a; never b; ok other; clear b c; ok b; ok c", "a success, other success, run success");

    [Fact]
    public void Reasons_SayWhyWithoutHavingRun()
    {
        Message("never a", 1).ShouldBe("Its trigger rule all_success cannot hold: of 1 upstreams 1 failed.");
        Message("stop cancelled", 1).ShouldBe("stopped");
        Message("mark skipped a", 0).ShouldBe("by hand");

        static string? Message(string steps, int task) => Script.Play(Chain, steps, "")[task].Message;
    }

    private static void Chain(DagBuilder dag) =>
        dag.Task("c", Nothing).After(dag.Task("b", Nothing).After(dag.Task("a", Nothing).Retries(1)));

    private static Task<int> Same(TaskContext context, int item) => Task.FromResult(item);
}
