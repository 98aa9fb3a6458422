using System.Globalization;
using System.Text;
using System.Text.Json;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Reads a file with one JSON object on each line into a dataset, in the order of its lines. Columns are the objects' members, in the order in which
/// they first appear, unless they are declared; a member that is missing is a null, and so is an empty text. Objects and arrays within keep their JSON
/// text. Types are found out from the text of the values, as those of CSV are.
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
            store, options, file, dialect, log, (unfit, columns, rejects) => Split(file, names, unfit, columns, rejects, cancellationToken));
        var (stored, split) = await reader.ReadAsync(expected, rejected, cancellationToken).ConfigureAwait(false);
        return stored with { ReadAs = string.Create(CultureInfo.InvariantCulture, $"json lines, {split.BlankLines} blank lines") };
    }

    private CsvSplit Split(
        DataFile file, IReadOnlyList<string> names, IReadOnlyList<UnfitValue> unfit, IReadOnlyList<Column> columns, RejectedRows? rejected,
        CancellationToken cancellationToken)
    {
        var segments = new Segments(store);
        try
        {
            var (rowsIn, blanks, unfitAt) = (0L, 0L, 0);
            UnfitRow? first = null;
            using var scanner = Lines.Open(file);
            while (first is null && scanner.Next())
            {
                if (scanner.Raw.IsEmpty)
                {
                    blanks++;
                    continue;
                }

                if ((++rowsIn & 0xffff) == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                log.Passed(rowsIn, "read");
                var (record, reason, column) = (Record(scanner, names, out var fault), fault, (string?)null);
                if (record is not null && unfitAt < unfit.Count && unfit[unfitAt].Row == segments.Rows + unfitAt + 1)
                {
                    var value = unfit[unfitAt++];
                    (column, reason) = (columns[value.Column].Name, CsvSplitter.Unfit(columns[value.Column], value.Value));
                }

                if (reason is null)
                    segments.Add(record);
                else if (rejected is null)
                    first = new UnfitRow(scanner.Line, reason);
                else
                    rejected.Add(scanner.Line, reason, column, scanner.Raw);
            }

            segments.Finish();
            return new CsvSplit(segments, rowsIn, blanks, 0, first);
        }
        catch
        {
            segments.Dispose();
            throw;
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
        var unknown = document.RootElement.EnumerateObject().FirstOrDefault(member => !names.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } member
            ? member.Name
            : null;
        fault = unknown is null ? null : $"unexpected member '{unknown}'; there are {string.Join(", ", names)}.";
        if (fault is not null)
            return null;
        var fields = names.Select(name => document.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? $"\"{Text(value).Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : "\"\"");
        return Encoding.UTF8.GetBytes(string.Join(',', fields));
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
        fault = null;
        try
        {
            var document = JsonDocument.Parse(scanner.Raw.ToArray(), Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            fault = "is JSON, but no object.";
        }
        catch (JsonException error)
        {
            fault = $"is no JSON: {error.Message}";
        }

        return null;
    }
}
