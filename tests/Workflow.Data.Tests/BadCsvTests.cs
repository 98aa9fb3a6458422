using System.Text.Json;

namespace Workflow.Data.Tests;

/// <summary>Real and made-up broken files: each is either read whole or refused for a reason that a person can act on.</summary>
public sealed class BadCsvTests : IDisposable
{
    // What the refusals are; every other file loads. The line and cause of each were checked by eye against the file.
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["goodtables/defective_rows.csv"] = "line 2: expected 3 columns, found 2",
        ["goodtables/duplicate_columns.csv"] = "names column 'id' 3 times",
        ["goodtables/empty.csv"] = "is empty",
        ["goodtables/headerless_columns.csv"] = "no name for column 2",
        ["goodtables/invalid-on-structure.csv"] = "no name for column 2",
        ["goodtables/invalid.csv"] = "no name for column 3",
        ["goodtables/invalid_header_index_1.csv"] = "line 2: expected 2 columns, found 3",
        ["goodtables/invalid_no_headers.csv"] = "line 3: expected 2 columns, found 3",
        ["goodtables/jungle/gla-2011-12-P13-500.csv"] = "no name for column 1",
        ["goodtables/row_limit_structure.csv"] = "line 5: expected 3 columns, found 6",
        ["goodtables/valid_header_index_3.csv"] = "no name for column 1",
    };

    private readonly DataFixture data = new();

    public static TheoryData<string> Files => [.. SharedData.Names("bad_csv", "*.csv")];

    public static TheoryData<string> WithJson => [.. SharedData.Names("bad_csv", "*.json")];

    public void Dispose() => data.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Ingest_EveryBadFile_LoadsWholeOrIsRefusedForItsReason(string name)
    {
        var file = SharedData.File("bad_csv", name);
        if (!Refused.TryGetValue(name, out var reason))
        {
            var loaded = await data.Files.IngestAsync(file, null, null, default);
            loaded.Rows.ShouldBeGreaterThan(0);
            loaded.Counts.ShouldBe(new RowCounts(loaded.Rows));
            return;
        }

        var error = await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(file, null, null, default));
        error.Message.ShouldContain(file);
        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Ingest_EveryBadFileWithRejects_CountsEveryRow(string name)
    {
        if (name == "goodtables/empty.csv")
            return;
        var source = new CsvSource(SharedData.File("bad_csv", name), new CsvOptions { UniqueNames = true }) { Rejects = new Rejects() };

        var (rows, rejects) = await data.Files.IngestAsync(source, null, default);

        rows.Counts.ShouldBe(new RowCounts(rows.Rows + rejects!.Rows, rejects.Rows));
        rows.Counts!.RowsIn.ShouldBeGreaterThan(0);
        rejects.Schema.Select(column => $"{column.Name} {column.Type}").ShouldBe(
            ["line_number BIGINT", "reason VARCHAR", "column_name VARCHAR", "raw VARCHAR"]);
    }

    [Theory]
    [MemberData(nameof(WithJson))]
    public async Task Ingest_FileWithItsJson_GivesWhatTheJsonSays(string name)
    {
        var csv = SharedData.File("bad_csv", name.Replace("json/", "csvs/", StringComparison.Ordinal)[..^"json".Length] + "csv");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(SharedData.File("bad_csv", name)));
        var names = json.RootElement[0].EnumerateObject().Select(member => member.Name).ToList();
        var source = new CsvSource(csv, new CsvOptions()) { Columns = [.. names.Select(column => new Column(column, "VARCHAR"))] };

        var rows = await data.Rows((await data.Files.IngestAsync(source, null, default)).Rows);

        rows.Count.ShouldBe(json.RootElement.GetArrayLength());
        foreach (var (row, wanted) in rows.Zip(json.RootElement.EnumerateArray()))
            names.Select(column => row.Text(column) ?? "").ShouldBe(names.Select(column => wanted.GetProperty(column).GetString()));
    }

    [Theory]
    [InlineData("goodtables/encoding-274.csv", 507, "utf-8")]
    [InlineData("goodtables/empty_rows_multiple.csv", 13, "utf-8")]
    [InlineData("goodtables/latin1.csv", 2, "windows-1252")]
    [InlineData("goodtables/jungle/VilleMTP_MTP_BudgetPri_2015.csv", 1329, "windows-1252")]
    [InlineData("csv-spectrum/csvs/newlines_crlf.csv", 3, "utf-8")]
    public async Task Ingest_OddButSoundFile_KeepsEveryRow(string name, long rows, string charset)
    {
        var dataset = await data.Files.IngestAsync(SharedData.File("bad_csv", name), null, null, default);

        dataset.Rows.ShouldBe(rows);
        dataset.ReadAs!.ShouldContain(charset);
    }

    [Fact]
    public async Task Ingest_SpendingBelowItsPreamble_ReadsAmountsAndRejectsThoseInBrackets()
    {
        string[] names =
        [
            "column_1", "Vendor ID", "Vendor Name", "Cost Element", "Expenditure Account Code Description", "Document No", "Amount",
            "Clearing Date",
            "column_9",
        ];
        var options = new CsvOptions { SkipLines = 6, UniqueNames = true, Thousands = ',' };
        var source = new CsvSource(SharedData.File("bad_csv", "goodtables/jungle/gla-2011-12-P13-500.csv"), options)
        {
            Columns = [.. names.Select(name => new Column(name, name == "Amount" ? "DOUBLE" : "VARCHAR"))],
            Rejects = new Rejects(),
        };

        var (rows, rejects) = await data.Files.IngestAsync(source, null, default);

        rows.Counts!.RowsIn.ShouldBe(631);
        (await data.Rows(rows))[0].Double("Amount").ShouldBe(1673907.5);
        (await data.Rows(rejects!)).ShouldAllBe(row => row.Text("column_name") == "Amount" && row.Text("reason")!.Contains('('));
        rejects!.Rows.ShouldBeGreaterThan(0);
    }
}
