using System.Globalization;
using Workflow.Artifacts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>
/// Reads a CSV file into a dataset, in the order of its rows. A header with a name for each column, records of that many fields. An empty
/// field is a null, quoted or not; blank lines between records of several columns hold none. Anything else is an error with its line, or a
/// rejected row: no row is skipped, padded or guessed.
/// </summary>
internal sealed class CsvReader(IArtifactStore store, DuckDbOptions options, IProgress<string>? log)
{
    public async Task<StoredDataset> ReadAsync(
        DataFile file, CsvOptions csv, IReadOnlyList<Column>? expected, RejectedRows? rejected, CancellationToken cancellationToken)
    {
        var charset = csv.Encoding is { } name ? CsvEncodings.Named(name) : CsvEncodings.OfMark(file);
        try
        {
            var mayBeOther = csv.Encoding is null && charset == CsvEncodings.Utf8Name;
            return await ReadAsync(file, csv, charset, mayBeOther, expected, rejected, cancellationToken).ConfigureAwait(false);
        }
        catch (UndecodableException)
        {
            charset = CsvEncodings.OfWhole(file, cancellationToken);
            rejected?.Clear();
        }

        return await ReadAsync(file, csv, charset, mayBeOther: false, expected, rejected, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredDataset> ReadAsync(
        DataFile file, CsvOptions csv, string charset, bool mayBeOther, IReadOnlyList<Column>? expected, RejectedRows? rejected,
        CancellationToken cancellationToken)
    {
        var dialect = CsvDialect.Find(file, csv, charset, mayBeOther, expected);
        if (expected is not null)
            ExpectedColumns.RequireNames(file, expected, dialect.Names);
        var reader = new SegmentReader(
            store, options, file, dialect, log,
            (unfit, columns, rejects) => RecordSorter.Split(
                store, unfit, columns, rejects, log, sorter => CsvSplitter.Read(file, dialect, mayBeOther, sorter), cancellationToken));
        var (stored, split) = await reader.ReadAsync(expected, rejected, cancellationToken).ConfigureAwait(false);
        var delimiter = dialect.Delimiter == '\t' ? "\\t" : dialect.Delimiter.ToString();
        return stored with
        {
            ReadAs = string.Create(
                CultureInfo.InvariantCulture,
                $"csv, {dialect.Charset}, delimiter '{delimiter}', {split.BlankLines} blank lines, {split.Comments} comments"),
        };
    }
}
