using Workflow.Core.Tests.Runs.Histories;

namespace Workflow.Core.Tests.Runs;

/// <summary>Setups and teardowns: a row each.</summary>
public sealed class SetupTests
{
    private static readonly Func<TaskContext, Task> Nothing = _ => Task.CompletedTask;

    /// <remarks>
    /// In scope are <c>work</c> and <c>anyway</c>; <c>outside</c> follows the setup too, but comes before no teardown of it.
    /// </remarks>
    [Theory]
    [InlineData("", "setup queued, work pending, teardown pending")]
    [InlineData("ok setup", "work queued, outside queued, teardown pending")]
    [InlineData("never setup", "work upstream_failed, anyway upstream_failed, outside queued, teardown upstream_failed, run unfinished")]
    [InlineData("never setup; ok outside", "run failed")]
    [InlineData("skip setup", "work skipped, anyway skipped, outside queued, teardown skipped")]
    [InlineData("skip setup; ok outside", "run success")]
    [InlineData("mark failed setup", "work upstream_failed, outside queued, teardown upstream_failed")]
    [InlineData("ok setup; never work", "anyway queued, teardown pending")]
    [InlineData("ok setup; never work; never anyway", "teardown queued")]
    [InlineData("ok setup; never work; ok anyway; ok outside; ok teardown", "run success")]
    [InlineData("ok setup; ok work; never anyway; ok outside; ok teardown", "run failed")]
    [InlineData("ok setup; ok work; ok anyway; ok outside; never teardown", "run success")]
    [InlineData("ok setup; skip work; skip anyway; ok outside", "teardown queued")]
    [InlineData("claim setup; stop cancelled", "setup running, work cancelled, outside cancelled, teardown pending, run unfinished")]
    [InlineData("claim setup; stop cancelled; ok setup", "work cancelled, teardown queued, run unfinished")]
    [InlineData("claim setup; stop cancelled; cancel setup", "teardown upstream_failed, run cancelled")]
    [InlineData("ok setup; claim work; stop failed; cancel work", "anyway cancelled, teardown queued, run unfinished")]
    [InlineData("ok setup; claim work; stop failed; fail work; ok teardown", "work cancelled, run failed")]
    [InlineData("ok setup; stop success; fail teardown", "teardown up_for_retry, run unfinished")]
    [InlineData("ok setup; stop success; fail teardown; never teardown", "run success")]
    [InlineData("stop cancelled", "setup cancelled, work cancelled, teardown upstream_failed, run cancelled")]
    public void Setup_MustSucceedForItsScope(string steps, string expected) => Script.Play(
        dag =>
        {
            var setup = dag.Task("setup", Nothing);
            var work = dag.Task("work", Nothing).After(setup).Retries(2);
            var anyway = dag.Task("anyway", Nothing).After(work).Rule(TriggerRule.AllDone);
            dag.Task("outside", Nothing).After(setup).Rule(TriggerRule.AllDone);
            dag.Task("teardown", Nothing).AsTeardown(setup).After(anyway).Retries(1);
        },
        steps, expected);

    [Theory]
    [InlineData("ok setup; ok work; never teardown", "run failed")]
    [InlineData("ok setup; ok work; ok teardown", "run success")]
    [InlineData("never setup", "teardown upstream_failed, run failed")]
    [InlineData("skip setup", "teardown skipped, run success")]
    public void FailsRun_MakesATeardownDecideToo(string steps, string expected) => Script.Play(
        dag =>
        {
            var setup = dag.Task("setup", Nothing).AsSetup();
            var work = dag.Task("work", Nothing).After(setup).Rule(TriggerRule.AllDone);
            dag.Task("teardown", Nothing).AsTeardown(setup).After(work).FailsRun();
        },
        steps, expected);

    [Theory]
    [InlineData("never setup", "a upstream_failed, b upstream_failed, run failed")]
    [InlineData("skip setup", "a skipped, b skipped, run success")]
    [InlineData("ok setup; never a", "b queued")]
    public void Setup_WithoutTeardown_HasAllThatFollowsInItsScope(string steps, string expected) => Script.Play(
        dag =>
        {
            var a = dag.Task("a", Nothing).After(dag.Task("setup", Nothing).AsSetup());
            dag.Task("b", Nothing).After(a).Rule(TriggerRule.AllDone);
        },
        steps, expected);

    /// <remarks>The cluster stands around the table: <c>cluster table work drop stop</c>.</remarks>
    [Theory]
    [InlineData("ok cluster; ok table; ok work", "drop queued, stop pending")]
    [InlineData("ok cluster; ok table; never work; never drop", "stop queued")]
    [InlineData("ok cluster; never table", "work upstream_failed, drop upstream_failed, stop queued")]
    [InlineData("never cluster", "table upstream_failed, work upstream_failed, drop upstream_failed, stop upstream_failed, run failed")]
    [InlineData("skip cluster", "table skipped, work skipped, drop skipped, stop skipped, run success")]
    [InlineData("ok cluster; ok table; claim work; stop cancelled; cancel work; ok drop; ok stop", "run cancelled")]
    public void Setups_Nested_AreTakenDownFromTheInside(string steps, string expected) => Script.Play(
        dag =>
        {
            var cluster = dag.Task("cluster", Nothing);
            var table = dag.Task("table", Nothing).After(cluster);
            var work = dag.Task("work", Nothing).After(table);
            var drop = dag.Task("drop", Nothing).AsTeardown(table).After(work);
            dag.Task("stop", Nothing).AsTeardown(cluster).After(drop);
        },
        steps, expected);

    [Theory]
    [InlineData("ok one; never two", "work upstream_failed, teardown queued")]
    [InlineData("skip one; skip two", "work skipped, teardown skipped, run success")]
    [InlineData("skip one; never two", "work upstream_failed, teardown upstream_failed, run failed")]
    [InlineData("never one", "work pending, teardown pending")]
    [InlineData("ok one; ok two; skip work", "teardown queued")]
    public void Teardown_OfTwoSetups_RunsIfOneSucceeded(string steps, string expected) => Script.Play(
        dag =>
        {
            var (one, two) = (dag.Task("one", Nothing), dag.Task("two", Nothing));
            dag.Task("teardown", Nothing).AsTeardown(one, two).After(dag.Task("work", Nothing).After(one, two).Rule(TriggerRule.AllDone));
        },
        steps, expected);
}
