using Workflow.Postgres.Reads;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>Schedulers with different DAG folders: one folder has the say, and versions do not go back and forth.</summary>
public sealed class FolderSayTests : IAsyncLifetime
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("workflow-folders-");
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task Load_TwoFoldersWithOneDag_StoresTheFirstFoldersAlone()
    {
        var token = TestContext.Current.CancellationToken;
        using var first = engine.Loader(Folder("a", "first"), "one");
        using var second = engine.Loader(Folder("b", "second"), "two");
        for (var turn = 0; turn < 3; turn++)
        {
            await first.LoadAsync(token);
            (await second.LoadAsync(token)).Dags.ShouldBeEmpty();
        }

        (await engine.ScalarAsync<string>("SELECT string_agg(number || ' ' || description, ',') FROM dag_version")).ShouldBe("1 first");
        var seen = await new HealthReads(engine.Data).SchedulersAsync(TimeSpan.FromMinutes(1), token);
        seen.Select(row => (row.Name, row.HasTheSay)).ShouldBe([("one", true), ("two", false)]);
    }

    [Fact]
    public async Task Keep_WhenTheHolderIsGone_HandsOverAtOnceForTheSameFolderAndAfterAWhileForAnother()
    {
        var token = TestContext.Current.CancellationToken;
        var shared = Folder("a", "first");
        using var first = engine.Loader(shared, "one");
        using var same = engine.Loader(shared, "two");
        using var other = engine.Loader(Folder("b", "second"), "three");
        await first.LoadAsync(token);
        await same.LoadAsync(token);
        await other.LoadAsync(token);

        await engine.ExecuteAsync("UPDATE scheduler SET stopped_at = now() WHERE name = 'one'");
        await other.KeepAsync(token);
        (await HolderAsync()).ShouldBe("one", "a folder that differs waits");
        await same.KeepAsync(token);
        (await HolderAsync()).ShouldBe("two");

        await engine.ExecuteAsync("UPDATE scheduler SET heartbeat_at = now() - interval '2 minutes' WHERE name = 'two'");
        await other.KeepAsync(token);
        (await HolderAsync()).ShouldBe("three");
        (await engine.ScalarAsync<string>("SELECT description FROM dag_version ORDER BY dag_version_id DESC LIMIT 1")).ShouldBe("second");
    }

    [Fact]
    public async Task Keep_WhenAPoolShrinksBelowATask_RefusesTheDefinition()
    {
        var token = TestContext.Current.CancellationToken;
        await engine.ExecuteAsync("INSERT INTO pool (pool, slots) VALUES ('gpu', 4)");
        using var loader = engine.Loader(Folder("a", "first", """.Pool("gpu", 3)"""));
        await loader.LoadAsync(token);
        (await engine.ScalarAsync<int>("SELECT count(*) FROM import_error")).ShouldBe(0);

        await engine.ExecuteAsync("UPDATE pool SET slots = 2 WHERE pool = 'gpu'");
        await loader.KeepAsync(token);

        (await engine.ScalarAsync<string>("SELECT diagnostics -> 0 ->> 'message' FROM import_error")).ShouldContain(
            "takes 3 slots of pool 'gpu', which has 2");
        (await engine.ScalarAsync<int>("SELECT (diagnostics -> 0 ->> 'line')::int FROM import_error")).ShouldBe(4);
    }

    private Task<string> HolderAsync() => engine.ScalarAsync<string>("SELECT name FROM dag_folder JOIN scheduler USING (scheduler_id)");

    private string Folder(string name, string description, string more = "")
    {
        var folder = root.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "One.cs"), $$"""
            public sealed class One : IDag
            {
                public void Define(DagBuilder dag) => dag.Id("one").Description("{{description}}")
                    .Task("t", _ => Task.CompletedTask){{more}};
            }
            """);
        return folder;
    }
}
