using System.Text;
using System.Text.Unicode;

namespace Workflow.Data.Files;

/// <summary>A row that does not fit.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Reason">Why it does not.</param>
internal sealed record UnfitRow(long Line, string Reason);

/// <summary>A value that does not fit its column.</summary>
/// <param name="Row">Which of the well-formed records has it, counted from 1.</param>
/// <param name="Column">The column's position.</param>
/// <param name="Value">The value.</param>
internal sealed record UnfitValue(long Row, int Column, string Value);

/// <summary>What a pass over a CSV file found.</summary>
/// <param name="Rows">Its well-formed records, for DuckDB.</param>
/// <param name="RowsIn">How many records the file has, well-formed or not.</param>
/// <param name="BlankLines">How many lines hold nothing.</param>
/// <param name="Comments">How many lines are comments.</param>
/// <param name="FirstUnfit">The row at which the pass stopped, when there is no place for such rows.</param>
internal sealed record CsvSplit(Segments Rows, long RowsIn, long BlankLines, long Comments, UnfitRow? FirstUnfit) : IDisposable
{
    public void Dispose() => Rows.Dispose();
}

/// <summary>Cuts a CSV file into records, and finds those that are none.</summary>
internal static class CsvSplitter
{
    /// <param name="sorter">Takes the records.</param>
    /// <param name="mayBeOther">Whether the file may be in another encoding, which is then said by an
    /// <see cref="UndecodableException"/>.</param>
    public static void Read(DataFile file, CsvDialect dialect, bool mayBeOther, RecordSorter sorter)
    {
        using var scanner = dialect.Open(file);
        var more = dialect.ToFirstRecord(scanner) && (!dialect.Options.Header || scanner.Next());
        for (; more && !sorter.HasEnded; more = Next())
        {
            if (scanner.Raw.IsEmpty && dialect.Names.Count > 1)
                sorter.BlankLines++;
            else if (dialect.IsComment(scanner.Raw))
                sorter.Comments++;
            else if (sorter.Takes(scanner, Fault(scanner, dialect, mayBeOther)))
                sorter.Add(scanner.IsLoose ? Quoted(scanner.Values(), dialect) : scanner.Raw.IsEmpty ? Empty(dialect) : scanner.Raw);
        }

        bool Next()
        {
            while (sorter.Room is > 0 and var room && scanner.TakePlain(dialect.Names.Count, room, out var lines) is > 0 and var count)
                sorter.Add(lines, count);
            return scanner.Next();
        }
    }

    private static string? Fault(CsvScanner scanner, CsvDialect dialect, bool mayBeOther)
    {
        if (scanner.Raw.Length > CsvScanner.MaxRecordBytes)
            return CsvScanner.TooLong;
        if (!Utf8.IsValid(scanner.Raw))
            return mayBeOther ? throw new UndecodableException() : CsvScanner.NotUtf8;
        if (!CsvEncodings.IsDecoded(scanner.Raw, dialect.Charset))
            return CsvScanner.NotUtf16;
        if (scanner.Fault is { } fault)
            return fault;
        return scanner.Fields == dialect.Names.Count ? null : $"expected {dialect.Names.Count} columns, found {scanner.Fields}.";
    }

    // A file of one column may have a blank line for a null; DuckDB would pass over it.
    private static byte[] Empty(CsvDialect dialect) => [(byte)dialect.Quote, (byte)dialect.Quote];

    private static byte[] Quoted(IReadOnlyList<string> values, CsvDialect dialect)
    {
        var (quote, escape) = (dialect.Quote.ToString(), dialect.Escape.ToString());
        var fields = values.Select(value => quote
            + (escape == quote ? value : value.Replace(escape, escape + escape, StringComparison.Ordinal)).Replace(quote, escape
                + quote, StringComparison.Ordinal)
            + quote);
        return Encoding.UTF8.GetBytes(string.Join(dialect.Delimiter, fields));
    }
}
