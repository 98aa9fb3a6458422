using System.Text;

namespace Workflow.Data.Profiles;

/// <summary>The beginning of a text: as long as a name or an address. A profile is shown beside the column, not instead of it.</summary>
internal static class ShortText
{
    private const int Characters = 200;

    // No character takes more bytes than these.
    private const int Bytes = 4 * Characters;

    /// <summary>As much as is needed to show it and to order it.</summary>
    public static ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text) => text.Length <= Bytes ? text : text[..Bytes];

    public static string Of(ReadOnlySpan<byte> text)
    {
        // What is stored as JSON can hold neither a NUL nor half of a pair.
        var read = Encoding.UTF8.GetString(Prefix(text)).Replace('\0', '\uFFFD');
        if (read.Length <= Characters)
            return read;
        return read[..(char.IsHighSurrogate(read[Characters - 1]) ? Characters - 1 : Characters)];
    }
}
