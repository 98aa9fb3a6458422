using System.IO.Compression;
using System.Text;

namespace Workflow.Data.Tests;

public sealed class CsvFileTests : IDisposable
{
    private static readonly Column[] TwoNumbers = [new("a", "BIGINT"), new("b", "DOUBLE")];

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Ingest_EveryInferredType_KeepsWhatWasWritten()
    {
        var dataset = await Ingest(
            """
            whole,part,flag,day,time,zoned,code,big,mixed,none,phone
            1,0.5,true,2024-02-29,2024-02-29 10:11:12,2024-02-29T10:11:12Z,007,12345678901234567890,1,,+4930
            -2,1e3,FALSE,2023-01-01,2023-01-01T00:00:00.25,2024-02-29 10:11:12+02:00,010,1,x,,+1
            ,,,,,,,,,,
            """);

        dataset.Schema.Select(column => column.Type).ShouldBe(
            ["BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", .. Enumerable.Repeat("VARCHAR", 5)]);
        dataset.Rows.ShouldBe(3);
        dataset.Profile.ShouldAllBe(column => column.Nulls >= 1);
    }

    [Fact]
    public async Task Ingest_TypeContradictedByALateRow_IsText()
    {
        var lines = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{i},{i}\n"));

        var dataset = await Ingest($"a,b\n{lines}x,1\n");

        dataset.Schema.Select(column => column.Type).ShouldBe(["VARCHAR", "BIGINT"]);
        dataset.Rows.ShouldBe(30_001);
    }

    [Theory]
    [InlineData("a;b\n1;2,5\n", new[] { "a", "b" })]
    [InlineData("a\tb\n1\t2\n", new[] { "a", "b" })]
    [InlineData("a|b\r\n1|2\r\n", new[] { "a", "b" })]
    [InlineData("\uFEFFa,b\n1,2", new[] { "a", "b" })]
    [InlineData("\"a, and more\",\"b \"\"b\"\"\"\n1,2\n", new[] { "a, and more", "b \"b\"" })]
    [InlineData("it's,b'\n1,2\n", new[] { "it's", "b'" })]
    [InlineData("only\n1\n", new[] { "only" })]
    [InlineData("a,b\r1,2\r", new[] { "a", "b" })]
    [InlineData("a,b\r\n1,2\n", new[] { "a", "b" })]
    [InlineData("a,b\n1,2\r\n", new[] { "a", "b" })]
    public async Task Ingest_OtherDialects_AreRead(string content, string[] names)
    {
        var dataset = await Ingest(content);

        dataset.Schema.Select(column => column.Name).ShouldBe(names);
        dataset.Rows.ShouldBe(1);
    }

    [Fact]
    public async Task Ingest_QuotedBreaksAndQuotes_AreOneValue()
    {
        var rows = await data.Rows(await Ingest("a,b\n1,\"two\nlines, and \"\"quotes\"\"\"\n\n2,\"\"\n"));

        rows.Select(row => row.Text("b")).ShouldBe(["two\nlines, and \"quotes\"", null]);
    }

