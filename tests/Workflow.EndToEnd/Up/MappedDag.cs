using System.Text.Json.Nodes;

namespace Workflow.EndToEnd.Up;

/// <summary>A DAG with a mapped task of which one element fails until the test mends what it lacks.</summary>
internal sealed class MappedDag(Playground playground)
{
    public const string Id = "mapped";

    public const string Failure = "File 1 is not there.";

    private const string Source = $$"""
        public sealed class Mapped : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{Id}}");
                var sign = dag.RequiredParam<string>("sign");
                var files = dag.Task<IReadOnlyList<int>>("list", _ => Task.FromResult<IReadOnlyList<int>>([0, 1, 2]));
                var loaded = dag.Map<int, int>("load", files, (run, file) =>
                {
                    run.Log($"loads file {file}");
                    return file != 1 || File.Exists(run.Get(sign)) ? Task.FromResult(file) : throw new InvalidOperationException("{{Failure}}");
                });
                dag.Task("sum", loaded, (_, all) => Task.FromResult(all.Sum()));
            }
        }
        """;

    private string Sign => playground.PathOf("sign");

    public Task WriteAsync() => playground.WriteDagAsync("Mapped.cs", Source);

    public Task<string> TriggerAsync(WorkflowApi api) => api.TriggerAsync(Id, new JsonObject { ["sign"] = Sign });

    /// <summary>From now on no element fails.</summary>
    public void Mend() => File.WriteAllText(Sign, "");
}
