using FsCheck;
using FsCheck.Fluent;
using Workflow.Data.DuckDb;
using Workflow.Data.Files;

namespace Workflow.Data.Tests;

public sealed class RowTransformTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Run_EveryType_ComesBackAsItWas()
    {
        var parquet = data.Parquet(
            """
            SELECT 9007199254740993 AS id, 7::INTEGER AS small, 0.1::DOUBLE AS share, true AS is_good, DATE '1969-12-31' AS day,
                TIMESTAMP '2024-02-29 10:11:12.123456' AS at, 'say "x", or' || chr(10) || 'é' AS text, '' AS empty
            UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL
            """);

        var (rows, rejects) = await Run<Everything, Everything>(parquet, (row, writer) => writer.Write(row));

        rejects.ShouldBeNull();
        rows.Counts.ShouldBe(new RowCounts(2));
        rows.Schema.Select(column => $"{column.Name} {column.Type}").ShouldBe(
            ["id BIGINT", "small INTEGER", "share DOUBLE", "is_good BOOLEAN", "day DATE", "at TIMESTAMP", "text VARCHAR", "empty VARCHAR"]);
        using var session = new DuckDbSession();
        var paths = new Dictionary<string, object?> { ["a"] = parquet, ["b"] = await data.Store.PathAsync(rows.Sha256, default) };
        session.Query(
            "(FROM read_parquet($a) EXCEPT FROM read_parquet($b)) UNION ALL (FROM read_parquet($b) EXCEPT FROM read_parquet($a))", paths)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Run_AnyChoices_CountsEachRowOnce() => Prop.ForAll(
        Gen.Choose(0, 2).ListOf().ToArbitrary(),
        choices =>
        {
            var parquet = data.Parquet($"SELECT unnest([{string.Join(", ", choices)}]::INTEGER[]) AS value");
            var (rows, rejects) = Run<Choice, Choice>(parquet, (row, writer) =>
            {
                if (row.Value == 0)
                    writer.Write(row);
                else if (row.Value == 1)
                    writer.Reject("one");
            }).GetAwaiter().GetResult();
            return rows.Counts == new RowCounts(choices.Count, choices.Count(choice => choice == 1), choices.Count(choice => choice == 2))
                && rows.Rows == choices.Count(choice => choice == 0) && (rejects?.Rows ?? 0) == choices.Count(choice => choice == 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20).WithReplay(42, 43));

    [Fact]
    public async Task Run_RejectedRow_IsKeptWithItsNumberAndReason()
    {
        var (_, rejects) = await Run<Number, Number>(data.Parquet("SELECT i AS n FROM range(3) r(i)"), (row, writer) =>
        {
            if (row.N == 1)
                writer.Reject("is one");
            else
                writer.Write(row);
        });

        var rejected = (await data.Rows(rejects!)).ShouldHaveSingleItem();
        (rejected.Long("line_number"), rejected.Text("reason"), rejected.Text("raw")).ShouldBe((2, "is one", "{\"n\":\"1\"}"));
    }

    [Fact]
    public async Task Run_RowsThatDoNotFitTheCode_SaysWhichColumn()
    {
        await Refused<Number>("SELECT 1 AS m", "has no column n; it has m");
        await Refused<Number>("SELECT 1.5::DOUBLE AS n", "column n is DOUBLE, which property N of type Int64 does not hold");
        await Refused<Number>("SELECT NULL::BIGINT AS n", "Row 1 has no n, but Number.N may not be null");
        await Refused<Odd>("SELECT 1 AS n", "property N is a Guid");

        var twice = await Should.ThrowAsync<TaskFailureException>(() => Run<Number, Number>(data.Parquet("SELECT 1 AS n"), (row, writer) =>
        {
            writer.Write(row);
            writer.Write(row);
        }));
        twice.Message.ShouldContain("Row 1 was written or rejected twice");
        Directory.GetFiles(data.Store.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void Check_AnyNumbers_HoldsOnlyForTheSum() => Prop.ForAll(
        Gen.Four(Gen.Choose(-2, 5)).ToArbitrary(),
        counts =>
        {
            var (rowsIn, rowsOut, rejected, filtered) = counts;
            var sound = rejected >= 0 && filtered >= 0 && rowsIn == rowsOut + rejected + filtered;
            try
            {
                new RowCounts(rowsIn, rejected, filtered).Check("rows", rowsOut);
                return sound;
            }
            catch (TaskFailureException error)
            {
                return !sound && error.Message.Contains($"{rowsIn} read", StringComparison.Ordinal);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Run_LongText_IsWrittenUpToALimitThatIsSaid()
    {
        var parquet = data.Parquet("SELECT repeat('\"', 3_000_000) AS value");

        var (rows, _) = await Run<Words, Words>(parquet, (row, writer) => writer.Write(row));
        var error =
            await Should.ThrowAsync<TaskFailureException>(() =>
                Run<Words, Words>(parquet, (row, writer) => writer.Write(new(row.Value + row.Value))));

        (await data.Rows(rows, "length(value) AS n"))[0].Long("n").ShouldBe(3_000_000);
        error.Message.ShouldBe("What became of row 1 is longer than 8000000 bytes.");
        error.Retryable.ShouldBeFalse();
    }

    [Fact]
    public async Task Store_LongTextOfADatabase_IsTakenUpToALimitThatIsSaid()
    {
        var copied = new CopiedRows(data.Store);
        string File(int length) => data.Write("copied.csv", $"\"a\"\n\"{new string('x', length)}\"\n\"b\"\n");

        var rows = await copied.StoreAsync(File(7_000_000), [new("value", "VARCHAR")], "postgres:shop", default);
        var error =
            await Should.ThrowAsync<TaskFailureException>(() =>
                copied.StoreAsync(File(9_000_000), [new("value", "VARCHAR")], "postgres:shop", default));

        (await data.Rows(rows, "length(value) AS n")).Select(row => row.Long("n")).ShouldBe([1, 7_000_000, 1]);
        error.Message.ShouldStartWith("A row of postgres:shop is longer than 8000000 bytes");
        error.Retryable.ShouldBeFalse();
    }

    [Fact]
    public async Task Export_OneColumn_IsQuotedSoThatNoValueEndsACopy()
    {
        var csv = Path.Combine(data.Folder, "out.csv");

        await DatasetExport.WriteAsync(data.Parquet(@"SELECT unnest(['\.', NULL, '']) AS s"), Sink.Csv(csv), new DuckDbOptions(), default);

        (await File.ReadAllTextAsync(csv)).ShouldBe("\"s\"\n\"\\.\"\n\n\"\"\n");
    }

    [Fact]
    public async Task Export_Files_GiveTheRowsBackAndReplaceWhatWasThere()
    {
        var parquet = data.Parquet("SELECT 1 AS a, '' AS s UNION ALL SELECT 2, NULL UNION ALL SELECT 3, 'x, \"y\"'");
        var (csv, copy) = (data.Write("out.csv", "old"), data.Write("out.parquet", "old"));

        await DatasetExport.WriteAsync(parquet, Sink.Csv(csv), new DuckDbOptions(), default);
        await DatasetExport.WriteAsync(parquet, Sink.Parquet(copy), new DuckDbOptions(), default);

        (await File.ReadAllTextAsync(csv)).ShouldBe("a,s\n1,\"\"\n2,\n3,\"x, \"\"y\"\"\"\n");
        (await File.ReadAllBytesAsync(copy)).ShouldBe(await File.ReadAllBytesAsync(parquet));
        Directory.GetFiles(data.Folder, "*.partial").ShouldBeEmpty();
        var error = await Should.ThrowAsync<TaskFailureException>(
            () => DatasetExport.WriteAsync(parquet, Sink.Parquet(Path.Combine(data.Folder, "none", "x")), new DuckDbOptions(), default));
        error.Message.ShouldContain(Path.Combine(data.Folder, "none", "x"));
    }

    [Fact]
    public async Task Export_WhileAnotherOneToThePathIsUnderWay_LeavesItsFileAlone()
    {
        var (csv, other) = (Path.Combine(data.Folder, "out.csv"), data.Write("out.csv.partial", "half of another"));

        await DatasetExport.WriteAsync(data.Parquet("SELECT 1 AS a, 2 AS b"), Sink.Csv(csv), new DuckDbOptions(), default);
        await Should.ThrowAsync<TaskFailureException>(() =>
            DatasetExport.WriteAsync(Path.Combine(data.Folder, "none.parquet"), Sink.Parquet(csv), new DuckDbOptions(), default));

        (await File.ReadAllTextAsync(csv)).ShouldBe("a,b\n1,2\n");
        (await File.ReadAllTextAsync(other)).ShouldBe("half of another");
        Directory.GetFiles(data.Folder, "*.partial").ShouldBe([other]);
    }

    private async Task Refused<T>(string sql, string reason)
        where T : class
    {
        var error = await Should.ThrowAsync<TaskFailureException>(() => Run<T, T>(data.Parquet(sql), (row, writer) => writer.Write(row)));
        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
    }

    private Task<ReadDataset> Run<TIn, TOut>(string parquet, Action<TIn, RowWriter<TOut>> transform)
        where TIn : class
        where TOut : class =>
            new RowTransform(data.Store).RunAsync(parquet, transform, hidesRejects: false, null, TestContext.Current.CancellationToken);

    private sealed record Everything(
        long Id, int? Small, double? Share, bool? IsGood, DateOnly? Day, DateTime? At, string? Text, string? Empty);

    private sealed record Choice(int Value);

    private sealed record Words(string Value);

    private sealed record Number(long N);

    private sealed record Odd(Guid N);
}
