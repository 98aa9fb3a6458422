using System.Globalization;

namespace Workflow.Data.Drift;

/// <summary>A bin, and how many rows of either side are in it.</summary>
/// <param name="Label">The value, or the range.</param>
/// <param name="Reference">Rows of the reference.</param>
/// <param name="Current">Rows of what is compared with it.</param>
public sealed record Bin(string Label, double Reference, double Current);

/// <summary>Puts two samples into common bins.</summary>
public static class Bins
{
    /// <summary>
    /// Up to how many different values of the reference a number has a bin for each, where deciles are asked for: hours, days and months
    /// are categories.
    /// </summary>
    public const int MostValues = 31;

    private const int EvidentlyValues = 20;
    private const int Deciles = 10;
    private const int OverlayBins = 20;
    private const string Null = "null";

    /// <summary>
    /// Evidently's: numbers with more than 20 different values in the reference have bins of equal width over both sides, as many as
    /// Sturges says, ⌈log2(n) + 1⌉ of all n rows, the last closed; everything else has one for each value.
    /// </summary>
    public static IReadOnlyList<Bin> Evidently(ColumnSample reference, ColumnSample current)
    {
        if (reference is not NumberSample { Distinct: > EvidentlyValues } numbers || current is not NumberSample others)
            return Values(reference, current);
        var count = (int)Math.Ceiling(Math.Log2(reference.Total + current.Total) + 1);
        var (low, high) = (Math.Min(numbers.Values[0], others.Values[0]), Math.Max(numbers.Values[^1], others.Values[^1]));
        var edges = Enumerable.Range(1, count - 1).Select(edge => low + ((high - low) * edge / count));
        return Cut(numbers, others, [.. edges]);
    }

    /// <summary>
    /// The reference's deciles, each bin from one decile up to and without the next, with nulls as a category. Categories, and numbers with
    /// at most <see cref="MostValues"/> different values in the reference, have a bin for each value.
    /// </summary>
    public static IReadOnlyList<Bin> ByDeciles(ColumnSample reference, ColumnSample current)
    {
        var bins = reference is NumberSample { Distinct: > MostValues } numbers && current is NumberSample others
            ? Cut(numbers, others,
                [.. Enumerable.Range(1, Deciles - 1).Select(decile => numbers.Quantile(decile / (double)Deciles)).Distinct()])
            : Values(reference, current);
        return WithNulls(bins, reference, current);
    }

    /// <summary>
    /// For people to look at: the most frequent categories of the reference, or bins of equal width between its first and last hundredth,
    /// with all that lies outside in two more; and nulls.
    /// </summary>
    public static IReadOnlyList<Bin> Overlay(ColumnSample reference, ColumnSample current)
    {
        if (reference is NumberSample { Distinct: > MostValues } numbers && current is NumberSample others)
        {
            var (low, high) = (numbers.Quantile(0.01), numbers.Quantile(0.99));
            var edges = Enumerable.Range(0, OverlayBins + 1).Select(edge => low + ((high - low) * edge / OverlayBins)).Distinct();
            return WithNulls(Cut(numbers, others, [.. edges]), reference, current);
        }

        var all = Values(reference, current);
        if (all.Count <= MostValues)
            return WithNulls(all, reference, current);
        var shown = all.OrderByDescending(bin => bin.Reference).ThenByDescending(bin => bin.Current).Take(OverlayBins).ToHashSet();
        var rest = all.Where(bin => !shown.Contains(bin)).ToList();
        return WithNulls(
            [.. all.Where(shown.Contains), new Bin($"{rest.Count} others", rest.Sum(bin => bin.Reference), rest.Sum(bin => bin.Current))],
            reference, current);
    }

    /// <summary>A bin for each different value of either side, in the order of the values.</summary>
    public static IReadOnlyList<Bin> Values(ColumnSample reference, ColumnSample current)
    {
        if (reference is NumberSample numbers && current is NumberSample others)
        {
            return [.. numbers.Beside(others).Select(value => new Bin(
                Text(value.Value), value.First, value.Second))];
        }

        var ours = reference.Categories.ToDictionary(StringComparer.Ordinal);
        var theirs = current.Categories.ToDictionary(StringComparer.Ordinal);
        return [.. ours.Keys.Union(theirs.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(value => new Bin(value, ours.GetValueOrDefault(value), theirs.GetValueOrDefault(value)))];
    }

    private static IReadOnlyList<Bin> WithNulls(IReadOnlyList<Bin> bins, ColumnSample reference, ColumnSample current) =>
        reference.Nulls + current.Nulls == 0 ? bins : [.. bins, new Bin(Null, reference.Nulls, current.Nulls)];

    /// <summary>Bins between edges; each edge belongs to the bin above it.</summary>
    private static IReadOnlyList<Bin> Cut(NumberSample reference, NumberSample current, double[] edges)
    {
        var (ours, theirs) = (Count(reference, edges), Count(current, edges));
        return [.. ours.Zip(theirs).Select((counts, index) => new Bin(Range(edges, index), counts.First, counts.Second))];
    }

    private static long[] Count(NumberSample sample, double[] edges)
    {
        var counts = new long[edges.Length + 1];
        var bin = 0;
        for (var index = 0; index < sample.Distinct; index++)
        {
            while (bin < edges.Length && sample.Values[index] >= edges[bin])
                bin++;
            counts[bin] += sample.Counts[index];
        }

        return counts;
    }

    private static string Range(double[] edges, int index) => (index, index == edges.Length) switch
    {
        (0, true) => "all",
        (0, _) => $"< {Text(edges[0])}",
        (_, true) => $">= {Text(edges[^1])}",
        _ => $"{Text(edges[index - 1])} to {Text(edges[index])}",
    };

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
