using System.Text.Json.Nodes;
using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>
/// A DAG that makes a dataset and a model. In its middle lies a task that writes a dataset version and then waits until the test lets it go
/// on: whatever the test does to the processes in between hits an attempt with an effect that is not published yet.
/// </summary>
internal sealed class HeldDag(Playground playground)
{
    public const string Id = "held";

    private const string Source = """
        public sealed class Held : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("held");
                var folder = dag.RequiredParam<string>("folder");
                var rows = dag.Param("rows", 1_000);

                var held = dag.Task("hold", async run =>
                {
                    var made = await run.Datasets.GenerateAsync(
                        "SELECT i % 97 AS x, 2 * (i % 97) + hash(i) % 10 AS y, i % 5 = 0 AS is_test FROM range($rows) AS r (i)",
                        "held.rows",
                        values: new Dictionary<string, object> { ["rows"] = (long)run.Get(rows) });
                    var signs = run.Get(folder);
                    File.WriteAllText(Path.Combine(signs, $"reached-{run.Attempt}"), "");
                    using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                    while (!File.Exists(Path.Combine(signs, "go")))
                        await timer.WaitForNextTickAsync(run.Cancellation);
                    return made;
                });

                dag.Train("train", held, train => train.Model("held").Ridge("y").Numeric("x").Holdout("is_test"));
            }
        }
        """;

    private string Signs => playground.PathOf("signs");

    public async Task WriteAsync()
    {
        Directory.CreateDirectory(Signs);
        await playground.WriteDagAsync("Held.cs", Source);
    }

    public Task<string> TriggerAsync(WorkflowApi api, int rows = 1_000) =>
        api.TriggerAsync(Id, new JsonObject { ["folder"] = Signs, ["rows"] = rows });

    /// <summary>Waits until an attempt waits.</summary>
    public Task UntilReachedAsync(int attempt) => Eventually.TrueAsync(
        () => File.Exists(Path.Combine(Signs, $"reached-{attempt}")), TimeSpan.FromSeconds(60), $"attempt {attempt} has been reached");

    /// <summary>Lets attempts go on, this one and all later ones.</summary>
    public void LetGo() => File.WriteAllText(Path.Combine(Signs, "go"), "");

    /// <summary>Whatever happened on the way: one version of the dataset, one of the model, made from it.</summary>
    public static async Task ShouldHaveOneOfEachAsync(WorkflowApi api)
    {
        var dataset = (await api.ListAsync("datasets/held.rows", "versions")).ShouldHaveSingleItem();
        var model = (await api.ListAsync("models/held", "versions")).ShouldHaveSingleItem();
        ((int)dataset["version"]!, (int)model["version"]!).ShouldBe((1, 1));
        ((string?)model["parents"]!.AsArray().ShouldHaveSingleItem()!["sha256"]).ShouldBe((string?)dataset["sha256"]);
    }
}
