using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Reads a file with one JSON object on each line into a dataset, in the order of its lines. Columns are the objects' members, in the order
/// in which they first appear, unless they are declared; a member that is missing is a null, and so is an empty text. Objects and arrays
/// within keep their JSON text. Types are found out from the text of the values, as those of CSV are.
/// </summary>
internal sealed class JsonLinesReader(IArtifactStore store, DuckDbOptions options, IProgress<string>? log)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // No byte of UTF-8 text is 0x01 outside of a control character, which JSON must escape: lines are not cut into fields.
    private static readonly CsvDialect Lines = new(new CsvOptions { Quote = '\x02' }, '\x01', ["line"], CsvEncodings.Utf8Name);

    public async Task<StoredDataset> ReadAsync(
        DataFile file, IReadOnlyList<Column>? expected, RejectedRows? rejected, CancellationToken cancellationToken)
    {
        var names = expected is null
            ? await Task.Run(() => Names(file, cancellationToken), cancellationToken).ConfigureAwait(false)
            : [.. expected.Select(column => column.Name)];
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw file.Failure($"has the members {string.Join(" and ", twice)}, which differ only in case: declare its columns.");
        if (names.Count == 0)
            throw file.Failure("has no JSON object with a member.");
        var dialect = new CsvDialect(new CsvOptions(), ',', names, CsvEncodings.Utf8Name);
        var reader = new SegmentReader(
            store, options, file, dialect, log,
            (unfit, columns, rejects) => RecordSorter.Split(
                store, unfit, columns, rejects, log, sorter => Read(file, names, sorter), cancellationToken));
        var (stored, split) = await reader.ReadAsync(expected, rejected, cancellationToken).ConfigureAwait(false);
        return stored with { ReadAs = string.Create(CultureInfo.InvariantCulture, $"json lines, {split.BlankLines} blank lines") };
    }

    private static void Read(DataFile file, IReadOnlyList<string> names, RecordSorter sorter)
    {
        using var scanner = Lines.Open(file);
        while (!sorter.HasEnded && scanner.Next())
        {
            if (scanner.Raw.IsEmpty)
                sorter.BlankLines++;
            else if (Record(scanner, names, out var fault) is var record && sorter.Takes(scanner, fault))
                sorter.Add(record);
        }
    }

    private static IReadOnlyList<string> Names(DataFile file, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var scanner = Lines.Open(file);
        for (var row = 0; scanner.Next(); row++)
        {
            if ((row & 0xffff) == 0)
                cancellationToken.ThrowIfCancellationRequested();
            using var document = Parse(scanner, out _);
            if (document is not null)
                names.AddRange(document.RootElement.EnumerateObject().Select(member => member.Name).Where(seen.Add));
        }

        return names;
    }

    /// <summary>The object of a line as a CSV record; null with what is wrong when it is none.</summary>
    private static byte[]? Record(CsvScanner scanner, IReadOnlyList<string> names, out string? fault)
    {
        using var document = Parse(scanner, out fault);
        if (document is null)
            return null;
        var unknown = document.RootElement.EnumerateObject()
            .FirstOrDefault(member => !names.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } member
            ? member.Name
            : null;
        fault = unknown is null ? null : $"unexpected member '{unknown}'; there are {string.Join(", ", names)}.";
        if (fault is not null)
            return null;
        var fields = names.Select(name => document.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? $"\"{Text(value).Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : "\"\"");
        var record = Encoding.UTF8.GetBytes(string.Join(',', fields));
        fault = record.Length > CsvScanner.MaxRecordBytes ? CsvScanner.TooLong : null;
        return fault is null ? record : null;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    private static JsonDocument? Parse(CsvScanner scanner, out string? fault)
    {
        fault = scanner.Raw.Length > CsvScanner.MaxRecordBytes ? CsvScanner.TooLong : Utf8.IsValid(scanner.Raw) ? null : CsvScanner.NotUtf8;
        if (fault is not null)
            return null;
        try
        {
            var document = JsonDocument.Parse(scanner.Raw.ToArray(), Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                if (scanner.Raw.IndexOf("\\u"u8) >= 0)
                    Decode(document.RootElement);
                return document;
            }

            document.Dispose();
            fault = "is JSON, but no object.";
        }
        catch (JsonException error)
        {
            fault = $"is no JSON: {error.Message}";
        }
        catch (InvalidOperationException)
        {
            fault = "a text with half of a surrogate pair, which is no Unicode.";
        }

        return null;
    }

    // Escapes are decoded only when a text is asked for; so the line is known to be sound before it is taken.
    private static void Decode(JsonElement line)
    {
        foreach (var member in line.EnumerateObject())
            _ = member.Name.Length + Text(member.Value).Length;
    }
}
