using System.Globalization;
using Workflow.Artifacts;
using Workflow.Contracts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Files;

/// <summary>Passes over a file and cuts it into segments; see <see cref="RecordSorter"/>.</summary>
/// <param name="unfit">Values known not to fit, in the order of their rows; taken as the pass comes to them.</param>
/// <param name="columns">The columns, to name those of unfit values.</param>
/// <param name="rejected">Where rows that do not fit go; null to stop at the first one.</param>
internal delegate CsvSplit SplitFile(IEnumerable<UnfitValue> unfit, IReadOnlyList<Column> columns, RejectedRows? rejected);

/// <summary>
/// Reads a file of text into a dataset. It is cut into segments, and these are read as the types that a sample has, or that are declared.
/// Only where a value does not fit is the file looked at again: to widen types that were found out, or to find the lines.
/// </summary>
internal sealed class SegmentReader(
    IArtifactStore store, DuckDbOptions options, DataFile file, CsvDialect dialect, IProgress<string>? log, SplitFile splitFile)
{
    public async Task<(StoredDataset Stored, CsvSplit Split)> ReadAsync(
        IReadOnlyList<Column>? expected, RejectedRows? rejected, CancellationToken cancellationToken)
    {
        using var split = await Task.Run(() => splitFile([], [], rejected), cancellationToken).ConfigureAwait(false);
        var rows = TextRows.Csv(split.Rows.Paths, dialect);
        if (split.FirstUnfit is { } first)
            throw At(Earlier(rows, expected, cancellationToken) ?? first);

        var sample = TextRows.Csv([.. split.Rows.Paths.Take(1)], dialect);
        var columns = expected ?? await InferAsync(rows, sample, null, cancellationToken).ConfigureAwait(false);
        try
        {
            return (await WriteAsync(rows, columns, expected is null, split, cancellationToken).ConfigureAwait(false), split);
        }
        catch (TaskFailureException error) when (TextRows.IsUnfit(error))
        {
            if (expected is not null)
                return await WithoutUnfitAsync(rows, expected, rejected, error, cancellationToken).ConfigureAwait(false);
        }

        columns = await InferAsync(rows, sample, columns, cancellationToken).ConfigureAwait(false);
        return (await WriteAsync(rows, columns, found: true, split, cancellationToken).ConfigureAwait(false), split);
    }

    /// <summary>Sorts out the rows that have values which do not fit, and reads the others.</summary>
    private async Task<(StoredDataset Stored, CsvSplit Split)> WithoutUnfitAsync(
        TextRows rows, IReadOnlyList<Column> columns, RejectedRows? rejected, TaskFailureException cause,
        CancellationToken cancellationToken)
    {
        // The rows rejected before come up again in this pass.
        var malformed = rejected?.Count ?? 0;
        rejected?.Clear();
        using var split = await Task.Run(
            () => splitFile(FindUnfit(rows, columns, cancellationToken), columns, rejected), cancellationToken).ConfigureAwait(false);
        if (split.FirstUnfit is { } first)
            throw At(first);
        if ((rejected?.Count ?? 0) == malformed)
            throw file.Failure($"cannot be read: {cause.Message}", cause);
        var kept = TextRows.Csv(split.Rows.Paths, dialect);
        return (await WriteAsync(kept, columns, found: false, split, cancellationToken).ConfigureAwait(false), split);
    }

    /// <summary>The row with a value that does not fit before the first that is no record; null when there is none.</summary>
    private UnfitRow? Earlier(TextRows rows, IReadOnlyList<Column>? expected, CancellationToken cancellationToken)
    {
        if (expected is null || FindUnfit(rows, expected, cancellationToken).FirstOrDefault() is not { } earlier)
            return null;
        using var split = splitFile([earlier], expected, null);
        return split.FirstUnfit;
    }

    private IEnumerable<UnfitValue> FindUnfit(TextRows rows, IReadOnlyList<Column> columns, CancellationToken cancellationToken) =>
        rows.FindUnfit(options, columns, cancellationToken).Select(
            unfit => file.Masked.Contains(columns[unfit.Column].Name) ? unfit with { Value = Mask.Text } : unfit);

    private Task<IReadOnlyList<Column>> InferAsync(
        TextRows rows, TextRows sample, IReadOnlyList<Column>? refuted, CancellationToken cancellationToken) =>
        Task.Run(() => rows.Infer(options, sample, dialect.Names, refuted, cancellationToken), cancellationToken);

    private async Task<StoredDataset> WriteAsync(
        TextRows rows, IReadOnlyList<Column> columns, bool found, CsvSplit split, CancellationToken cancellationToken)
    {
        var query = new DatasetQuery(rows.Typed(columns, found)) { KeepsOrder = true, Log = log };
        var stored =
            await new DatasetWriter(store, options).WriteAsync(query, static (session, _, _) =>
                TextFunctions.Register(session), cancellationToken).ConfigureAwait(false);
        return stored with { Counts = new RowCounts(split.RowsIn, split.RowsIn - split.Rows.Rows) };
    }

    private TaskFailureException At(UnfitRow row) => new(
        $"The file {file.Name}, line {row.Line.ToString(CultureInfo.InvariantCulture)}: {row.Reason}", retryable: false);
}
