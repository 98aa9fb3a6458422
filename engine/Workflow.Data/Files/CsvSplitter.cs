using System.Text;
using System.Text.Unicode;
using Workflow.Artifacts;

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

/// <summary>Cuts a CSV file into segments, and sorts out the records that are none.</summary>
internal static class CsvSplitter
{
    /// <param name="unfit">Values known not to fit, in the order of their rows: such rows are rejected.</param>
    /// <param name="columns">The columns, to name those of unfit values.</param>
    /// <param name="rejected">Where rows that do not fit go; null to stop at the first one.</param>
    /// <param name="mayBeOther">Whether the file may be in another encoding, which is then said by an <see cref="UndecodableException"/>.</param>
    public static CsvSplit Split(
        DataFile file, CsvDialect dialect, IEnumerable<UnfitValue> unfit, IReadOnlyList<Column> columns, RejectedRows? rejected, bool mayBeOther,
        IArtifactStore store, IProgress<string>? log, CancellationToken cancellationToken)
    {
        var segments = new Segments(store);
        try
        {
            return Split(file, dialect, unfit, columns, rejected, mayBeOther, segments, log, cancellationToken);
        }
        catch
        {
            segments.Dispose();
            throw;
        }
    }

    private static CsvSplit Split(
        DataFile file, CsvDialect dialect, IEnumerable<UnfitValue> unfit, IReadOnlyList<Column> columns, RejectedRows? rejected, bool mayBeOther,
        Segments segments, IProgress<string>? log, CancellationToken cancellationToken)
    {
        using var scanner = dialect.Open(file);
        var (rowsIn, sound, blanks, comments) = (0L, 0L, 0L, 0L);
        using var values = unfit.GetEnumerator();
        var next = values.MoveNext() ? values.Current : null;
        UnfitRow? first = null;
        var more = dialect.ToFirstRecord(scanner) && (!dialect.Options.Header || scanner.Next());
        for (; more && first is null; more = Next())
        {
            if (scanner.Raw.IsEmpty && dialect.Names.Count > 1)
            {
                blanks++;
                continue;
            }

            if (dialect.IsComment(scanner.Raw))
            {
                comments++;
                continue;
            }

            if ((++rowsIn & 0xffff) == 0)
                cancellationToken.ThrowIfCancellationRequested();
            log.Passed(rowsIn, "read");
            var (reason, column) = (Fault(scanner, dialect, mayBeOther), (string?)null);
            if (reason is null && ++sound is var row && next is not null && next.Row == row)
            {
                (column, reason) = (columns[next.Column].Name, Unfit(columns[next.Column], next.Value));
                next = values.MoveNext() ? values.Current : null;
            }

            if (reason is null)
                segments.Add(scanner.IsLoose ? Quoted(scanner.Values(), dialect) : scanner.Raw.IsEmpty ? Empty(dialect) : scanner.Raw);
            else if (rejected is null)
                first = new UnfitRow(scanner.Line, reason);
            else
                rejected.Add(scanner.Line, reason, column, scanner.Raw);
        }

        segments.Finish();
        return new CsvSplit(segments, rowsIn, blanks, comments, first);

        bool Next()
        {
            while (next is null && scanner.TakePlain(dialect.Names.Count, segments.Room, out var lines) is > 0 and var count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                segments.Add(lines, count);
                sound += count;
                rowsIn += count;
                log.Passed(rowsIn, "read", count);
            }

            return scanner.Next();
        }
    }

    /// <summary>What is wrong with a row that has a value which does not fit.</summary>
    public static string Unfit(Column column, string value) => $"column '{column.Name}': '{Short(value)}' is no {column.Type}.";

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
            + (escape == quote ? value : value.Replace(escape, escape + escape, StringComparison.Ordinal)).Replace(quote, escape + quote, StringComparison.Ordinal)
            + quote);
        return Encoding.UTF8.GetBytes(string.Join(dialect.Delimiter, fields));
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
