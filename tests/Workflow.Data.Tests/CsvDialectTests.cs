using System.Text;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Tests;

/// <summary>How CSV files may be written, and where rows go that are not.</summary>
public sealed class CsvDialectTests : IDisposable
{
    private static readonly Column[] Typed = [new("n", "BIGINT"), new("x", "DOUBLE"), new("d", "DATE")];

    private readonly DataFixture data = new();

    public static TheoryData<string, string, CsvOptions> Dialects => new()
    {
        { "delimiter", "a~b\n1~é\n", new CsvOptions { Delimiter = '~' } },
        { "quote", "a,b\n1,'é'\n", new CsvOptions { Quote = '\'' } },
        { "preamble", "A report\n\"of today\na,b\n1,é\n", new CsvOptions { SkipLines = 2 } },
        { "comments", "# about\na,b\n# more\n1,é\n#\n", new CsvOptions { Comment = "#" } },
        { "quotes in a comment above the header", "# sizes in inch,\"5\na,b\n1,é\n#\"\n", new CsvOptions { Comment = "#" } },
        { "no header", "1,é\n", new CsvOptions { Header = false } },
        { "mark", "\uFEFFa,b\n1,é\n", new CsvOptions() },
        { "blank lines", "\n\na,b\n\n1,é\n\n", new CsvOptions() },
        { "carriage returns", "a,b\r1,é\r", new CsvOptions() },
    };

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE", "windows-1252", "iso-8859-1"];

    public void Dispose() => data.Dispose();

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Ingest_Dialect_IsRead(string name, string content, CsvOptions options)
    {
        var (stored, rows) = await Ingest(content, options);

        stored.Rows.ShouldBe(1, name);
        stored.Schema.Select(column => column.Name).ShouldBe(options.Header ? ["a", "b"] : ["column_1", "column_2"]);
        (rows[0][0], rows[0][1]).ShouldBe((1L, "é"));
    }

    [Fact]
    public async Task Ingest_EscapeLetter_IsNoPartOfTheValue()
    {
        var (_, rows) = await Ingest("a,b\n1,\"say \\\"é\\\", \\\\ twice\"\n", new CsvOptions { Escape = '\\' });

        rows[0].Text("b").ShouldBe("say \"é\", \\ twice");
    }

    [Fact]
    public async Task Ingest_EscapeLetterThatEscapesNothing_IsPartOfTheValue()
    {
        var (_, rows) = await Ingest(
            "a,b\n1,\"C:\\temp\"\n2,C:\\temp\n3,5\" C:\\temp\n4,\"\\\\ C:\\temp\"\n5,C:\\\\temp\n", new CsvOptions { Escape = '\\' });

        rows.Select(row => row.Text("b")).ShouldBe(["C:\\temp", "C:\\temp", "5\" C:\\temp", "\\ C:\\temp", "C:\\\\temp"]);
    }

    [Fact]
    public async Task Ingest_QuotesInAComment_SwallowNoRow()
    {
        var (stored, rows) = await Ingest("a,b\n# sizes in inch,\"5\n1,x\n2,\"y\"\n3,z\n", new CsvOptions { Comment = "#" });

        stored.Counts.ShouldBe(new RowCounts(3));
        stored.ReadAs!.ShouldContain("1 comments");
        rows.Select(row => row.Text("b")).ShouldBe(["x", "y", "z"]);
    }

