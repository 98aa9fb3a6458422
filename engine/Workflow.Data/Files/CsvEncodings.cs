using System.Buffers;
using System.Text;

namespace Workflow.Data.Files;

/// <summary>The file's text is not UTF-8, and nothing said what else it is.</summary>
internal sealed class UndecodableException : Exception;

/// <summary>
/// The encodings of text files. What a file is cannot be told from a sample: one letter beyond ASCII may stand on its last line. So a file
/// is read as UTF-8 until that fails, and then looked at as a whole.
/// </summary>
internal static class CsvEncodings
{
    public const string Utf8Name = "utf-8";
    public const string Windows = "windows-1252";

    private static readonly string[] Known = [Utf8Name, "utf-16", "utf-16BE", Windows, "iso-8859-1"];

    // Stands for bytes that are no text. It is no letter and never will be one, and begins with a byte that hardly anything else has.
    private const string Undecodable = "\U0010FFFF";

    /// <summary>The first byte of what stands for bytes of UTF-16 that are none.</summary>
    public const byte UndecodableByte = 0xf4;

    /// <summary>Whether a letter takes at least two bytes.</summary>
    public static bool IsWide(string charset) => charset.StartsWith("utf-16", StringComparison.Ordinal);

    /// <summary>Whether all of a record of <see cref="Open"/> was text in its file.</summary>
    public static bool IsDecoded(ReadOnlySpan<byte> record, string charset) => !IsWide(charset) || record.IndexOf("\U0010FFFF"u8) < 0;

    /// <summary>What the file's first bytes say.</summary>
    public static string OfMark(DataFile file)
    {
        using var stream = file.OpenBytes();
        Span<byte> head = stackalloc byte[2];
        var read = stream.ReadAtLeast(head, 2, throwOnEndOfStream: false);
        return read < 2 ? Utf8Name : head switch { [0xff, 0xfe] => "utf-16", [0xfe, 0xff] => "utf-16BE", _ => Utf8Name };
    }

    /// <exception cref="TaskFailureException">There is no such encoding.</exception>
    public static string Named(string name) => Known.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new TaskFailureException($"'{name}' is no known encoding; there are {string.Join(", ", Known)}.", retryable: false);

    /// <summary>
    /// What a file that is not UTF-8 is: windows-1252 when none of its bytes beyond ASCII make a UTF-8 letter and all of them have a
    /// meaning there. A file that mixes both is damaged UTF-8, and stays so.
    /// </summary>
    public static string OfWhole(DataFile file, CancellationToken cancellationToken)
    {
        using var stream = file.OpenBytes();
        var buffer = new byte[1 << 16];
        var kept = 0;
        int read;
        while ((read = stream.Read(buffer, kept, buffer.Length - kept)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = buffer.AsSpan(0, kept + read);
            while (!bytes.IsEmpty)
            {
                var ascii = bytes.IndexOfAnyInRange((byte)0x80, (byte)0xff);
                if (ascii < 0)
                {
                    bytes = [];
                    break;
                }

                bytes = bytes[ascii..];
                var status = Rune.DecodeFromUtf8(bytes, out _, out _);
                if (status == OperationStatus.NeedMoreData)
                    break;
                if (status == OperationStatus.Done || bytes[0] is 0x81 or 0x8d or 0x8f or 0x90 or 0x9d)
                    return Utf8Name;
                bytes = bytes[1..];
            }

            kept = bytes.Length;
            bytes.CopyTo(buffer);
        }

        return Windows;
    }

    /// <summary>The text as UTF-8, without a byte order mark.</summary>
    public static Stream Open(DataFile file, string charset)
    {
        var stream = file.OpenBytes();
        if (charset != Utf8Name)
        {
            var encoding = charset == Windows
                ? CodePagesEncodingProvider.Instance.GetEncoding(1252)!
                : Encoding.GetEncoding(charset, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback(Undecodable));
            stream = Encoding.CreateTranscodingStream(stream, encoding, new UTF8Encoding(false));
        }

        // The first bytes are read once to look for the mark, so a stream that cannot seek is opened anew.
        Span<byte> head = stackalloc byte[3];
        var read = stream.ReadAtLeast(head, 3, throwOnEndOfStream: false);
        return read == 3 && head.SequenceEqual(Encoding.UTF8.Preamble) ? stream : new HeadStream(head[..read].ToArray(), stream);
    }

    /// <summary>A stream whose first bytes were read already.</summary>
    private sealed class HeadStream(byte[] head, Stream rest) : ForwardStream
    {
        private int given;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (given == head.Length)
                return rest.Read(buffer, offset, count);
            var taken = Math.Min(count, head.Length - given);
            head.AsSpan(given, taken).CopyTo(buffer.AsSpan(offset));
            given += taken;
            return taken;
        }

        protected override void Dispose(bool disposing)
        {
            rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
