using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>Verbs that need a database, where there is none or a wrong one: a sentence and exit code 1, never a stack trace.</summary>
public sealed class DatabaseVerbTests
{
    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Password=secret", "PostgreSQL cannot be reached")]
    [InlineData("Host=127.0.0.1;Prot=1;Password=secret", "malformed")]
    [InlineData("", "No database is named")]
    public async Task Check_WithoutADatabase_SaysWhyAndWhatToDo(string connectionString, string reason)
    {
        var result = await Playground.RunOnAsync(connectionString, "db", "check");

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain(reason);
        result.Error.ShouldContain("Database__ConnectionString");
        result.Error.ShouldNotContain("secret");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Migrate_EmptyDatabase_LetsTheVerbsStart()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var early = await Playground.RunOnAsync(database.ConnectionString, "worker");
        var check = await Playground.RunOnAsync(database.ConnectionString, "db", "check");
        var migrate = await Playground.RunOnAsync(database.ConnectionString, "db", "migrate");
        var again = await Playground.RunOnAsync(database.ConnectionString, "db", "check");

        early.ExitCode.ShouldBe(1, early.ToString());
        early.Error.ShouldContain("workflow db migrate");
        check.ExitCode.ShouldBe(1, check.ToString());
        migrate.ShouldSucceed();
        again.ShouldSucceed();
    }
}
