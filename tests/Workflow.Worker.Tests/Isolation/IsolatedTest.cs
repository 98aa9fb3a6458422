using System.Text.Json.Nodes;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests.Isolation;

/// <summary>What tests of isolated tasks share: an engine, and DAGs out of a few statements.</summary>
public abstract class IsolatedTest : IAsyncLifetime
{
    protected TestEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    /// <summary>A file for what a test and its tasks tell each other.</summary>
    protected string PathOf(string name) => Path.Combine(Path.GetDirectoryName(Engine.Artifacts)!, name);

    protected async Task<long> RunAsync(
        string body, JsonObject? conf = null, string types = "", Func<WorkerOptions, WorkerOptions>? configure = null)
    {
        var dagId = await SaveAsync(body, types);
        await Engine.StartWorkerAsync(configure: configure);
        return await Engine.RunAsync(dagId, conf);
    }

    protected Task<string> SaveAsync(string body, string types = "") => Engine.SaveAsync($$"""
        using System.Diagnostics;
        using System.Runtime.InteropServices;

        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("test");
                {{body}}
            }
        }
        {{types}}
        """);

    protected async Task<string> MessageAsync(string task) =>
        await Engine.ScalarAsync<string>("SELECT coalesce(message, '') FROM task_instance WHERE task_id = @task", new { task });

    protected async Task<IReadOnlyList<string>> LogAsync() =>
        (await Engine.ScalarAsync<string[]>("SELECT array_agg(level || ' ' || line ORDER BY task_index, attempt, seq) FROM task_log"))!;
}
