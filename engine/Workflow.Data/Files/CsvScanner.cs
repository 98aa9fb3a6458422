using System.Globalization;
using System.Text;

namespace Workflow.Data.Files;

/// <summary>
/// Cuts UTF-8 text into CSV records, as bytes. It decides what a record is for the whole product: how many there are, on which line each
/// begins and whether its quotes are in order. Any of LF, CR LF and CR ends a record outside of quotes, mixed as they come.
/// </summary>
/// <remarks>
/// A quote counts only at the start of a field; elsewhere it is text. After a record whose quotes are out of order, reading goes on at the
/// next line: an open quote must not swallow the rest of a file. It is one when nothing closes it within <see cref="LookAheadBytes"/>, or
/// when what would close it stands on a later line, at the start of a field and before its text: there it opens a value.
/// </remarks>
internal sealed partial class CsvScanner(Stream stream, CsvDialect dialect) : IDisposable
{
    /// <summary>The longest record in bytes, which DuckDB's reader takes by default.</summary>
    public const int MaxRecordBytes = 2_000_000;

    public static readonly string TooLong = string.Create(CultureInfo.InvariantCulture, $"the row is longer than {MaxRecordBytes} bytes.");

    // Well beyond the longest record, so that one which is too long is known as one record, up to its end.
    private const int LookAheadBytes = 1 << 25;

    public const string NotUtf8 = "bytes that are not UTF-8; convert the file to UTF-8.";

    public const string NotUtf16 = "bytes that are not UTF-16; convert the file to UTF-8.";

    public const string BadQuotes = "a quote is opened and not closed, or text follows a closing quote.";

    private readonly byte delimiter = (byte)dialect.Delimiter;
    private readonly byte quote = (byte)dialect.Quote;
    private readonly byte escape = (byte)dialect.Escape;
    private readonly bool escapes = dialect.Escape != dialect.Quote;
    private byte[] buffer = new byte[1 << 20];
    private int from;
    private int to;
    private int start;
    private int length;
    private bool ended;
    private bool isCut;
    private long nextLine = 1;

    /// <summary>The line on which the record begins, counted from 1 as editors do.</summary>
    public long Line { get; private set; }

    /// <summary>
    /// The record without its line end, of one longer than <see cref="LookAheadBytes"/> its beginning; valid until the next one.
    /// </summary>
    public ReadOnlySpan<byte> Raw => buffer.AsSpan(start, length);

    /// <summary>How many fields it has.</summary>
    public int Fields { get; private set; }

    /// <summary>What is wrong with its quotes; null when nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>
    /// Whether quotes stand within fields that are not quoted, or escapes before letters that need none: as they are, DuckDB might read
    /// them otherwise.
    /// </summary>
    public bool IsLoose { get; private set; }

    /// <summary>Goes on to the next record.</summary>
    public bool Next()
    {
        if (isCut)
            SkipLine();
        Line = nextLine;
        (Fault, IsLoose) = (null, false);
        while (true)
        {
            var rest = buffer.AsSpan(from, to - from);
            if (rest.IsEmpty && ended)
                return false;
            var at = rest.IndexOfAny((byte)'\n', (byte)'\r');
            var whole = at >= 0 && (rest[at] == '\n' || at + 1 < rest.Length);
            if (!whole && !ended && rest.Length < LookAheadBytes)
            {
                Fill();
                continue;
            }

            var line = rest[..(at < 0 ? rest.Length : at)];

            // A comment is a line, whatever its quotes say: a record of theirs might reach over lines of data.
            if (line.IndexOf(quote) < 0 || dialect.IsComment(line))
            {
                Fields = line.Count(delimiter) + 1;
                Take(rest, line.Length);
                return true;
            }

            if (TakeQuoted(rest, line.Length))
                return true;
            Fill();
        }
    }

