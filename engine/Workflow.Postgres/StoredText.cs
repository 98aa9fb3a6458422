namespace Workflow.Postgres;

/// <summary>Makes text of authors' code fit for a column.</summary>
public static class StoredText
{
    /// <summary>The longest message of a task, in characters; the rest of it is cut off.</summary>
    public const int MaxMessageLength = 16_384;

    /// <summary>
    /// Replaces what PostgreSQL cannot keep: NUL, and halves of a character, which have no UTF-8 and at which the driver throws.
    /// </summary>
    public static string Readable(string text)
    {
        var clean = text.Replace('\0', '\uFFFD');
        if (!clean.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return clean;
        return string.Create(clean.Length, clean, static (span, source) =>
        {
            for (var at = 0; at < span.Length; at++)
            {
                if (char.IsHighSurrogate(source[at]) && at + 1 < source.Length && char.IsLowSurrogate(source[at + 1]))
                {
                    span[at] = source[at];
                    span[++at] = source[at];
                }
                else
                {
                    span[at] = char.IsSurrogate(source[at]) ? '\uFFFD' : source[at];
                }
            }
        });
    }

    /// <summary>A message as a column keeps it: readable, and not without end.</summary>
    public static string? Message(string? text) => text is null
        ? null
        : Readable(text.Length <= MaxMessageLength ? text : $"{text[..MaxMessageLength]}… ({text.Length:N0} characters, cut)");
}
