using Workflow.Scheduler.Loading;

namespace Workflow.Scheduler.Tests.Loading;

/// <summary>What an author gets to see of each kind of mistake: where it is, what it is, and what to do.</summary>
public sealed class BadDefinitionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <remarks>The mistake stands in line 7; the definition begins in line 6.</remarks>
    [Theory]
    [InlineData("a.After(a);", 6, "WF004", "a cycle among the tasks a", "Take one of the dependencies away")]
    [InlineData("dag.Task(\"a\", _ => Task.CompletedTask);", 7, "WF004", "Two tasks are called 'a'", "give one of them another id")]
    [InlineData("dag.Task(\"b\", _ => Task.CompletedTask).After(nobody);", 7, "CS0103", "'nobody' does not exist", "")]
    [InlineData(
        "dag.Map(\"each\", dag.Task(\"list\", _ => Task.FromResult(new[] { 1 })), (_, n) => Task.CompletedTask).Rule(TriggerRule.Always);",
        7, "WF004", "'each' is mapped and has the rule always", "use all_done")]
    [InlineData("dag.Task(\"b\", _ => Task.CompletedTask).Pool(\"gpu\", 3);", 7, "WF009", "takes 3 slots of pool 'gpu', which has 2",
        "make the pool larger")]
    [InlineData("dag.Schedule(Cron.Of(\"61 * * * *\"));", 3, "WF005", "61 * * * *", "")]
    [InlineData("dag.Schedule(Cron.Of(\"0 0 30 2 *\"));", 3, "WF005", "never fires", "")]
    [InlineData("dag.Param(\"n\", 5, maximum: 3);", 7, "WF004", "Parameter 'n': the default must lie between -inf and 3, got 5", "")]
    [InlineData("dag.Task(\"b\", a, (_, x) => Task.CompletedTask).AsTeardown();", 7, "WF009", "the teardown of nothing",
        "AsTeardown(setup)")]
    [InlineData("dag.Task(\"b\", _ => Task.CompletedTask).WaitTimeout(TimeSpan.FromSeconds(1));", 7, "WF009", "does not wait",
        "Use Timeout(...)")]
    [InlineData("dag.Deadline(Workflow.Graphs.DeadlineDefinition.AfterQueued(TimeSpan.FromSeconds(-1)), _ => Task.CompletedTask);", 3,
        "WF004", "always missed", "Make its interval positive")]
    public void Load_AMistake_NamesThePlaceAndTheRemedy(string mistake, int line, string code, string what, string remedy)
    {
        folder.Write("Bad.cs", $$"""
            using System;

            public sealed class Bad : IDag
            {
                public void Define(DagBuilder dag) { dag.Id("bad");
                    var a = dag.Task("a", _ => Task.FromResult(1));
                    {{mistake}}
                }
            }
            """);

        var found = new DagFolderLoader(new DagCompiler())
            .Load(DagFolder.Scan(folder.Root), LoadResult.Nothing,
                pools: new Dictionary<string, int> { ["default_pool"] = -1, ["gpu"] = 2 })
            .Diagnostics.ShouldHaveSingleItem();

        found.ShouldSatisfyAllConditions(
            () => (found.File, found.Line, found.Code).ShouldBe(("Bad.cs", line, code)),
            () => found.Message.ShouldContain(what),
            () => found.Message.ShouldContain(remedy));
    }
}
