namespace Workflow.Data.Drift;

/// <summary>
/// Numbers with their counts, put in ascending order, of which a limited number is kept. As long as they fit, each different number stays
/// for itself. Beyond, neighbours go together in their mean while the group has no more than a few rows of all: no share of the rows below
/// a number is off by more than four rows in as many as are kept, and sums are the same.
/// </summary>
/// <param name="most">How many are kept.</param>
internal sealed class NumberGroups(int most)
{
    /// <summary>How many are kept of a column: sixteen megabytes.</summary>
    public const int Most = 1_000_000;

    private readonly List<double> values = [];
    private readonly List<long> counts = [];

    // How many rows a group of several numbers may have.
    private long width = 1;

    /// <summary>Adds a number that is not less than any before.</summary>
    public void Add(double value, long count)
    {
        Put(values, counts, value, count);
        while (values.Count > most)
            Widen();
    }

    public NumberSample ToSample(long nulls) => new(values, counts, nulls);

    private void Widen()
    {
        width *= 2;
        var (denser, sums) = (new List<double>(values.Count), new List<long>(values.Count));
        for (var at = 0; at < values.Count; at++)
            Put(denser, sums, values[at], counts[at]);
        values.Clear();
        values.AddRange(denser);
        counts.Clear();
        counts.AddRange(sums);
    }

    private void Put(List<double> into, List<long> sums, double value, long count)
    {
        // DuckDB tells zero and minus zero apart where numbers do not.
        if (into.Count > 0 && (into[^1] == value || sums[^1] + count <= width))
        {
            sums[^1] += count;
            if (into[^1] != value)
                into[^1] = (into[^1] * (1 - ((double)count / sums[^1]))) + (value * ((double)count / sums[^1]));
            return;
        }

        into.Add(value);
        sums.Add(count);
    }
}
