namespace Workflow.Data.Profiles;

/// <summary>What a sketch says to a reader.</summary>
internal static class ColumnSummary
{
    private const int HistogramBins = 30;
    private const int TopValues = 20;
    private const double LowTail = 0.01;
    private const double HighTail = 0.99;

    private static readonly double[] Shares = [LowTail, 0.05, 0.25, 0.5, 0.75, 0.95, HighTail];

    public static ColumnProfile Of(ColumnSketch sketch)
    {
        var type = sketch.Type;
        var isCounted = type.Kind != SketchKind.Opaque;
        var hasPlaces = type.HasAxis && sketch.Finite > 0;
        var unit = Math.Pow(10, type.Scale);
        var greatest = hasPlaces ? Math.Max(Math.Abs(type.Place(sketch.Min)), Math.Abs(type.Place(sketch.Max))) : 0;
        var hasMoments = sketch.Moments is not null && sketch.Finite > 0;
        var cells = hasPlaces ? sketch.Cells().ToList() : [];
        return new ColumnProfile(
            sketch.Name, type.Type, sketch.Count, sketch.Nulls, isCounted ? sketch.Distinct : 0,
            hasPlaces ? type.Text(sketch.Min) : End(sketch, type, last: false),
            hasPlaces ? type.Text(sketch.Max) : End(sketch, type, last: true),
            hasMoments ? sketch.Moments!.Mean(sketch.Finite) / unit : null,
            hasMoments ? sketch.Moments!.Deviation(sketch.Finite, greatest) / unit : null)
        {
            IsDistinctExact = isCounted && sketch.Exact is not null,
            Nans = sketch.Nans,
            Infinities = sketch.Infinities,
            Quantiles = hasPlaces ? [.. Shares.Select(share => new ColumnQuantile(share, type.Text(Quantile(cells, share))))] : [],
            Histogram = hasPlaces ? Histogram(sketch, cells) : [],
            TopValues = [.. (sketch.Exact?.All() ?? [])
                .Select(value => new ValueCount(value.Text ?? type.Text((long)value.Key), value.Count))
                .OrderByDescending(value => value.Count).ThenBy(value => value.Value, StringComparer.Ordinal).Take(TopValues)],
        };
    }

    private static string? End(ColumnSketch sketch, SketchType type, bool last)
    {
        if (type.Kind == SketchKind.Boolean && sketch.Count > 0)
            return type.Text((long)(last ? sketch.Exact!.All().Last() : sketch.Exact!.All().First()).Key);
        return last ? sketch.MaxText : sketch.MinText;
    }

    // The least cell of which at least the share of the values is no greater: the inverse of the distribution function.
    private static long Quantile(List<(long Cell, long Count)> cells, double share)
    {
        var wanted = Math.Ceiling(share * cells.Sum(cell => cell.Count));
        var passed = 0L;
        foreach (var (cell, count) in cells)
        {
            passed += count;
            if (passed >= wanted)
                return cell;
        }

        return cells[^1].Cell;
    }

    // One bin per value of a few. Otherwise bins of one width between the first and the last percent, with a bin for either tail: one
    // outlier
    // would else press all that matters into one bin.
    private static List<HistogramBin> Histogram(ColumnSketch sketch, List<(long Cell, long Count)> cells)
    {
        var type = sketch.Type;
        if (sketch.Exact is not null && cells.Count <= HistogramBins)
            return [.. cells.Select(cell => new HistogramBin(type.Text(cell.Cell), type.Text(cell.Cell), cell.Count))];

        var (low, high) = (type.Place(Quantile(cells, LowTail)), type.Place(Quantile(cells, HighTail)));
        const int inner = HistogramBins - 2;
        var edges = Enumerable.Range(0, inner + 1)
            .Select(at => type.CellAt(low + ((high / inner * at) - (low / inner * at))))
            .Append(sketch.Max).Prepend(sketch.Min).Distinct().Order().ToList();
        if (edges.Count == 1)
            edges.Add(edges[0]);
        var counts = new long[edges.Count - 1];
        var bin = 0;
        foreach (var (cell, count) in cells)
        {
            while (bin < counts.Length - 1 && cell >= edges[bin + 1])
                bin++;
            counts[bin] += count;
        }

        return [.. counts.Select((count, at) => new HistogramBin(type.Text(edges[at]), type.Text(edges[at + 1]), count))];
    }
}
