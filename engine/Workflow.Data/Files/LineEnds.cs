namespace Workflow.Data.Files;

/// <summary>
/// Gives a CSV file one kind of line end. Files that were put together from several systems mix them, and DuckDB's strict reader
/// stops at the first line that differs from the start of the file; its lenient one would read them, but would also drop what
/// follows a closing quote.
/// </summary>
internal static class LineEnds
{
    private const int BufferBytes = 1 << 16;

    /// <summary>
    /// Writes a copy in which every line break outside of quotes is LF. Breaks within quotes are values and stay as they are.
    /// </summary>
    public static DataFile Unify(DataFile file, string copy, CancellationToken cancellationToken)
    {
        using var source = file.OpenBytes();
        using var target = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = new byte[BufferBytes];
        var unified = new byte[BufferBytes];
        var (quoted, afterReturn) = (false, false);
        int read;
        while ((read = source.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = 0;
            foreach (var letter in buffer.AsSpan(0, read))
            {
                // A doubled quote toggles twice.
                quoted ^= letter == '"';
                var secondOfPair = afterReturn && letter == '\n';
                afterReturn = !quoted && letter == '\r';
                if (!secondOfPair)
                    unified[length++] = afterReturn ? (byte)'\n' : letter;
            }

            target.Write(unified, 0, length);
        }

        return file with { Path = copy, Format = FileFormat.Csv };
    }
}