    [Fact]
    public async Task Ingest_LooseQuotes_AreText()
    {
        var (_, rows) = await Ingest("a,b\n1,5\" pipe\n2,\"x, \"\"y\"\"\"\n3,a\"b\"c\n", new CsvOptions());

        rows.Select(row => row.Text("b")).ShouldBe(["5\" pipe", "x, \"y\"", "a\"b\"c"]);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Ingest_Encoding_IsRead(string name)
    {
        var encoding = name == "windows-1252" ? CodePagesEncodingProvider.Instance.GetEncoding(1252)! : Encoding.GetEncoding(name);
        byte[] content = [.. encoding.GetPreamble(), .. encoding.GetBytes("a,b\n1,é\n")];

        foreach (var given in new[] { name, null })
        {
            var stored = await data.Files.IngestAsync(Csv(content, new CsvOptions { Encoding = given }), null, default);

            (await data.Rows(stored.Rows))[0].Text("b").ShouldBe("é");
            stored.Rows.ReadAs!.ShouldContain(given ?? (name == "iso-8859-1" ? "windows-1252" : name));
        }

        var unmarked =
            await data.Files.IngestAsync(Csv(encoding.GetBytes("a,b\n1,é\n"), new CsvOptions { Encoding = name }), null, default);
        (await data.Rows(unmarked.Rows))[0].Text("b").ShouldBe("é");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\r\n")]
    [InlineData("# nothing today\n")]
    public async Task Ingest_EmptyFileOfKnownColumns_HasNoRows(string content)
    {
        var csv = Csv(Encoding.UTF8.GetBytes(content), new CsvOptions { Header = false, Comment = "#" }) with { Columns = Typed };
        var json = new JsonLinesSource(data.Write("file.jsonl", content.Replace("# nothing today", "", StringComparison.Ordinal)))
        {
            Columns = Typed,
        };

        foreach (var source in new FileToRead[] { csv, json })
        {
            var stored = (await data.Files.IngestAsync(source, null, default)).Rows;
            (stored.Rows, stored.Counts).ShouldBe((0, new RowCounts(0)));
            stored.Schema.ShouldBe(Typed);
        }

        FileToRead[] unknown =
            [csv with { Columns = null }, csv with { Options = new CsvOptions { Comment = "#" } }, json with { Columns = null }];
        foreach (var source in unknown)
        {
            (await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(source, null, default))).Message
                .ShouldMatch("is empty|no JSON object");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ingest_Utf16ThatIsNone_IsARowThatDoesNotFit(bool bigEndian)
    {
        // Half a surrogate pair, the letters of the supplementary plane that begin as the stand-in for it does, and half a letter at the
        // end.
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        byte[] half = bigEndian ? [0xd8, 0x00] : [0x00, 0xd8];
        byte[] content =
        [
            .. encoding.GetPreamble(), .. encoding.GetBytes("a,b\n1,x"), .. half, .. encoding.GetBytes("\n2,\U0010FFFD\n3,\"\uFFFD\"\n4,z"),
            0x20,
        ];
        var source = Csv(content, new CsvOptions());

        var (stored, rejects) = await data.Files.IngestAsync(source with { Rejects = new Rejects() }, null, default);

        (await data.Rows(stored)).Select(row => row.Text("b")).ShouldBe(["\U0010FFFD", "\uFFFD"]);
        (await data.Rows(rejects!)).Select(row => (row.Long("line_number"), row.Text("reason"))).ShouldBe(
            [(2, "bytes that are not UTF-16; convert the file to UTF-8."), (5, "bytes that are not UTF-16; convert the file to UTF-8.")]);
        (await Should.ThrowAsync<TaskFailureException>(() =>
            data.Files.IngestAsync(source, null, default))).Message.ShouldContain("line 2: bytes");
    }

    [Fact]
    public async Task Ingest_LetterBeyondAsciiOnTheLastLine_DecidesTheEncoding()
    {
        var lines = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i},x\n"));

        var stored =
            await data.Files.IngestAsync(Csv([.. Encoding.UTF8.GetBytes($"a,b\n{lines}1,"), 0xe9, (byte)'\n'], new CsvOptions()), null,
                default);

        (await data.Rows(stored.Rows))[^1].Text("b").ShouldBe("é");
        stored.Rows.Counts.ShouldBe(new RowCounts(200_001));
    }

    [Fact]
    public async Task Ingest_NumbersAndDatesOfAnotherCountry_AreRead()
    {
        var options = new CsvOptions { Decimal = ',', Thousands = '.', DateFormat = "%d.%m.%Y", Nulls = ["k.A."] };

        var (_, rows) = await Ingest("n;x;d\n1.000;1.234,5;31.12.2024\nk.A.;k.A.;k.A.\n", options, Typed);

        (rows[0].Long("n"), rows[0].Double("x"), rows[0].Text("d")).ShouldBe((1000, 1234.5, "2024-12-31"));
        (rows[1][0], rows[1][1]).ShouldBe((null, null));
    }

    [Fact]
    public async Task Ingest_BlankAndRepeatedNames_AreMadeUniqueWhenAsked()
    {
        var (stored, _) = await Ingest("id,,ID,id_2,\n1,2,3,4,5\n", new CsvOptions { UniqueNames = true });

        stored.Schema.Select(column => column.Name).ShouldBe(["id", "column_2", "ID_3", "id_2", "column_5"]);
    }

    [Fact]
    public async Task Ingest_SampleThatMisleads_IsWidenedOnce()
    {
        var zeros = string.Concat(Enumerable.Range(0, 130_000).Select(i => $"{i},,{i}.5\n"));

        var (stored, rows) = await Ingest($"a,b,c\n{zeros}007,3,1e3\n", new CsvOptions());

        stored.Schema.Select(column => column.Type).ShouldBe(["VARCHAR", "BIGINT", "DOUBLE"]);
        (rows[^1].Text("a"), rows[^1].Long("b"), rows[^1].Double("c")).ShouldBe(("007", 3, 1000));
    }

    [Fact]
    public async Task Ingest_RowsThatDoNotFit_GoToTheRejectsWithLineAndReason()
    {
        var source = Csv(
            [.. "n,x,d\n1,0.5,2024-01-01\n\n2,1\n\"two\nlines\",1,2024-01-01\n4,x,2024-13-01\n5,\"1\"2,2024-01-01\n6,"u8, 0xff,
                .. "é,\n7,,\n8,\"open\n9,1,2024-01-01\n"u8],
            new CsvOptions()) with
        { Columns = Typed, Rejects = new Rejects() };

        var (stored, rejects) = await data.Files.IngestAsync(source, null, default);

        (await data.Rows(stored, "n")).Select(row => row.Long("n")).ShouldBe([1, 7, 9]);
        stored.Counts.ShouldBe(new RowCounts(9, 6));
        (await data.Rows(rejects!)).Select(row =>
            $"{row.Long("line_number")} {row.Text("column_name")} {row.Text("reason")} <{row.Text("raw")}>").ShouldBe(
        [
            "4  expected 3 columns, found 2. <2,1>",
            "5 n column 'n': 'two\nlines' is no BIGINT. <\"two\nlines\",1,2024-01-01>",
            "7 x column 'x': 'x' is no DOUBLE. <4,x,2024-13-01>",
            "8  a quote is opened and not closed, or text follows a closing quote. <5,\"1\"2,2024-01-01>",
            "9  bytes that are not UTF-8; convert the file to UTF-8. <6,\uFFFDé,>",
            "11  a quote is opened and not closed, or text follows a closing quote. <8,\"open>",
        ]);
    }

    [Fact]
    public async Task Ingest_MoreRejectsThanAllowed_Fails()
    {
        var source = Csv("n\n1\nx\ny\n4\n"u8.ToArray(), new CsvOptions()) with { Columns = [new("n", "BIGINT")] };

        foreach (var (rejects, message) in new[]
        {
            (new Rejects { MaxRows = 1 },
                "more than 1 rows that do not fit, which is the most that may be rejected; line 4: column 'n': 'y' is no BIGINT."),
            (new Rejects { MaxRows = 0 },
                "more than 0 rows that do not fit, which is the most that may be rejected; line 3: column 'n': 'x' is no BIGINT."),
            (new Rejects { MaxShare = 0.4 }, "2 rows of 4 that do not fit"),
        })
        {
            var error =
                await Should.ThrowAsync<TaskFailureException>(() =>
                    data.Files.IngestAsync(source with { Rejects = rejects }, null, default));
            error.Message.ShouldContain(message);
            Directory.GetFiles(Path.Combine(data.Store.Root, "staging")).ShouldBeEmpty();
        }

        var allowed = await data.Files.IngestAsync(source with { Rejects = new Rejects { MaxRows = 2, MaxShare = 0.5 } }, null, default);
        (allowed.Rows.Rows, allowed.Rejects!.Rows).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Ingest_FirstOfTwoFaults_IsTheOneNamed()
    {
        var error = await Should.ThrowAsync<TaskFailureException>(
            () => data.Files.IngestAsync(Csv("n\n1\nx\n2,3\n"u8.ToArray(), new CsvOptions()) with { Columns = [new("n", "BIGINT")] }, null,
                default));

        error.Message.ShouldContain("line 3: column 'n': 'x' is no BIGINT");
    }

    [Fact]
    public async Task Ingest_MillionRowsOnAnyThreads_HasOneHashAndTheFilesOrder()
    {
        var path = Path.Combine(data.Folder, "million.csv");
        using (var session = new DuckDbSession())
        {
            // About as many rows in 8 MB, the share of one of DuckDB's threads, as a row group has: where its own row groups vary.
            session.Execute(
                $"""
                COPY (SELECT i AS id, hash(i) % 7 AS small, 'name ' || (hash(i, 1) % 265) AS name, (hash(i, 2) % 100000) / 1000.0 AS x,
                    TIMESTAMP '2019-01-01' + to_seconds((hash(i, 3) % 31536000)::BIGINT) AS t, i % 3 = 0 AS flag
                FROM range(1000000) r(i)) TO '{path}' (FORMAT csv, HEADER)
                """);
        }

        var results = new List<StoredDataset>();
        foreach (var (threads, memory) in new[] { (1, 1024), (2, 1024), (8, 1024), (2, 192) })
        {
            var options = new DuckDbOptions { ReadThreads = threads, MemoryBytes = (long)memory << 20 };
            results.Add(await new FileSource(data.Store, new HttpClient(), options).IngestAsync(path, null, null, default));
        }

        results.Select(result => result.Sha256).Distinct().ShouldHaveSingleItem();
        results[0].Counts.ShouldBe(new RowCounts(1_000_000));
        results[0].Schema.Select(column => column.Type).ShouldBe(["BIGINT", "BIGINT", "VARCHAR", "DOUBLE", "TIMESTAMP", "BOOLEAN"]);
        (await data.Rows(results[0], "id")).Select(row => row.Long("id")).ShouldBe(Enumerable.Range(0, 1_000_000).Select(i => (long)i));
        Directory.GetFiles(Path.Combine(data.Store.Root, "staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ingest_JsonLines_KeepsMembersAndRejectsWhatIsNoObject()
    {
        var path = data.Write("x.jsonl", "{\"n\": 1, \"s\": \"a\\nb, \\\"c\\\"\"}\n\n{\"s\": null, \"o\": {\"k\": [1]}}\n[1]\n{\"n\": \n");

        var (stored, rejects) = await data.Files.IngestAsync(new JsonLinesSource(path) { Rejects = new Rejects() }, null, default);

        var rows = await data.Rows(stored);
        (rows[0].Long("n"), rows[0].Text("s"), rows[1][0], rows[1].Text("o")).ShouldBe((1, "a\nb, \"c\"", null, "{\"k\": [1]}"));
        (await data.Rows(rejects!)).Select(row => row.Long("line_number")).ShouldBe([4, 5]);
        stored.Counts.ShouldBe(new RowCounts(4, 2));
    }

    private CsvSource Csv(byte[] content, CsvOptions options) => new(data.Write("file.csv", content), options);

    private async Task<(StoredDataset Stored, IReadOnlyList<DuckDbRow> Rows)> Ingest(
        string content, CsvOptions options, IReadOnlyList<Column>? columns = null)
    {
        var read = await data.Files.IngestAsync(Csv(Encoding.UTF8.GetBytes(content), options) with { Columns = columns }, null, default);
        return (read.Rows, await data.Rows(read.Rows, columns is null ? "*" : "* REPLACE (d::VARCHAR AS d)"));
    }
}
