using Workflow.Postgres.Migrations;
using Workflow.Testing;

namespace Workflow.Postgres.Tests;

public sealed class MigratorTests : IAsyncLifetime
{
    private static readonly Migration First =
        Migration.Parse("0001_create_fruit.sql", "CREATE TABLE fruit (name text); INSERT INTO fruit VALUES ('apple');");
    private static readonly Migration Second = Migration.Parse("0002_add_pear.sql", "INSERT INTO fruit VALUES ('pear');");
    private static readonly Migration Broken =
        Migration.Parse("0002_break_fruit.sql", "INSERT INTO fruit VALUES ('plum'); SELECT nonsense;");

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Migrate_EmptyDatabase_AppliesAllInOrderAndRecordsThem()
    {
        (await Migrator(First, Second).MigrateAsync()).ShouldBe([First, Second]);

        (await FruitAsync()).ShouldBe(["apple", "pear"]);
        (await ColumnAsync("SELECT format('%s %s %s', number, name, sha256) FROM schema_migration ORDER BY number"))
            .ShouldBe([$"1 create_fruit {First.Sha256}", $"2 add_pear {Second.Sha256}"]);
    }

    [Fact]
    public async Task Migrate_SecondTime_ChangesNothing()
    {
        await Migrator(First, Second).MigrateAsync();
        var before = await ColumnAsync("SELECT schema_migration::text FROM schema_migration ORDER BY number");

        (await Migrator(First, Second).MigrateAsync()).ShouldBeEmpty();

        (await FruitAsync()).ShouldBe(["apple", "pear"]);
        (await ColumnAsync("SELECT schema_migration::text FROM schema_migration ORDER BY number")).ShouldBe(before);
    }

    [Fact]
    public async Task Migrate_OneMigrationAdded_AppliesOnlyThat()
    {
        await Migrator(First).MigrateAsync();

        (await Migrator(First, Second).MigrateAsync()).ShouldBe([Second]);

        (await FruitAsync()).ShouldBe(["apple", "pear"]);
    }

    [Fact]
    public async Task Migrate_ManyAtOnce_EachMigrationIsAppliedByOne()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Migrator(First, Second).MigrateAsync()));

        results.SelectMany(applied => applied).OrderBy(migration => migration.Number).ShouldBe([First, Second]);
        (await FruitAsync()).ShouldBe(["apple", "pear"]);
    }

    [Fact]
    public async Task Migrate_FailingMigration_UndoesItAndKeepsThoseBefore()
    {
        var error = await Should.ThrowAsync<MigrationException>(Migrator(First, Broken).MigrateAsync());

        error.Message.ShouldStartWith("0002_break_fruit.sql failed and was undone, the schema stays at 1: 42703");
        (await FruitAsync()).ShouldBe(["apple"]);
        (await Migrator(First, Second).MigrateAsync()).ShouldBe([Second]);
    }

    [Fact]
    public async Task Migrate_AppliedFileChanged_RefusesAndAppliesNothing()
    {
        await Migrator(First).MigrateAsync();
        var changed = Migration.Parse(First.FileName, First.Sql + " -- a harmless remark");

        var error = await Should.ThrowAsync<MigrationException>(Migrator(changed, Second).MigrateAsync());

        error.Message.ShouldStartWith("0001_create_fruit.sql is not the file that was applied");
        (await FruitAsync()).ShouldBe(["apple"]);
    }

    [Fact]
    public async Task Migrate_FileWithOtherLineEnds_IsTheSameFile()
    {
        await Migrator(Migration.Parse(First.FileName, "SELECT 1;\nSELECT 2;\n")).MigrateAsync();

        (await Migrator(Migration.Parse(First.FileName, "SELECT 1;\r\nSELECT 2;\r\n")).CheckAsync()).IsCurrent.ShouldBeTrue();
    }

    [Fact]
    public async Task Migrate_NewerDatabase_RefusesAndNamesBothVersions()
    {
        await Migrator(First, Second).MigrateAsync();

        var error = await Should.ThrowAsync<MigrationException>(Migrator(First).MigrateAsync());

        error.Message.ShouldBe("schema 2 is newer than this build knows (1): upgrade the engine");
    }

    [Fact]
    public async Task Migrate_RowMissingInDatabase_Refuses()
    {
        await Migrator(First, Second).MigrateAsync();
        await ColumnAsync("DELETE FROM schema_migration WHERE number = 1");

        var error = await Should.ThrowAsync<MigrationException>(Migrator(First, Second).MigrateAsync());

        error.Message.ShouldContain("lacks the row of 0001_create_fruit.sql");
    }

    [Fact]
    public void Create_GapInTheMigrations_Refuses()
    {
        var third = Migration.Parse("0003_add_fig.sql", "SELECT 1");

        var error = Should.Throw<MigrationException>(() => Migrator(First, third));

        error.Message.ShouldContain("0003_add_fig.sql stands where number 2 is wanted");
    }

    [Theory]
    [InlineData("1_create_fruit.sql")]
    [InlineData("create_fruit.sql")]
    [InlineData("0001.sql")]
    public void Parse_OtherNames_Refuses(string fileName) => Should.Throw<MigrationException>(() => Migration.Parse(fileName, "SELECT 1"));

    [Fact]
    public async Task Check_EmptyDatabase_ListsEverythingAndCreatesNothing()
    {
        var status = await Migrator(First, Second).CheckAsync();

        status.Current.ShouldBe(0);
        status.Pending.ShouldBe([First, Second]);
        (await ColumnAsync("SELECT relname::text FROM pg_class WHERE relname = 'schema_migration'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task EnsureCurrent_PendingMigration_RefusesAndNamesIt()
    {
        await Migrator(First).MigrateAsync();

        var error = await Should.ThrowAsync<MigrationException>(Migrator(First, Second).EnsureCurrentAsync());

        error.Message.ShouldStartWith("schema 1 is older than this build needs (2): apply 0002_add_pear.sql");
        await Migrator(First).EnsureCurrentAsync();
    }

    private Migrator Migrator(params Migration[] migrations) => new(_database.DataSource, migrations);

    private Task<IReadOnlyList<string>> FruitAsync() => ColumnAsync("SELECT name FROM fruit ORDER BY name");

    private async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> values = [];
        while (await reader.ReadAsync())
            values.Add(reader.GetString(0));
        return values;
    }
}
