using Workflow.Graphs;

namespace Workflow.Core.Tests.Authoring;

public sealed class IsolationSettingsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("default", null, false)]
    [InlineData("etl", null, true)]
    [InlineData("training", null, true)]
    [InlineData("etl", false, false)]
    [InlineData("default", true, true)]
    public void Isolated_QueueAndWish_DecideTogether(string queue, bool? wish, bool expected)
    {
        var task = Define(task => (wish is { } isolated ? task.Isolated(isolated) : task).Queue(queue));

        task.Isolated.ShouldBe(expected);
    }

    [Fact]
    public void HardTimeout_Alone_Isolates() =>
        Define(task => task.HardTimeout(Minute))
        .ShouldSatisfyAllConditions(task => task.Isolated.ShouldBeTrue(), task => task.HardTimeout.ShouldBe(Minute));

    [Fact]
    public void MemoryLimit_Alone_Isolates() =>
        Define(task => task.MemoryLimit(1L << 30))
        .ShouldSatisfyAllConditions(task => task.Isolated.ShouldBeTrue(), task => task.MemoryLimit.ShouldBe(1L << 30));

    [Fact]
    public void Isolated_DeniedBesideAHardTimeout_NamesTaskAndRemedy() =>
        Complaint(task => task.Isolated(false).HardTimeout(Minute)).ShouldBe(
            "Task 't': HardTimeout ends the process of an attempt, and Isolated(false) gives it none of its own. Remove one of the two.");

    [Fact]
    public void Isolated_DeniedBesideAMemoryLimit_NamesTaskAndRemedy() =>
        Complaint(task => task.MemoryLimit(1L << 30).Isolated(false)).ShouldStartWith("Task 't': MemoryLimit ends");

    [Fact]
    public void HardTimeout_NoLongerThanTheTimeout_IsRefused() =>
        Complaint(task => task.HardTimeout(Minute).Timeout(Minute))
        .ShouldStartWith("Task 't': the hard timeout 00:01:00 must be longer than the timeout 00:01:00");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(50)]
    public void HardTimeout_Impossible_IsRefused(int days) =>
        Complaint(task => task.HardTimeout(TimeSpan.FromDays(days)))
        .ShouldStartWith("Task 't': the hard timeout must be positive and at most 49 days");

    [Fact]
    public void MemoryLimit_BelowWhatTheRuntimeNeeds_IsRefused() =>
        Complaint(task => task.MemoryLimit(1_000))
        .ShouldBe("Task 't': the memory limit must be at least 67,108,864 bytes, which the runtime itself needs; got 1,000.");

    [Fact]
    public void Graph_StoredBeforeThereWasIsolation_StillReads()
    {
        var stored = Graph(task => task).ToJson().Replace("\"isolated\":false", "\"unknown\":false", StringComparison.Ordinal);

        stored.ShouldNotContain("isolated");
        DagGraph.FromJson(stored).Tasks[0].Isolated.ShouldBeFalse();
    }

    [Fact]
    public void Graph_WithLimits_KeepsThem()
    {
        var graph = Graph(task => task.HardTimeout(Minute).MemoryLimit(1L << 30));

        var task = DagGraph.FromJson(graph.ToJson()).Tasks[0];
        (task.Isolated, task.HardTimeout, task.MemoryLimit).ShouldBe((true, Minute, 1L << 30));
    }

    private static string Complaint(Func<TaskHandle, TaskHandle> settings) =>
        Should.Throw<DagDefinitionException>(() => Define(settings)).Message;

    private static TaskDefinition Define(Func<TaskHandle, TaskHandle> settings) => Graph(settings).Tasks[0];

    private static DagGraph Graph(Func<TaskHandle, TaskHandle> settings) => DagDefinition.From(new Described(settings)).Graph;

    private sealed class Described(Func<TaskHandle, TaskHandle> settings) : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("d");
            settings(dag.Task("t", _ => Task.CompletedTask));
        }
    }
}
