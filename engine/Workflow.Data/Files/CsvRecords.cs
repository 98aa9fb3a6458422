using System.Text;

namespace Workflow.Data.Files;

/// <summary>A record of a CSV file.</summary>
/// <param name="Line">The line on which it starts, counted from 1; a quoted line break makes a record longer than its line.</param>
/// <param name="Fields">Its fields, without their quotes.</param>
internal sealed record CsvRecord(long Line, IReadOnlyList<string> Fields);

/// <summary>
/// Reads CSV as RFC 4180 has it, one record at a time. DuckDB reads the data; this reads the header, and finds the line of a record
/// that DuckDB refused, which DuckDB knows only by its number.
/// </summary>
internal static class CsvRecords
{
    /// <param name="delimiter">What separates fields; null to cut nothing, for a look at the whole record.</param>
    public static IEnumerable<CsvRecord> Read(TextReader reader, char? delimiter)
    {
        var line = 1L;
        while (reader.Peek() >= 0)
        {
            var start = line;
            var fields = new List<string>();
            while (true)
            {
                var (field, end) = Field(reader, delimiter, ref line);
                fields.Add(field);
                if (end != End.Field)
                    break;
            }

            yield return new CsvRecord(start, fields);
        }
    }

    private static (string Field, End End) Field(TextReader reader, char? delimiter, ref long line)
    {
        var field = new StringBuilder();
        var quoted = false;
        for (var first = true; ; first = false)
        {
            var next = reader.Read();
            if (next < 0)
                return (field.ToString(), End.File);
            var letter = (char)next;
            if (letter == '"' && first)
            {
                quoted = true;
            }
            else if (letter == '"' && quoted)
            {
                // A doubled quote is one; a single one ends the quoted part.
                if (reader.Peek() == '"')
                    field.Append((char)reader.Read());
                else
                    quoted = false;
            }
            else if (letter is '\r' or '\n')
            {
                if (letter == '\r' && reader.Peek() == '\n')
                    reader.Read();
                line++;
                if (!quoted)
                    return (field.ToString(), End.Record);
                field.Append('\n');
            }
            else if (letter == delimiter && !quoted)
            {
                return (field.ToString(), End.Field);
            }
            else
            {
                field.Append(letter);
            }
        }
    }

    private enum End
    {
        Field,
        Record,
        File,
    }
}
