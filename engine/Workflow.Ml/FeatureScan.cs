namespace Workflow.Ml;

/// <summary>The first pass over training rows: means, deviations, levels, and what is known of the label.</summary>
internal sealed class FeatureScan
{
    // More levels are rather an id than a category, and the normal equations grow with their square.
    public const int MaximumLevels = 200;

    private readonly LinearSpec spec;
    private readonly Moments[] numeric;
    private readonly HashSet<string>[] levels;
    private Moments label;

    public FeatureScan(LinearSpec spec)
    {
        this.spec = spec;
        numeric = new Moments[spec.Numeric.Count];
        levels = [.. spec.Categorical.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
    }

    public long Rows => label.Count;

    public long WithoutLabel { get; private set; }

    public double LabelMean => label.Mean;

    public FeatureEncoder Encoder => new(
        [.. spec.Numeric.Select((name, index) => new NumericFeature(name, numeric[index].Mean, numeric[index].Deviation))],
        [.. spec.Categorical.Select((name, index) => new CategoricalFeature(name, [.. levels[index].Order(StringComparer.Ordinal)]))]);

    public void Add(RowChunk chunk)
    {
        for (var row = 0; row < chunk.Label.Length; row++)
        {
            var value = chunk.Label[row];
            if (double.IsNaN(value))
            {
                WithoutLabel++;
                continue;
            }

            RequireLabel(value);
            label.Add(value);
            for (var column = 0; column < numeric.Length; column++)
                AddNumber(column, chunk.Numeric[column][row]);
            for (var column = 0; column < levels.Length; column++)
                AddLevel(column, chunk.Categorical[column][row]);
        }
    }

    /// <exception cref="TaskFailureException">The labels cannot be learnt from.</exception>
    public void RequireLearnable()
    {
        if (Rows == 0)
        {
            throw new TaskFailureException(
                WithoutLabel == 0
                    ? "There are no rows to train on."
                    : $"There are no rows to train on: '{spec.Label}' is null in all of the {WithoutLabel} rows.",
                retryable: false);
        }

        var wild = spec.Numeric.Where((_, index) => !double.IsFinite(numeric[index].Deviation)).FirstOrDefault();
        if (wild is not null)
            throw new TaskFailureException($"The numeric column '{wild}' holds values too great to be squared.", retryable: false);
        if (spec.Objective == LinearObjective.Logistic && label.Deviation == 0)
        {
            throw new TaskFailureException(
                $"A logistic model needs both labels, but '{spec.Label}' is {label.Mean} in all of the {Rows} rows.", retryable: false);
        }
    }

    private void RequireLabel(double value)
    {
        if (!double.IsFinite(value))
            throw new TaskFailureException($"The label '{spec.Label}' holds an infinite value.", retryable: false);
        if (spec.Objective == LinearObjective.Logistic && value is not (0 or 1))
            throw new TaskFailureException(
                $"A logistic model needs a label of 0 and 1, but '{spec.Label}' holds {value:R}.", retryable: false);
    }

    private void AddNumber(int column, double value)
    {
        if (double.IsNaN(value))
            return;
        if (double.IsInfinity(value))
            throw new TaskFailureException($"The numeric column '{spec.Numeric[column]}' holds an infinite value.", retryable: false);
        numeric[column].Add(value);
    }

    private void AddLevel(int column, string? value)
    {
        if (value is null || !levels[column].Add(value) || levels[column].Count <= MaximumLevels)
            return;
        throw new TaskFailureException(
            $"The categorical column '{spec.Categorical[column]}' has more than {MaximumLevels} different values; "
            + "group them, or leave it out.",
            retryable: false);
    }

    /// <summary>
    /// Welford's update: it does not lose the digits of a small deviation beside a great mean, as the sum of squares does.
    /// </summary>
    private struct Moments
    {
        private double squares;

        public long Count { get; private set; }

        public double Mean { get; private set; }

        public readonly double Deviation => Count == 0 ? 0 : Math.Sqrt(squares / Count);

        public void Add(double value)
        {
            Count++;
            var before = value - Mean;
            Mean += before / Count;
            squares += before * (value - Mean);
        }
    }
}
