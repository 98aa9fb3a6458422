using System.Text;

namespace Workflow.Data.Tests;

/// <summary>Which values a type takes: those that come back as they were written, and no other.</summary>
public sealed class CsvTypesTests : IDisposable
{
    private readonly DataFixture data = new();

    /// <summary>A type, values that fit it with what becomes of them, and values that do not.</summary>
    public static TheoryData<string, string[], string[], string[]> Declared => new()
    {
        {
            "DECIMAL(10,2)", ["1.23", "1.2300", "-.5", "7", "+7.", "1e3", " 2.5 "],
                ["1.23", "1.23", "-0.50", "7.00", "7.00", "1000.00", "2.50"],
            ["1.239", "1.5e1", "1e-3", "1_000", "0.001", "123456789.00"]
        },
        { "DECIMAL(4,0)", ["15", "1.0"], ["15", "1"], ["1.5", "12345"] },
        { "DOUBLE", ["1.5", "-2", "0012", "1e5", " 3 ", "inf", "12345678901234567890"],
            ["1.5", "-2.0", "12.0", "100000.0", "3.0", "inf", "1.2345678901234567e+19"], ["1_000", "1,5"] },
        { "FLOAT", ["1.5"], ["1.5"], ["1_000"] },
        {
            "TIMESTAMP",
            ["2024-01-02 03:04:05", "2024-01-02T03:04:05", "2024-01-02T03:04:05Z", "2024-01-02 03:04:05+00:00", "2024-01-02",
                "2024-01-02 03:04:05.120000000", "2024-1-2 3:04"],
            [
                "2024-01-02 03:04:05", "2024-01-02 03:04:05", "2024-01-02 03:04:05", "2024-01-02 03:04:05", "2024-01-02 00:00:00",
                "2024-01-02 03:04:05.12",
                "2024-01-02 03:04:00",
            ],
            ["2024-01-02 03:04:05+05:00", "2024-01-02 03:04-05", "2024-1-2 3:04+05:00", "2024-01-02 03:04:05.123456789",
                "2024-02-30 00:00:00"]
        },
        {
            "TIMESTAMP WITH TIME ZONE", ["2024-01-02 03:04:05+02:00", "2024-01-02T03:04:05.5Z", "2024-01-02 03:04:05.1230000+00"],
            ["2024-01-02 01:04:05+00", "2024-01-02 03:04:05.5+00", "2024-01-02 03:04:05.123+00"], ["2024-01-02 03:04:05.123456789Z"]
        },
        { "TIME", ["03:04:05", "03:04:05.123456"], ["03:04:05", "03:04:05.123456"],
            ["03:04:05.1234567", "2024-01-02 03:04:05", "03:04:05+02:00"] },
    };

    public void Dispose() => data.Dispose();

