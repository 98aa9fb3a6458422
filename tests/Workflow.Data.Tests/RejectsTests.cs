using System.Text;

namespace Workflow.Data.Tests;

/// <summary>Rows that do not fit: each is counted once, whatever is wrong with it, and those around it are kept.</summary>
public sealed class RejectsTests : IDisposable
{
    private const string TooLong = "the row is longer than 2000000 bytes.";

    private readonly DataFixture data = new();

    public static TheoryData<string, string> LongRows => new()
    {
        { "one line", new string('x', 5_000_000) },
        { "one line, longer than what is looked ahead", new string('x', 40_000_000) },
        { "a quoted value of many lines", $"\"{string.Concat(Enumerable.Repeat("a line of the value\n", 150_000))}\"" },
        { "a quoted value full of quotes", $"\"{string.Concat(Enumerable.Repeat("\"\"\r\n", 800_000))}\"" },
    };

    public void Dispose() => data.Dispose();

    [Theory]
    [MemberData(nameof(LongRows))]
    public async Task Ingest_RowThatIsTooLong_IsRejectedOnceToItsEnd(string name, string row)
    {
        var source = new CsvSource(data.Write("long.csv", $"a\nbefore\n{row}\nafter\n\"1\"2\n"), new CsvOptions())
        {
            Rejects = new Rejects(),
        };

        var (stored, rejects) = await data.Files.IngestAsync(source, null, default);

        stored.Counts.ShouldBe(new RowCounts(4, 2), name);
        (await data.Rows(stored)).Select(kept => kept.Text("a")).ShouldBe(["before", "after"]);
        var rejected = await data.Rows(rejects!, "line_number, reason, substr(raw, 1, 10) AS raw");
        rejected.Select(one => (one.Long("line_number"), one.Text("reason"))).ShouldBe(
        [
            (3, TooLong),
            (5 + row.Count(letter => letter == '\n'), "a quote is opened and not closed, or text follows a closing quote."),
        ]);
        rejected[0].Text("raw").ShouldBe(row[..10]);
        (await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(source with { Rejects = null }, null, default))).Message
            .ShouldContain($"line 3: {TooLong}");
    }

    [Fact]
    public async Task Ingest_QuoteThatIsNeverClosed_CostsItsLineAlone()
    {
        var lines = string.Concat(Enumerable.Range(0, 500_000).Select(i => $"{i}\n"));
        var source = new CsvSource(data.Write("open.csv", $"a\n\"open\n{lines}"), new CsvOptions()) { Rejects = new Rejects() };

        (await data.Files.IngestAsync(source, null, default)).Rows.Counts.ShouldBe(new RowCounts(500_001, 1));
    }

    [Fact]
    public async Task Ingest_LongRowThatIsQuotedAnew_IsKept()
    {
        var quotes = new string('"', 1_900_000);
        var source = new CsvSource(data.Write("quotes.csv", $"a,b\n1,5{quotes}\n2,x\n"), new CsvOptions()) { Rejects = new Rejects() };

        var (stored, _) = await data.Files.IngestAsync(source, null, default);

        (await data.Rows(stored, "length(b) AS n")).Select(row => row.Long("n")).ShouldBe([1_900_001, 1]);
    }

    [Theory]
    [InlineData("1,\"open\n2,x\n3,\"y\"\n4,z\n", 4, "2", "2,x | 3,y | 4,z")]
    [InlineData("1,\"open\r\n2,x\r\n\"3\",y\r\n4,z\r\n", 4, "2", "2,x | 3,y | 4,z")]
    [InlineData("1,\"a,\n\"\"b\"\"\n\"\n2,x\n", 2, "", "1,a,/\"b\"/ | 2,x")]
    [InlineData("1,\"a\nb\"c\n2,x\n", 2, "2", "2,x")]
    public async Task Ingest_QuoteThatALaterOneOpensAgain_CostsItsLineAlone(string lines, long rowsIn, string rejected, string kept)
    {
        var source = new CsvSource(data.Write("open.csv", $"a,b\n{lines}"), new CsvOptions()) { Rejects = new Rejects() };

        var (stored, rejects) = await data.Files.IngestAsync(source, null, default);

        stored.Counts.ShouldBe(new RowCounts(rowsIn, rejects!.Rows));
        string.Join(' ', (await data.Rows(rejects)).Select(row => row.Long("line_number"))).ShouldBe(rejected);
        string.Join(" | ", (await data.Rows(stored, "a || ',' || replace(b, chr(10), '/') AS row")).Select(row => row.Text("row")))
            .ShouldBe(kept);
    }

    [Fact]
    public async Task Ingest_JsonThatIsTooLong_IsRejectedOnce()
    {
        // The quotes of a nested value are doubled in a record: so the second one is too long for a reader, too.
        var nested = string.Join(',', Enumerable.Repeat("\"\"", 600_000));
        var source = Json($"{{\"s\": \"{new string('x', 5_000_000)}\"}}\n{{\"s\": [{nested}]}}\n{{\"s\": \"a\"}}\n");

        var (stored, rejects) = await data.Files.IngestAsync(source, null, default);

        stored.Counts.ShouldBe(new RowCounts(3, 2));
        (await data.Rows(rejects!, "line_number, reason")).Select(row => $"{row.Long("line_number")} {row.Text("reason")}")
            .ShouldBe([$"1 {TooLong}", $"2 {TooLong}"]);
    }

    [Fact]
    public async Task Ingest_JsonTextThatIsNoUnicode_IsARowThatDoesNotFit()
    {
        byte[] content =
            [.. "{\"s\": \"a\"}\n{\"s\": \"\\ud800\"}\n{\"s\": \""u8, 0xff, .. "\"}\n{\"\\udc00\": 1}\n{\"s\": \"\\ud83d\\ude00\"}\n"u8];
        var source = Json(content);

        foreach (var columns in new Column[]?[] { null, [new("s", "VARCHAR")] })
        {
            var (stored, rejects) = await data.Files.IngestAsync(source with { Columns = columns }, null, default);

            (await data.Rows(stored)).Select(row => row.Text("s")).ShouldBe(["a", "\U0001F600"]);
            var rejected = await data.Rows(rejects!);
            rejected.Select(row => row.Long("line_number")).ShouldBe([2, 3, 4]);
            rejected[0].Text("reason")!.ShouldContain("surrogate");
            rejected[1].Text("reason")!.ShouldContain("not UTF-8");
        }

        (await Should.ThrowAsync<TaskFailureException>(() =>
            data.Files.IngestAsync(source with { Rejects = null }, null, default))).Message.ShouldContain("line 2: ");
    }

    private JsonLinesSource Json(string content) => Json(Encoding.UTF8.GetBytes(content));

    private JsonLinesSource Json(byte[] content) => new(data.Write("file.jsonl", content)) { Rejects = new Rejects() };
}
