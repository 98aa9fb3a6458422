using System.Text;
using System.Text.Unicode;

namespace Workflow.Data.Files;

/// <content>Takes lines in bulk that need no look at each: most files hold nothing else.</content>
internal sealed partial class CsvScanner
{
    // Looked through again when a line in it ends a run.
    private const int WindowBytes = 1 << 16;

    private readonly byte[] odd =
    [
        (byte)'\r', (byte)dialect.Quote, .. dialect.Options.Comment is { Length: > 0 } prefix ? Encoding.UTF8.GetBytes(prefix)[..1] : [],
        .. CsvEncodings.IsWide(dialect.Charset) ? [CsvEncodings.UndecodableByte] : Array.Empty<byte>(),
    ];

    // Where in the buffer a run of lines ends of which one is no UTF-8: up to there each is looked at by itself, and none twice in bulk.
    private int plainFrom;

    /// <summary>
    /// Takes the records that come next and are plain: UTF-8 lines with an LF at their end and as many fields as wanted, no quote, and
    /// nothing that might be a comment. It takes none where the next record must be looked at, or read first.
    /// </summary>
    /// <param name="fields">How many fields each has.</param>
    /// <param name="most">How many to take at most.</param>
    /// <param name="lines">The lines with their ends; valid until the next record.</param>
    /// <returns>How many they are.</returns>
    public int TakePlain(int fields, int most, out ReadOnlySpan<byte> lines)
    {
        lines = [];
        if (from < plainFrom)
            return 0;
        var window = buffer.AsSpan(from, Math.Min(to - from, WindowBytes));
        if (window.IndexOfAny(odd) is >= 0 and var first)
            window = window[..first];
        var (count, bytes) = (0, 0);
        while (count < most && window[bytes..].IndexOf((byte)'\n') is > 0 and var length
            && window.Slice(bytes, length).Count(delimiter) + 1 == fields)
        {
            count++;
            bytes += length + 1;
        }

        lines = window[..bytes];
        if (!Utf8.IsValid(lines))
        {
            // Which of them is wrong shows one by one.
            plainFrom = from + bytes;
            lines = [];
            return 0;
        }

        from += bytes;
        nextLine += count;
        return count;
    }
}
