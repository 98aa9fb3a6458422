using Workflow.Data.DuckDb;

namespace Workflow.Data.Tests;

public sealed class SpillTests : IDisposable
{
    private const long Small = 128L << 20;

    private readonly DataFixture data = new();

    private string Folder => Path.Combine(data.Folder, "spill");

    private DuckDbOptions Spilling => new() { MemoryBytes = Small, SpillFolder = Folder };

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Write_JoinAndSortBeyondMemory_SpillsAndLeavesNothing()
    {
        var rows = data.Parquet("SELECT i, hash(i) AS h, repeat('x', 40) || hash(i, 1) AS s FROM range(1500000) r(i)");
        var query = new DatasetQuery("SELECT a.h, a.s, b.s AS other FROM input a JOIN input b ON a.h = b.h")
        {
            Inputs = new Dictionary<string, IReadOnlyList<string>> { ["input"] = [rows] },
        };
        var plenty = await new DatasetWriter(data.Store).WriteAsync(query, default);
        await Should.ThrowAsync<TaskFailureException>(
            () => new DatasetWriter(data.Store, Spilling with { SpillFolder = null }).WriteAsync(query, default));

        var spilled = await new DatasetWriter(data.Store, Spilling).WriteAsync(query, default);

        (spilled.Rows, spilled.Sha256).ShouldBe((1_500_000, plenty.Sha256));
        Directory.GetFileSystemEntries(Folder).ShouldBeEmpty();
    }

    [Fact]
    public void Open_AfterAKill_ClearsUpTheDeadAndSparesTheLiving()
    {
        using var living = new DuckDbSession(Spilling);
        Spill(living);
        var before = Directory.GetFileSystemEntries(Folder, "*", SearchOption.AllDirectories);

        // What a process leaves that is killed while it spills: the system lets go of its lock.
        Directory.CreateDirectory(Path.Combine(Folder, "dead"));
        File.WriteAllText(Path.Combine(Folder, "dead", "duckdb_temp_storage_DEFAULT-0.tmp"), "rows");
        File.WriteAllText(Path.Combine(Folder, "dead.lock"), "");

        new DuckDbSession(Spilling).Dispose();

        before.Length.ShouldBeGreaterThan(2);
        Directory.GetFileSystemEntries(Folder, "*", SearchOption.AllDirectories).ShouldBe(before, ignoreOrder: true);
        living.Query("SELECT count(*) AS n FROM kept")[0].Long("n").ShouldBe(3_000_000);
    }

    [Fact]
    public void Open_FolderThatIsAFile_SaysWhichAndWhatToDo()
    {
        var file = data.Write("file", "");

        var error = Should.Throw<WorkflowException>(() => new DuckDbSession(new DuckDbOptions { SpillFolder = file }));

        error.Message.ShouldContain(file);
        error.Message.ShouldContain("must be writable");
    }

    private static void Spill(DuckDbSession session) =>
        session.Execute("CREATE TABLE kept AS SELECT hash(i) || repeat('x', 40) AS s FROM range(3000000) r(i)");
}