    [Fact]
    public async Task Ingest_MixedLineEnds_KeepsEveryRowAndTheBreaksWithinValues()
    {
        var lines = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},\"{i}\r\n\"\"x\"\"\"{(i % 1000 == 999 ? "\n" : "\r\n")}"));

        var rows = await data.Rows(await Ingest($"a,b\r\n{lines}"));

        rows.Select(row => row.Long("a")).ShouldBe(Enumerable.Range(0, 20_000).Select(i => (long)i));
        rows.ShouldAllBe(row => row.Text("b") == $"{row.Long("a")}\r\n\"x\"");
    }

    [Fact]
    public async Task Ingest_WrongRowAmongMixedLineEnds_IsStillRefused()
    {
        await Refused(data.Write("x.csv", "a,b\r\n1,2\n3,\"4\"5\r\n"), TwoNumbers, "line 3: a quote is opened");
        await Refused(data.Write("x.csv", "a,b\r\n1,2\n3,x\r\n"), TwoNumbers, "line 3: column 'b': 'x' is no DOUBLE");
    }

    [Fact]
    public async Task Ingest_HeaderOnly_HasNoRows() => (await Ingest("a,b\n")).Rows.ShouldBe(0);

    [Fact]
    public async Task Ingest_Gzip_IsKnownByItsContent()
    {
        var path = data.Write("no-ending", Gzip("a,b\n1,0.5\n"));

        (await data.Files.IngestAsync(path, TwoNumbers, null, default)).Rows.ShouldBe(1);
    }

    [Fact]
    public async Task Ingest_CutGzip_IsRefusedWhereverItIsCut()
    {
        var whole = Gzip("a,b\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},{i * 7919 % 10007}\n")));
        byte[] two = [.. whole, .. Gzip("1,2\n")];

        foreach (var length in Enumerable.Range(1, 19).Select(part => whole.Length * part / 20)
            .Concat([whole.Length - 9, whole.Length - 8, whole.Length - 1]))
            await Refused(data.Write("cut.csv.gz", whole[..length]), TwoNumbers, "cut.csv.gz cannot be unpacked");
        foreach (var length in new[] { whole.Length + 1, whole.Length + 5, whole.Length + 12, two.Length - 1 })
            await Refused(data.Write("cut.csv.gz", two[..length]), TwoNumbers, "cut.csv.gz cannot be unpacked");
        Directory.GetFiles(data.Store.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ingest_GzipOfSeveralMembersOrPadded_IsReadToItsEnd()
    {
        byte[] two = [.. Gzip("a,b\n1,2\n"), .. Gzip("3,4\n")];

        (await data.Files.IngestAsync(data.Write("two.gz", two), TwoNumbers, null, default)).Rows.ShouldBe(2);
        foreach (var padding in new[] { 1, 512, 20_000 })
            (await data.Files.IngestAsync(
                data.Write("padded.gz", [.. two, .. new byte[padding]]), TwoNumbers, null, default)).Rows.ShouldBe(2);
    }

    [Fact]
    public async Task Ingest_DamagedGzip_IsRefused()
    {
        // Its content is as it was, but not what the checksum behind it says.
        var (csv, json) = (Gzip("a,b\n1,2\n"), Gzip("{\"a\": 1}\n"));
        (csv[^5], json[^5]) = ((byte)~csv[^5], (byte)~json[^5]);

        await Refused(data.Write("bad.csv.gz", csv), TwoNumbers, "bad.csv.gz cannot be unpacked");
        var error = await Should.ThrowAsync<TaskFailureException>(
            () => data.Files.IngestAsync(new JsonLinesSource(data.Write("bad.jsonl.gz", json)), null, default));
        error.Message.ShouldContain("bad.jsonl.gz cannot be unpacked");
    }

    [Fact]
    public async Task Ingest_Parquet_IsReadAndHeldAgainstTheColumns()
    {
        var path = data.Parquet("SELECT 1::BIGINT AS a, 0.5::DOUBLE AS b");

        (await data.Files.IngestAsync(path, TwoNumbers, null, default)).Rows.ShouldBe(1);
        await Refused(path, [new("a", "BIGINT"), new("b", "VARCHAR")], "'b' is DOUBLE, not VARCHAR");
        await Refused(data.Write("broken.parquet", "PAR1 and then nothing"u8.ToArray()), null, "broken.parquet");
    }

    [Fact]
    public async Task Ingest_PathThatLooksLikeAPattern_IsOneFile()
    {
        Directory.CreateDirectory(Path.Combine(data.Folder, "month=1"));
        data.Write("x1.csv", "a\n1\n2\n");

        (await data.Files.IngestAsync(data.Write("x[1].csv", "a\n1\n"), null, null, default)).Rows.ShouldBe(1);
        (await data.Files.IngestAsync(data.Write("month=1/x.csv", "a\n1\n"), null, null, default)).Schema.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n", "line 3: expected 2 columns, found 1")]
    [InlineData("a,b\n1,2\n3,4,5\n", "line 3: expected 2 columns, found 3")]
    [InlineData("a,b\r\n1,2\r\n3,x\r\n", "line 3: column 'b': 'x' is no DOUBLE")]
    [InlineData("a,b\n1,2\n1.5,2\n", "line 3: column 'a': '1.5' is no BIGINT")]
    [InlineData("a,b\n1,2\n\n99999999999999999999,2\n", "line 4: column 'a': '99999999999999999999' is no BIGINT")]
    [InlineData("a,b\n1,2\n3,\"4\n", "line 3: a quote is opened and not closed")]
    [InlineData("a,b\n1,2\n3,\"4\"5\n", "line 3: a quote is opened and not closed, or text follows")]
    [InlineData("a,c\n1,2\n", "missing b; unexpected c")]
    [InlineData("a,b,c\n1,2,3\n", "unexpected c")]
    [InlineData("b,a\n1,2\n", "another order: expected a, b, found b, a")]
    [InlineData("a,\n1,2\n", "no name for column 2")]
    [InlineData("a,A\n1,2\n", "names column 'a' 2 times")]
    [InlineData("", "is empty")]
    [InlineData("\uFEFF", "is empty")]
    [InlineData("a,b\n\0,2\n", "zero bytes")]
    public async Task Ingest_FileThatDoesNotFit_NamesFileLineAndCause(string content, string reason)
    {
        var error = await Refused(data.Write("trips.csv", content), TwoNumbers, reason);

        error.Message.ShouldContain(Path.Combine(data.Folder, "trips.csv"));
        Directory.GetFiles(data.Store.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ingest_LineAfterQuotedBreaks_IsCountedAsEditorsDo()
    {
        Column[] columns = [new("a", "VARCHAR"), new("b", "BIGINT")];

        await Refused(data.Write("x.csv", "a,b\n\"one\ntwo\nthree\",1\nfour,5,6\n"), columns, "line 5: expected 2 columns, found 3");
        await Refused(data.Write("x.csv", "a,b\n\"one\ntwo\nthree\",1\nfour,5.5\n"), columns, "line 5: column 'b': '5.5' is no BIGINT");
    }

    [Fact]
    public async Task Ingest_BytesThatAreNotUtf8AmongOthersThatAre_NamesTheLine()
    {
        await Refused(data.Write("x.csv", [.. "a,b\né,2\n3,"u8, 0xe9, (byte)'\n']), null, "line 3: bytes that are not UTF-8");
        await Refused(data.Write("x.csv", [.. "a,caf"u8, 0xe9, .. "\n1,é\n"u8]), null, "header, line 1, that is not UTF-8");
    }

    [Fact]
    public async Task Ingest_DateWithATime_IsNoDate() =>
        await Refused(
            data.Write("x.csv", "d\n2024-01-01\n2024-01-02 03:04:05\n"), [new("d", "DATE")],
            "line 3: column 'd': '2024-01-02 03:04:05' is no DATE");

    [Fact]
    public async Task Ingest_UnknownType_ListsTheKnownOnes() =>
        await Refused(data.Write("x.csv", "a\n1\n"), [new("a", "BIGINT'; --")], "VARCHAR, BOOLEAN, BIGINT");

    [Fact]
    public async Task Ingest_NoFile_NamesThePathAndMayBeTriedAgain()
    {
        var path = Path.Combine(data.Folder, "late.csv");

        var error = await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(path, null, null, default));

        error.Message.ShouldContain(path);
        error.Retryable.ShouldBeTrue();
    }

    [Fact]
    public async Task Ingest_Folder_SaysSo() => await Refused(data.Folder, null, "is a folder");

    private static byte[] Gzip(string content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        return buffer.ToArray();
    }

    private Task<StoredDataset> Ingest(string content) => data.Files.IngestAsync(data.Write("file.csv", content), null, null, default);

    private async Task<TaskFailureException> Refused(string path, IReadOnlyList<Column>? columns, string reason)
    {
        var error = await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(path, columns, null, default));
        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
        return error;
    }
}
