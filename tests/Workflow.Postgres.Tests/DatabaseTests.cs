using Workflow.Testing;

namespace Workflow.Postgres.Tests;

/// <summary>The connections of the engine.</summary>
public sealed class DatabaseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_ForWhateverUse_LimitsHowLongAStoppedProcessHoldsItsLocks(bool forQueue)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var data = forQueue ? Database.OpenQueue(database.ConnectionString, "test")
            : Database.Open(database.ConnectionString, "test");
        await using var command = data.CreateCommand("SHOW idle_in_transaction_session_timeout");

        (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe("10s");
    }
}
