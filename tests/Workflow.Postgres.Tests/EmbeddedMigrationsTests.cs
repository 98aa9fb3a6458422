using Workflow.Postgres.Migrations;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

public sealed class EmbeddedMigrationsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task EnsureCurrent_ClonedTestDatabase_IsWhatThisBuildKnows() =>
        await new Migrator(database.DataSource).EnsureCurrentAsync();

    [Fact]
    public void Embedded_EveryFileOfTheFolder_IsCarriedInOrder()
    {
        var folder = Path.Combine(PostgresServer.Checkout, "migrations");
        var files = (Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sql") : []).Select(path => Path.GetFileName(path));

        Migration.Embedded.Select(migration => migration.FileName).ShouldBe(files.Order(StringComparer.Ordinal));
    }
}