    /// <summary>Passes over a line whatever its quotes say.</summary>
    public bool SkipLine()
    {
        while (true)
        {
            var rest = buffer.AsSpan(from, to - from);
            var at = rest.IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0 && (rest[at] == '\n' || at + 1 < rest.Length || ended))
            {
                Take(rest, at);
                return true;
            }

            if (ended)
                return false;
            from = at < 0 ? to : to - 1;
            Fill();
        }
    }

    /// <summary>The fields of the record as text, without their quotes. Bytes that are not UTF-8 become U+FFFD.</summary>
    public IReadOnlyList<string> Values()
    {
        var values = new List<string>();
        var field = new List<byte>();
        var (quoted, first) = (false, true);
        for (var at = start; at < start + length; at++)
        {
            var letter = buffer[at];
            var next = at + 1 < start + length ? buffer[at + 1] : (byte)0;
            if (letter == quote && first)
                (quoted, first) = (true, false);
            else if (quoted && letter == escape && (next == quote || (escapes && next == escape)))
                field.Add(buffer[++at]);
            else if (quoted && letter == quote)
                quoted = false;
            else if (!quoted && letter == delimiter)
                End();
            else
                (_, first) = (Add(letter), false);
        }

        End();
        return values;

        bool Add(byte letter)
        {
            field.Add(letter);
            return true;
        }

        void End()
        {
            values.Add(Encoding.UTF8.GetString([.. field]));
            field.Clear();
            first = true;
        }
    }

    public void Dispose() => stream.Dispose();

    /// <summary>Takes a record that has quotes; false when its end is not read yet.</summary>
    private bool TakeQuoted(ReadOnlySpan<byte> rest, int firstLine)
    {
        var more = !ended && rest.Length < LookAheadBytes;
        Fields = 1;
        IsLoose = false;
        for (var at = 0; ; at++, Fields++)
        {
            if (at < rest.Length && rest[at] == quote)
            {
                at = AfterQuoted(rest, at + 1);
                if (at < 0)
                {
                    if (more)
                        return false;
                    return Faulty(rest, firstLine);
                }

                if (at < rest.Length && rest[at] != delimiter && rest[at] is not ((byte)'\n' or (byte)'\r'))
                {
                    if (at > firstLine && (rest[at - 2] == delimiter || rest[at - 2] is (byte)'\n' or (byte)'\r'))
                        return Faulty(rest, firstLine);
                    var end = rest[at..].IndexOfAny((byte)'\n', (byte)'\r');
                    return (end >= 0 || !more) && Faulty(rest, end < 0 ? rest.Length : at + end);
                }
            }
            else
            {
                var hit = rest[at..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r');
                var next = hit < 0 ? rest.Length : at + hit;
                IsLoose |= rest[at..next].Contains(quote);
                at = next;
            }

            if (at < rest.Length && rest[at] == delimiter)
                continue;
            if (more && (at == rest.Length || (rest[at] == '\r' && at + 1 == rest.Length)))
                return false;
            Take(rest, at);
            return true;
        }
    }

    /// <summary>Where the field ends whose quote was opened before a position; negative when nothing closes it.</summary>
    private int AfterQuoted(ReadOnlySpan<byte> rest, int at)
    {
        while (at < rest.Length)
        {
            var hit = escapes ? rest[at..].IndexOfAny(quote, escape) : rest[at..].IndexOf(quote);
            if (hit < 0)
                return -1;
            at += hit;
            var isPair = at + 1 < rest.Length && (escapes ? rest[at] == escape : rest[at + 1] == quote);
            if (isPair)
            {
                IsLoose |= rest[at + 1] != quote && rest[at + 1] != escape;
                at += 2;
            }
            else if (rest[at] == quote)
                return at + 1 < rest.Length || ended ? at + 1 : -1;
            else
                return -1;
        }

        return -1;
    }

    private bool Faulty(ReadOnlySpan<byte> rest, int end)
    {
        Fault = BadQuotes;
        Take(rest, end);
        return true;
    }

    private void Take(ReadOnlySpan<byte> rest, int bytes)
    {
        (start, length) = (from, bytes);
        isCut = bytes == rest.Length && !ended;
        var breakBytes = bytes == rest.Length ? 0 : rest[bytes] == '\r' && bytes + 1 < rest.Length && rest[bytes + 1] == '\n' ? 2 : 1;
        from += bytes + breakBytes;
        nextLine += (isCut ? 0 : 1) + Breaks(rest[..bytes]);
    }

    private static long Breaks(ReadOnlySpan<byte> content)
    {
        var count = 0L;
        while (content.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var at)
        {
            count++;
            content = content[(at + (content[at] == '\r' && at + 1 < content.Length && content[at + 1] == '\n' ? 2 : 1))..];
        }

        return count;
    }

    private void Fill()
    {
        // A record is moved to the front, so that one that is cut by the buffer's end can be read on.
        buffer.AsSpan(from, to - from).CopyTo(buffer);
        plainFrom -= from;
        (from, to) = (0, to - from);
        if (to == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);

        // At least as much again: a long record is gone through from its start after each time.
        var enough = Math.Min(2 * to, buffer.Length);
        do
        {
            var read = stream.Read(buffer, to, buffer.Length - to);
            ended = read == 0;
            to += read;
        }
        while (to < enough && !ended);
    }
}
