using System.Text.Json;
using Workflow.Core.Tests.Authoring;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Graphs;

public sealed class DagDefinitionTests
{
    [Fact]
    public void ToJson_FullGraph_ReadsBackTheSame()
    {
        var graph = Rich().Graph;

        var back = DagGraph.FromJson(graph.ToJson());

        back.ToJson().ShouldBe(graph.ToJson());
        back.Tasks.Count.ShouldBe(graph.Tasks.Count);
        foreach (var (task, original) in back.Tasks.Zip(graph.Tasks))
        {
            JsonSerializer.Serialize(task).ShouldBe(JsonSerializer.Serialize(original));
            back.Downstreams(task.Index).ShouldBe(graph.Downstreams(task.Index));
            back.IsLeaf(task.Index).ShouldBe(graph.IsLeaf(task.Index));
        }
    }

    [Fact]
    public void Hash_SameDefinition_IsTheSame() => Rich().Hash.ShouldBe(Rich().Hash);

    [Fact]
    public void Hash_UnboundedCheck_IsComputed() =>
        Rich(checks => checks.Between("x", 0, double.PositiveInfinity)).Hash.Length.ShouldBe(64);

    /// <remarks>Each is one change against the same definition: all must differ from it and from each other.</remarks>
    [Fact]
    public void Hash_AnyOneChange_Differs()
    {
        List<DagDefinition> variants =
        [
            Rich(), Rich(id: "other"), Rich(more: dag => dag.Description("x")), Rich(more: dag => dag.Owner("x")),
            Rich(more: dag => dag.Tags("x")),
            Rich(more: dag => dag.Schedule(Cron.Of("0 3 * * *"))), Rich(more: dag => dag.Schedule(Cron.Of("0 2 * * *", "Europe/Berlin"))),
            Rich(more: dag => dag.Param("p", 1)), Rich(more: dag => dag.Param("p", 2)), Rich(more: dag => dag.RequiredParam<int>("p")),
            Rich(more: dag => dag.Task("extra", _ => Task.CompletedTask)),
            Rich(task: task => task.Queue("other")), Rich(task: task => task.Retries(2)),
                Rich(task: task => task.Retries(2, Backoff.Exponential())),
            Rich(task: task => task.Timeout(TimeSpan.FromSeconds(1))), Rich(task: task => task.Rule(TriggerRule.AllDone)),
            Rich(checks => checks.NotNull("y")), Rich(checks => checks.NotNull("x", mostly: 0.5)), Rich(checks => checks.InSet("x", ["a"])),
            Rich(checks => checks.InSet("x", ["b"])), Rich(sql: "SELECT 2"), Rich(swap: true),
        ];

        variants.GroupBy(variant => variant.Hash).Where(same => same.Count() > 1).ShouldBeEmpty();
    }

    private static DagDefinition Rich(
        Action<QualityGate>? checks = null, string id = "rich", Action<DagBuilder>? more = null, Action<TaskHandle>? task = null,
        string sql = "SELECT * FROM input", bool swap = false) => DagDefinition.From(new Described(dag =>
    {
        dag.Id(id).Description("d").Owner("o").Tags("t").Schedule(Cron.Of("0 2 * * *"));
        var raw = dag.Task("raw", _ => Task.FromResult<DatasetVersion>(null!)).Queue("etl")
            .Retries(3, Backoff.Exponential(cap: TimeSpan.FromHours(1)));
        var clean = dag.Sql("clean", raw, into: "clean", sql);
        var good = dag.Gate("good", clean, gate => (checks ?? (each => each.NotNull("x")))(gate));
        var last = dag.Task("last", swap ? good : raw, swap ? raw : good, (_, _, _) => Task.FromResult(1)).Timeout(TimeSpan.FromMinutes(5));
        task?.Invoke(last.Rule(TriggerRule.NoneFailed));
        more?.Invoke(dag);
    }));
}
