using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Workflow.Data.Files;

namespace Workflow.Data.Tests;

public sealed class CsvScannerTests
{
    private const int Fields = 2;

    private static readonly CsvDialect Dialect = new(new CsvOptions { Comment = "#" }, ',', ["a", "b"], CsvEncodings.Utf8Name);

    [Fact]
    public void TakePlain_AnyBytes_TakesTheRecordsThatOneByOneComeToo()
    {
        var pieces =
            Gen.Elements("x,y\n", "é,y\n", "x\n", "\n", "x,y\r\n", "\"x\",y\n", "\"x\ny\",z\n", "#,y\n", "x#,y\n", ",\n", "x,\"y\n", "x,y",
                "\r", "\"", "\u0001");
        Prop.ForAll(pieces.ListOf().ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), (list, most) =>
        {
            // A byte that is no UTF-8 stands where the control character does.
            var bytes = Encoding.UTF8.GetBytes(string.Concat(list)).Select(letter => letter == 1 ? (byte)0xff : letter).ToArray();
            Records(bytes, most).ShouldBe(Records(bytes, most: 0));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TakePlain_LinesBeyondAWindowWithABadOneAmongThem_TakesAllOthers()
    {
        var lines = Enumerable.Range(0, 40_000).Select(line => line == 20_000 ? "bad" : $"{line},é").ToList();

        var (plain, read) = Read(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), int.MaxValue);

        plain.ShouldBeGreaterThan(39_000);
        read.Select(record => record.Text).ShouldBe(lines);
        read[^1].Line.ShouldBe(40_000);
    }

    private static List<(long Line, string Text)> Records(byte[] bytes, int most) => Read(bytes, most).Records;

    private static (int Plain, List<(long Line, string Text)> Records) Read(byte[] bytes, int most)
    {
        using var scanner = new CsvScanner(new MemoryStream(bytes), Dialect);
        var (records, plain, line) = (new List<(long, string)>(), 0, 1L);
        while (true)
        {
            while (scanner.TakePlain(Fields, most, out var lines) is > 0 and var count)
            {
                var texts = Encoding.Latin1.GetString(lines).Split('\n');
                texts.Length.ShouldBe(count + 1);
                texts[^1].ShouldBe("");
                foreach (var text in texts[..^1])
                    records.Add((line++, Utf8(text)));
                plain += count;
            }

            if (!scanner.Next())
                return (plain, records);
            var record = Encoding.Latin1.GetString(scanner.Raw);
            records.Add((scanner.Line, Utf8(record)));
            line = scanner.Line + 1 + record.ReplaceLineEndings("\n").Count(letter => letter == '\n');
        }
    }

    private static string Utf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
