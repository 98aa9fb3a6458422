using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>Random histories through the stores against real PostgreSQL: the store and the machine in memory must never disagree.</summary>
public sealed class StoredHistoryTests
{
    /// <remarks>A failure names its seed; the same seed gives the same graphs and the same history.</remarks>
    [Theory]
    [InlineData(1)]
    [InlineData(101)]
    [InlineData(201)]
    public async Task Play_RandomHistories_StoresWhatTheMachineSays(int first)
    {
        await using var engine = await TestEngine.CreateAsync();
        for (var seed = first; seed < first + 20; seed++)
            await new StoredHistory(engine, seed).PlayAsync(events: 40);
    }
}
