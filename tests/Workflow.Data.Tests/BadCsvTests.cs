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
        ["goodtables/jungle/VilleMTP_MTP_BudgetPri_2015.csv"] = "header, line 1, that is not UTF-8",
        ["goodtables/jungle/gla-2011-12-P13-500.csv"] = "",
        ["goodtables/latin1.csv"] = "line 3: bytes that are not UTF-8",
        ["goodtables/row_limit_structure.csv"] = "line 5: expected 3 columns, found 6",
        ["goodtables/valid_header_index_3.csv"] = "no name for column 1",
    };

    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public async Task Ingest_EveryBadFile_LoadsWholeOrIsRefusedForItsReason()
    {
        var files = SharedData.Files("bad_csv", "*.csv");
        var root = SharedData.Files("bad_csv", "defective_rows.csv").Single()[..^"goodtables/defective_rows.csv".Length];
        foreach (var file in files)
        {
            var name = Path.GetRelativePath(root, file);
            if (Refused.TryGetValue(name, out var reason))
            {
                var error = await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(file, null, null, default), name);
                error.Message.ShouldContain(file);
                error.Message.ShouldContain(reason);
                error.Retryable.ShouldBeFalse(name);
            }
            else
            {
                (await data.Files.IngestAsync(file, null, null, default)).Rows.ShouldBeGreaterThan(0, name);
            }
        }
    }

    [Theory]
    [InlineData("goodtables", "encoding-274.csv", 507)]
    [InlineData("goodtables", "empty_rows_multiple.csv", 13)]
    [InlineData("csv-spectrum", "newlines_crlf.csv", 3)]
    [InlineData("csv-spectrum", "quotes_and_newlines.csv", 2)]
    [InlineData("csv-spectrum", "json.csv", 1)]
    public async Task Ingest_OddButSoundFile_KeepsEveryRow(string folder, string file, long rows)
    {
        var path = SharedData.Files($"bad_csv/{folder}", file).Single();

        (await data.Files.IngestAsync(path, null, null, default)).Rows.ShouldBe(rows);
    }
}
