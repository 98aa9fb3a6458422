using Dapper;
using Npgsql;
using Workflow.Postgres;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

public sealed class PackageTests : IAsyncLifetime
{
    private const string Dag = """
        public sealed class Uses : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("uses");
                dag.Task("word", _ => Task.FromResult(Greeter.Word));
            }
        }
        """;

    private readonly RestoredFolder folder = new();
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Run_DagThatUsesAPackage_GetsTheStoredAssemblyAndNotTheFile()
    {
        await SaveAsync("1.0.0", "hello");
        Directory.Delete(folder.Cache, recursive: true);
        await engine.StartWorkerAsync();

        (await OutputAsync(await engine.RunAsync("uses"))).ShouldBe("\"hello\"");
    }

    [Fact]
    public async Task Run_TwoVersionsOfOnePackage_EachGetsItsOwnInOneWorker()
    {
        await SaveAsync("1.0.0", "hello");
        var old = await engine.TriggerAsync("uses");
        await SaveAsync("2.0.0", "hi");
        var recent = await engine.TriggerAsync("uses");

        await engine.StartWorkerAsync();
        await engine.UntilEndedAsync(old);
        await engine.UntilEndedAsync(recent);

        (await OutputAsync(old), await OutputAsync(recent)).ShouldBe(("\"hello\"", "\"hi\""));
    }

    [Fact]
    public async Task Save_TwoDagsWithOnePackage_StoreItsAssemblyOnce()
    {
        await SaveAsync("1.0.0", "hello");
        await engine.SaveAsync(Dag.Replace("uses", "also_uses", StringComparison.Ordinal), packages: folder.Packages);
        await engine.SaveAsync(Dag.Replace("uses", "uses_none", StringComparison.Ordinal)
            .Replace("Greeter.Word", "\"mine\"", StringComparison.Ordinal), packages: folder.Packages);

        (await CountAsync("dag_assembly"), await CountAsync("dag_version_assembly")).ShouldBe((1, 2));
    }

    [Fact]
    public async Task Save_UnusedVersionReplaced_DropsTheAssembliesThatNoVersionHas()
    {
        await SaveAsync("1.0.0", "hello");
        await SaveAsync("2.0.0", "hi");

        (await CountAsync("dag_version"), await CountAsync("dag_assembly"), await CountAsync("dag_version_assembly")).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task Save_UsedVersionReplaced_KeepsItsAssemblies()
    {
        await SaveAsync("1.0.0", "hello");
        await engine.TriggerAsync("uses");
        await SaveAsync("2.0.0", "hi");

        (await CountAsync("dag_version"), await CountAsync("dag_assembly"), await CountAsync("dag_version_assembly")).ShouldBe((2, 2, 2));
    }

    [Theory]
    [InlineData("UPDATE dag_assembly SET name = 'other'")]
    [InlineData("DELETE FROM dag_version_assembly")]
    [InlineData("INSERT INTO dag_assembly (sha256, name, bytes) VALUES (encode(sha256(''), 'hex'), 'x', '')")]
    public async Task Worker_Role_MayReadAssembliesAndNoMore(string sql)
    {
        await SaveAsync("1.0.0", "hello");
        await using var worker = Database.Open(Database.WithOption(engine.ConnectionString, $"role={WorkerServices.Role}"), "test");
        await using var connection = await worker.OpenConnectionAsync(TestContext.Current.CancellationToken);

        (await connection.ExecuteScalarAsync<int>(
            "SELECT count(*)::int FROM dag_assembly a JOIN dag_version_assembly v USING (sha256)")).ShouldBe(1);
        (await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(sql))).SqlState.ShouldBe(
            PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Insert_BytesThatAreNotWhatTheHashSays_IsRefused() =>
        (await Should.ThrowAsync<PostgresException>(() => engine.ExecuteAsync(
            "INSERT INTO dag_assembly (sha256, name, bytes) VALUES (encode(sha256('a'), 'hex'), 'x', 'b')"))).SqlState
            .ShouldBe(PostgresErrorCodes.CheckViolation);

    private async Task SaveAsync(string version, string word)
    {
        folder.Add("Greeter", version, $"public static class Greeter {{ public static string Word => \"{word}\"; }}");
        folder.Restore();
        await engine.SaveAsync(Dag, packages: folder.Packages);
    }

    private Task<string> OutputAsync(long runId) =>
        engine.ScalarAsync<string>("SELECT value::text FROM task_output WHERE run_id = @runId", new { runId });

    private Task<int> CountAsync(string table) => engine.ScalarAsync<int>($"SELECT count(*)::int FROM {table}");
}
