namespace Workflow.Ml;

/// <summary>A numeric column as training saw it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mean">The mean of its values that are not null; 0 when there were none.</param>
/// <param name="Deviation">Their population standard deviation; 0 for a constant column, which then has no influence.</param>
public sealed record NumericFeature(string Name, double Mean, double Deviation);

/// <summary>A categorical column as training saw it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Levels">Its different values, sorted by their code units.</param>
public sealed record CategoricalFeature(string Name, IReadOnlyList<string> Levels);

/// <summary>
/// Turns rows into numbers: a numeric column becomes its standard score, where a null counts as the mean; a categorical column
/// becomes one 0 or 1 for each level, all 0 for a null or a value unseen in training.
/// </summary>
/// <param name="Numeric">The numeric columns, in order.</param>
/// <param name="Categorical">The categorical columns, in order.</param>
public sealed record FeatureEncoder(IReadOnlyList<NumericFeature> Numeric, IReadOnlyList<CategoricalFeature> Categorical)
{
    private readonly IReadOnlyList<Dictionary<string, int>> positions = Positions(Numeric.Count, Categorical);

    /// <summary>How many numbers a row becomes.</summary>
    public int Width => Numeric.Count + Categorical.Sum(feature => feature.Levels.Count);

    /// <summary>How many of a row's numbers can differ from 0.</summary>
    internal int MaximumEntries => Numeric.Count + Categorical.Count;

    /// <exception cref="TaskFailureException">The chunk has other columns than the encoder.</exception>
    internal void RequireShape(RowChunk chunk)
    {
        if (chunk.Numeric.Count != Numeric.Count || chunk.Categorical.Count != Categorical.Count)
        {
            throw new TaskFailureException(
                $"The model needs {Numeric.Count} numeric and {Categorical.Count} categorical columns, "
                + $"got {chunk.Numeric.Count} and {chunk.Categorical.Count}.",
                retryable: false);
        }
    }

    /// <summary>Writes a row's numbers that differ from 0, by ascending position, and gives their count.</summary>
    internal int Encode(RowChunk chunk, int row, Span<int> indices, Span<double> values)
    {
        var count = 0;
        for (var column = 0; column < Numeric.Count; column++)
        {
            var value = chunk.Numeric[column][row];
            var feature = Numeric[column];
            if (double.IsNaN(value) || feature.Deviation == 0)
                continue;
            indices[count] = column;
            values[count++] = (value - feature.Mean) / feature.Deviation;
        }

        for (var column = 0; column < Categorical.Count; column++)
        {
            if (chunk.Categorical[column][row] is not { } level || !positions[column].TryGetValue(level, out var position))
                continue;
            indices[count] = position;
            values[count++] = 1;
        }

        return count;
    }

    private static IReadOnlyList<Dictionary<string, int>> Positions(int first, IReadOnlyList<CategoricalFeature> features)
    {
        var positions = new List<Dictionary<string, int>>();
        foreach (var feature in features)
        {
            var offset = first;
            positions.Add(feature.Levels.Index().ToDictionary(level => level.Item, level => offset + level.Index, StringComparer.Ordinal));
            first += feature.Levels.Count;
        }

        return positions;
    }
}
