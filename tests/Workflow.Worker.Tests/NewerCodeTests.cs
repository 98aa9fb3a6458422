using Workflow.Testing;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>A worker of an older build beside DAG versions that a newer engine stored.</summary>
public sealed class NewerCodeTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Claim_OfCodeThatNeedsANewerEngine_IsGivenBackWithoutBlameAndLeftToOthers()
    {
        var newer = await engine.TriggerAsync(await SaveAsync("newer"));
        await engine.ExecuteAsync("UPDATE dag_version SET code_level = 99 WHERE dag_id = 'newer'");
        await engine.StartWorkerAsync();
        await Eventually.TrueAsync(
            async () => await StateAsync(newer) == "queued 1 0", Soon, "the older worker has given the task back");

        // It goes on with what it can run.
        await engine.UntilEndedAsync(await engine.TriggerAsync(await SaveAsync("known")));

        (await StateAsync(newer)).ShouldBe("queued 1 0");
        await engine.ExecuteAsync("UPDATE dag_version SET code_level = 1 WHERE dag_id = 'newer'");
        await engine.StartWorkerAsync();
        (await engine.UntilEndedAsync(newer)).ShouldBe("success");
    }

    private Task<string> StateAsync(long runId) =>
        engine.ScalarAsync<string>("SELECT state || ' ' || attempt || ' ' || lost FROM task_instance WHERE run_id = @runId", new { runId });

    private Task<string> SaveAsync(string id) => engine.SaveAsync($$"""
        public sealed class Plain : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("{{id}}");
                dag.Task("only", _ => Task.CompletedTask);
            }
        }
        """);
}
