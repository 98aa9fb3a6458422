namespace Workflow.Data.Drift;

/// <summary>
/// What a column holds, each different value once with its count: what every comparison of two columns starts from. Nulls and numbers that
/// are not finite are counted and left out, as Evidently does.
/// </summary>
public abstract record ColumnSample
{
    private protected ColumnSample(IReadOnlyList<long> counts, long total, long nulls)
    {
        Counts = counts;
        Nulls = nulls;
        Total = total;
    }

    /// <summary>How often each value occurs.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>How many rows have no value, or one that is not finite.</summary>
    public long Nulls { get; }

    /// <summary>How many rows have a value.</summary>
    public long Total { get; }

    /// <summary>How many different values there are.</summary>
    public int Distinct => Counts.Count;

    /// <summary>The values as texts, in their order, with their counts.</summary>
    public abstract IEnumerable<KeyValuePair<string, long>> Categories { get; }
}

/// <summary>A sample of numbers.</summary>
public sealed record NumberSample : ColumnSample
{
    /// <param name="values">The different values, ascending and finite.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="nulls">How many rows have none.</param>
    public NumberSample(IReadOnlyList<double> values, IReadOnlyList<long> counts, long nulls)
        : base(counts, counts.Sum(), nulls) => Values = values;

    /// <summary>The different values, ascending.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <inheritdoc />
    public override IEnumerable<KeyValuePair<string, long>> Categories => Values.Zip(
        Counts, (value, count) => KeyValuePair.Create(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), count));

    /// <summary>A sample of raw numbers, in any order; NaN and infinities count as nulls.</summary>
    public static NumberSample Of(IEnumerable<double> raw)
    {
        var groups = new SortedDictionary<double, long>();
        var nulls = 0L;
        foreach (var value in raw)
        {
            if (double.IsFinite(value))
                groups[value] = groups.GetValueOrDefault(value) + 1;
            else
                nulls++;
        }

        return new NumberSample([.. groups.Keys], [.. groups.Values], nulls);
    }

    /// <summary>The population variance's root.</summary>
    public double Deviation()
    {
        // Twice over the values: the difference of two large squares would lose what is between them.
        var mean = Values.Zip(Counts, (value, count) => value * count).Sum() / Total;
        return Math.Sqrt(Values.Zip(Counts, (value, count) => (value - mean) * (value - mean) * count).Sum() / Total);
    }

    /// <summary>The value below which a share of the rows lies, between two rows by their distances (NumPy's linear method).</summary>
    /// <param name="share">From 0 to 1.</param>
    public double Quantile(double share)
    {
        var place = (Total - 1) * share;
        var below = (long)Math.Floor(place);
        var (low, high) = (At(below), At(Math.Min(below + 1, Total - 1)));
        return low + ((place - below) * (high - low));
    }

    /// <summary>Each different value of either sample, ascending, with how often each has it.</summary>
    internal IEnumerable<(double Value, long First, long Second)> Beside(NumberSample other)
    {
        var (at, to) = (0, 0);
        while (at < Distinct || to < other.Distinct)
        {
            var value = Math.Min(
                at < Distinct ? Values[at] : double.PositiveInfinity, to < other.Distinct ? other.Values[to] : double.PositiveInfinity);
            var first = at < Distinct && Values[at] == value ? Counts[at++] : 0;
            var second = to < other.Distinct && other.Values[to] == value ? other.Counts[to++] : 0;
            yield return (value, first, second);
        }
    }

    private double At(long row)
    {
        var seen = 0L;
        for (var index = 0; index < Values.Count; index++)
        {
            seen += Counts[index];
            if (row < seen)
                return Values[index];
        }

        return Values[^1];
    }
}

/// <summary>A sample of categories.</summary>
public sealed record CategorySample : ColumnSample
{
    private readonly IReadOnlyList<string> values;

    /// <param name="values">The different values.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="nulls">How many rows have none.</param>
    public CategorySample(IReadOnlyList<string> values, IReadOnlyList<long> counts, long nulls)
        : base(counts, counts.Sum(), nulls) => this.values = values;

    /// <inheritdoc />
    public override IEnumerable<KeyValuePair<string, long>> Categories => values.Zip(Counts, KeyValuePair.Create);
}

/// <summary>
/// A sample of what is as good as unique, such as ids and free text: its values were not kept, and tell nothing of drift.
/// </summary>
public sealed record UncountedSample : ColumnSample
{
    /// <summary>Up to how many different values there are categories. More of them would take memory, and be no categories.</summary>
    public const int MostCategories = 100_000;

    /// <summary>Up to how many characters they have together.</summary>
    public const int MostCharacters = 20_000_000;

    /// <param name="total">How many rows have a value.</param>
    /// <param name="nulls">How many rows have none.</param>
    public UncountedSample(long total, long nulls)
        : base([], total, nulls)
    {
    }

    /// <inheritdoc />
    public override IEnumerable<KeyValuePair<string, long>> Categories => [];
}
