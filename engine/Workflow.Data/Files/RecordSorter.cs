using Workflow.Artifacts;

namespace Workflow.Data.Files;

/// <summary>
/// Sorts the records of a file, in their order, into those that fit and those that do not: a record may be none, or have a value that is
/// known not to fit its column.
/// </summary>
internal sealed class RecordSorter
{
    private readonly Segments segments;
    private readonly IEnumerator<UnfitValue> values;
    private readonly IReadOnlyList<Column> columns;
    private readonly RejectedRows? rejected;
    private readonly IProgress<string>? log;
    private readonly CancellationToken cancellationToken;
    private UnfitValue? next;
    private long rowsIn;
    private long sound;
    private UnfitRow? first;

    private RecordSorter(
        Segments segments, IEnumerator<UnfitValue> values, IReadOnlyList<Column> columns, RejectedRows? rejected, IProgress<string>? log,
        CancellationToken cancellationToken)
    {
        this.segments = segments;
        this.values = values;
        this.columns = columns;
        this.rejected = rejected;
        this.log = log;
        this.cancellationToken = cancellationToken;
        next = Next();
    }

    /// <summary>How many lines hold nothing.</summary>
    public long BlankLines { get; set; }

    /// <summary>How many lines are comments.</summary>
    public long Comments { get; set; }

    /// <summary>Whether a row does not fit and there is no place for it: the pass ends.</summary>
    public bool HasEnded => first is not null;

    /// <summary>How many plain records to take at once; 0 where some of those to come do not fit.</summary>
    public int Room => next is null ? segments.Room : 0;

    /// <summary>Passes over a file.</summary>
    /// <param name="store">Where the segments are staged.</param>
    /// <param name="unfit">Values known not to fit, in the order of their rows: such rows are rejected.</param>
    /// <param name="columns">The columns, to name those of unfit values.</param>
    /// <param name="rejected">Where rows that do not fit go; null to stop at the first one.</param>
    /// <param name="log">Hears how it gets on.</param>
    /// <param name="read">Reads the records.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static CsvSplit Split(
        IArtifactStore store, IEnumerable<UnfitValue> unfit, IReadOnlyList<Column> columns, RejectedRows? rejected, IProgress<string>? log,
        Action<RecordSorter> read, CancellationToken cancellationToken)
    {
        var segments = new Segments(store);
        try
        {
            using var values = unfit.GetEnumerator();
            var sorter = new RecordSorter(segments, values, columns, rejected, log, cancellationToken);
            read(sorter);
            segments.Finish();
            return new CsvSplit(segments, sorter.rowsIn, sorter.BlankLines, sorter.Comments, sorter.first);
        }
        catch
        {
            segments.Dispose();
            throw;
        }
    }

    /// <summary>Counts a record; one that does not fit is rejected, or ends the pass.</summary>
    /// <param name="scanner">Where it stands.</param>
    /// <param name="fault">Why it is none; null if it is one.</param>
    /// <returns>Whether it fits, and is to be added.</returns>
    public bool Takes(CsvScanner scanner, string? fault)
    {
        if ((++rowsIn & 0xffff) == 0)
            cancellationToken.ThrowIfCancellationRequested();
        log.Passed(rowsIn, "read");
        var (reason, column) = (fault, (string?)null);
        if (reason is null && ++sound is var row && next is not null && next.Row == row)
        {
            (column, reason) = (columns[next.Column].Name, Unfit(columns[next.Column], next.Value));
            next = Next();
        }

        if (reason is null)
            return true;
        if (rejected is null)
            first = new UnfitRow(scanner.Line, reason);
        else
            rejected.Add(scanner.Line, reason, column, scanner.Raw);
        return false;
    }

    /// <summary>Adds a record that fits.</summary>
    public void Add(ReadOnlySpan<byte> record) => segments.Add(record);

    /// <summary>Counts and adds plain records, at most as many as there is <see cref="Room"/> for.</summary>
    public void Add(ReadOnlySpan<byte> lines, int records)
    {
        cancellationToken.ThrowIfCancellationRequested();
        segments.Add(lines, records);
        sound += records;
        rowsIn += records;
        log.Passed(rowsIn, "read", records);
    }

    /// <summary>What is wrong with a row that has a value which does not fit.</summary>
    private static string Unfit(Column column, string value) => $"column '{column.Name}': '{Short(value)}' is no {column.Type}.";

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "...";

    private UnfitValue? Next() => values.MoveNext() ? values.Current : null;
}