    [Theory]
    [MemberData(nameof(Declared))]
    public async Task Ingest_DeclaredType_TakesWhatItHoldsAndRejectsTheRest(string type, string[] fitting, string[] values, string[] others)
    {
        var content = $"v\n{string.Concat(fitting.Concat(others).Select(text => $"\"{text}\"\n"))}";
        var source = Csv(content, new CsvOptions()) with { Columns = [new("v", type)], Rejects = new Rejects() };

        var (stored, rejects) = await data.Files.IngestAsync(source, null, default);

        (await data.Rows(rejects!)).Select(row => row.Text("raw")).ShouldBe(others.Select(text => $"\"{text}\""));
        (await data.Rows(stored, "v::VARCHAR AS v")).Select(row => row.Text("v")).ShouldBe(values);
    }

    [Theory]
    [InlineData("0.12345678901234567", "DOUBLE")]
    [InlineData("0.1234567890123456789", "VARCHAR")]
    [InlineData("-123456789012345.67", "DOUBLE")]
    [InlineData("-123456789012345.678", "VARCHAR")]
    [InlineData("0.00001234567890123456700000", "DOUBLE")]
    [InlineData("1.50000000000000000000000", "DOUBLE")]
    [InlineData("0.000000000000000000000000", "DOUBLE")]
    [InlineData("1.2345678901234567e-10", "DOUBLE")]
    [InlineData("1.23456789012345678e-10", "VARCHAR")]
    [InlineData("1234567890123456.5", "VARCHAR")]
    [InlineData("12.", "DOUBLE")]
    [InlineData(".5", "DOUBLE")]
    [InlineData("1e5", "DOUBLE")]
    [InlineData("00.5", "VARCHAR")]
    public async Task Ingest_DigitsOfANumber_AreAllKept(string written, string type)
    {
        var csv = (await data.Files.IngestAsync(Csv($"v\n0.5\n{written}\n", new CsvOptions()), null, default)).Rows;
        var isJson = written[0] != '.' && written[^1] != '.' && !written.StartsWith("00", StringComparison.Ordinal);
        var lines = new JsonLinesSource(data.Write("v.jsonl", $"{{\"v\": {(isJson ? written : "0.5")}}}\n"));
        var json = (await data.Files.IngestAsync(lines, null, default)).Rows;

        csv.Schema.ShouldHaveSingleItem().Type.ShouldBe(type);
        json.Schema.ShouldHaveSingleItem().Type.ShouldBe(isJson ? type : "DOUBLE");
    }

    [Fact]
    public async Task Ingest_FormattedDatesWithATimeOfDay_AreTimestamps()
    {
        var options = new CsvOptions { DateFormat = "%d.%m.%Y %H:%M" };

        var stored =
            (await data.Files.IngestAsync(
                Csv("a,b\n01.02.2020 00:00,01.02.2020 00:00\n01.02.2020 10:30,02.02.2020 00:00\n", options), null, default)).Rows;

        stored.Schema.Select(column => column.Type).ShouldBe(["TIMESTAMP", "DATE"]);
        (await data.Rows(stored, "a::VARCHAR AS a, b::VARCHAR AS b")).Select(row => $"{row.Text("a")} | {row.Text("b")}").ShouldBe(
            ["2020-02-01 00:00:00 | 2020-02-01", "2020-02-01 10:30:00 | 2020-02-02"]);
    }

    [Fact]
    public async Task Ingest_FormattedTimeOfDayInADeclaredDate_IsRefused()
    {
        var source = Csv("d\n01.02.2020 10:30\n", new CsvOptions { DateFormat = "%d.%m.%Y %H:%M" }) with { Columns = [new("d", "DATE")] };

        (await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(source, null, default))).Message
            .ShouldContain("line 2: column 'd': '01.02.2020 10:30' is no DATE");
    }

    [Theory]
    [InlineData('.', ',')]
    [InlineData(' ', '.')]
    [InlineData('\'', '.')]
    public async Task Ingest_Thousands_AreGroupsOfThreeDigits(char thousands, char point)
    {
        var content = $"ip;day;n;x;free\n10_0_0_1;11_02_2020;-1_234_567;1_234.5;12345\n10_0_0_2;12_02_2020;1;0.25;1_000\n"
            .Replace('.', point).Replace('_', thousands);

        var stored =
            (await data.Files.IngestAsync(Csv(content, new CsvOptions { Thousands = thousands, Decimal = point }), null, default)).Rows;

        stored.Schema.Select(column => column.Type).ShouldBe(["VARCHAR", "VARCHAR", "BIGINT", "DOUBLE", "BIGINT"]);
        var rows = await data.Rows(stored);
        (rows[0].Long("n"), rows[0].Double("x"), rows[1].Long("free")).ShouldBe((-1234567, 1234.5, 1000));
    }

    [Fact]
    public async Task Ingest_ThousandsThatAreNone_AreRefusedForADeclaredNumber()
    {
        var source = Csv("x\n1.000\n1.5\n", new CsvOptions { Thousands = '.', Decimal = ',' }) with { Columns = [new("x", "DOUBLE")] };

        (await Should.ThrowAsync<TaskFailureException>(() => data.Files.IngestAsync(source, null, default))).Message
            .ShouldContain("line 3: column 'x': '1.5' is no DOUBLE");
    }

    [Fact]
    public async Task Ingest_PointBesideDecimalsOfAnotherLetter_IsNoDecimal()
    {
        var source = Csv("x;free\n1.234;1.234\n999,5;1.5\n", new CsvOptions { Decimal = ',' });

        (await data.Files.IngestAsync(source, null, default)).Rows.Schema.Select(column => column.Type).ShouldBe(["VARCHAR", "VARCHAR"]);
        (await Should.ThrowAsync<TaskFailureException>(
            () => data.Files.IngestAsync(source with { Columns = [new("x", "DOUBLE"), new("free", "DOUBLE")] }, null, default))).Message
            .ShouldContain("line 2: column 'x': '1.234' is no DOUBLE");
    }

    private CsvSource Csv(string content, CsvOptions options) => new(data.Write("file.csv", Encoding.UTF8.GetBytes(content)), options);
}
