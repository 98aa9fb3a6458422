using Workflow.Data.DuckDb;
using Workflow.Data.Profiles;

namespace Workflow.Data.Tests;

public sealed class DatasetWriterTests : IDisposable
{
    // Doubles whose sum depends on the order of adding, text, nulls, times, and rows in no order.
    private const string MillionRows =
        """
        SELECT (hash(i) % 1000000)::BIGINT AS k, CASE WHEN i % 17 > 0 THEN (hash(i, 1) % 100000) / 7.0 END::DOUBLE AS x,
               CASE WHEN i % 11 > 0 THEN 'name ' || (hash(i, 2) % 5000) END AS s,
               TIMESTAMP '2020-01-01' + to_seconds((hash(i, 3) % 1000000)::BIGINT) AS t,
               i % 3 = 0 AS b, (hash(i, 9) % 100)::DECIMAL(10, 2) AS d
        FROM range(1000000) r(i)
        """;

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Write_MillionRowsUnderAnyThreadsAndMemory_HasOneHash()
    {
        var results = new List<StoredDataset>();
        foreach (var (threads, memory) in new[] { (1, 1024), (2, 1024), (8, 1024), (2, 192) })
        {
            var options = new DuckDbOptions
            {
                Threads = threads,
                MemoryBytes = (long)memory << 20,
                SpillFolder = Path.Combine(data.Folder, "spill"),
            };
            results.Add(await new DatasetWriter(data.Store, options).WriteAsync(new DatasetQuery(MillionRows), default));
        }

        results.Select(result => result.Sha256).Distinct().ShouldHaveSingleItem();
        results.Select(result => string.Join('\n', result.Profile)).Distinct().ShouldHaveSingleItem();
        results[0].Rows.ShouldBe(1_000_000);
        Directory.GetFiles(Path.Combine(data.Store.Root, "staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_FloatAggregates_HasOneHashUnderAnyThreads()
    {
        var source = data.Parquet(MillionRows);
        var query = new DatasetQuery("SELECT s, sum(x) AS total, avg(x) AS mean FROM input GROUP BY s")
        {
            Inputs = new Dictionary<string, IReadOnlyList<string>> { ["input"] = [source] },
        };
        var hashes = new List<string>();
        foreach (var threads in new[] { 1, 2, 8 })
            hashes.Add((await new DatasetWriter(data.Store, new DuckDbOptions { Threads = threads }).WriteAsync(query, default)).Sha256);

        hashes.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Write_SameRowsFromOtherFilesInOtherOrder_HasTheSameHash()
    {
        var (up, down) = (data.Parquet("SELECT i, 'x' || i AS s FROM range(1000) r(i)"), data.Parquet(
            "SELECT i, 'x' || i AS s FROM range(1000) r(i) ORDER BY i DESC"));
        var (low, high) = (data.Parquet("SELECT i, 'x' || i AS s FROM range(400) r(i)"), data.Parquet(
            "SELECT i, 'x' || i AS s FROM range(400, 1000) r(i)"));

        var hashes = new List<string>();
        foreach (var files in new[] { new[] { up }, [down], [high, low] })
            hashes.Add((await Write("SELECT * FROM input", files)).Sha256);

        hashes.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Write_OtherRows_HasAnotherHash() =>
        (await data.Save("SELECT 1 AS a")).Sha256.ShouldNotBe((await data.Save("SELECT 2 AS a")).Sha256);

    [Fact]
    public async Task Write_OrderGiven_SortsByItAndThenByTheRest()
    {
        var query = new DatasetQuery("SELECT * FROM (VALUES (1, 'b', 9), (2, 'a', 8), (3, 'a', 7)) t(x, y, z)") { OrderBy = ["y"] };

        var dataset = await new DatasetWriter(data.Store).WriteAsync(query, default);

        (await data.Rows(dataset)).Select(row => row.Long("x")).ShouldBe([2, 3, 1]);
        dataset.Schema.ShouldBe([new Column("x", "INTEGER"), new Column("y", "VARCHAR"), new Column("z", "INTEGER")]);
    }

    [Fact]
    public async Task Write_Profile_CountsWhatIsThere()
    {
        var dataset = await data.Save(
            """
            SELECT * FROM (VALUES (1, 1.0::DOUBLE, 'b'), (2, 'nan'::DOUBLE, NULL), (3, 'inf'::DOUBLE, 'a'), (NULL, 3.0, 'a'))
            t("an id", x, s)
            """);

        dataset.Rows.ShouldBe(4);
        dataset.Profile.Select(column => (column.Column, column.Count, column.Nulls, column.Distinct, column.Min, column.Max)).ShouldBe(
            [("an id", 3, 1, 3, "1", "3"), ("x", 4, 0, 4, "1", "3"), ("s", 3, 1, 2, "a", "b")]);
        dataset.Profile.Select(column => (column.Mean, column.Deviation)).ShouldBe([(2, Math.Sqrt(2 / 3.0)), (2, 1), (null, null)]);
        DatasetSketch.Of(dataset.Sketch.ToArray()).Rows.ShouldBe(4);
        dataset.WriterVersion.ShouldBe($"duckdb {DuckDbSession.Version}");
    }

    [Fact]
    public async Task Write_NumbersTooGreatToSquare_StillStores()
    {
        var dataset = await data.Save("SELECT unnest([1e308, -1e308]) AS x");

        dataset.Profile[0].Max.ShouldBe("1e+308");
        dataset.Profile[0].Deviation.ShouldBeNull();
    }

    [Fact]
    public async Task Write_NoRows_IsADatasetWithItsColumns()
    {
        var dataset = await data.Save("SELECT 1 AS a WHERE false;");

        (dataset.Rows, dataset.Schema.Count, dataset.Profile[0].Min).ShouldBe((0, 1, null));
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INTEGER)", "must be one SELECT")]
    [InlineData("COPY (SELECT 1) TO 'x.csv'", "must be one SELECT")]
    [InlineData("SELECT 1) TO 'x.csv' --", "Parser Error")]
    [InlineData("SELECT 1 AS a; SELECT 2 AS a", "multiple statements")]
    [InlineData("SELECT 1 AS a, 2 AS A", "more than once")]
    [InlineData("SELECT $month AS a", "$month")]
    [InlineData("SELECT * FROM input", "input")]
    public async Task Write_WhatIsNoSelect_IsRefused(string sql, string reason)
    {
        var error = await Should.ThrowAsync<TaskFailureException>(() => data.Save(sql));

        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
        Directory.GetFiles(Path.Combine(data.Store.Root, "staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_Values_AreBound()
    {
        var dataset = await data.Save("SELECT $text AS text, $n + 1 AS n -- a comment", ("text", "'); --"), ("n", 41), ("unused", null));

        var row = (await data.Rows(dataset)).Single();
        (row.Text("text"), row.Long("n")).ShouldBe(("'); --", 42));
    }

    [Fact]
    public async Task Write_Cancelled_CommitsNothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(
            () => new DatasetWriter(data.Store).WriteAsync(new DatasetQuery(MillionRows), source.Token));

        Directory.GetFiles(data.Store.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private Task<StoredDataset> Write(string sql, params string[] input) => new DatasetWriter(data.Store).WriteAsync(
        new DatasetQuery(sql) { Inputs = new Dictionary<string, IReadOnlyList<string>> { ["input"] = input } }, default);
}
