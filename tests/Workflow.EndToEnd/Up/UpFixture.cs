using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>One <c>workflow up</c> with the example DAGs of the repository, for all tests of a class.</summary>
public sealed class UpFixture : IAsyncLifetime
{
    private readonly Playground playground = new();

    internal UpProcess Up { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Up = await playground.StartAsync(dags: Path.Combine(PostgresServer.Checkout, "dags"));

    public ValueTask DisposeAsync() => playground.DisposeAsync();
}
