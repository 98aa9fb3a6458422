namespace Workflow.Ml;

/// <summary>
/// Measures scores against labels, chunk by chunk; rows without a label are left out. The names are those of the backtest's metrics.
/// </summary>
/// <param name="objective">Which measures make sense: <c>rmse</c> and <c>mae</c>, or <c>log_loss</c>, <c>auc</c> and
/// <c>accuracy</c>.</param>
public sealed class ModelMetrics(LinearObjective objective)
{
    // The clip of scikit-learn: a probability of exactly 0 for what happened would cost infinitely much.
    private const double Clip = 1e-15;

    private readonly List<(double Score, bool One)> ranked = [];
    private double squares;
    private double absolutes;
    private double losses;
    private long right;

    /// <summary>How many rows with a label were added.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds rows.</summary>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public void Add(IReadOnlyList<double> labels, IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(scores);
        if (labels.Count != scores.Count)
            throw new ArgumentException($"There are {labels.Count} labels and {scores.Count} scores.", nameof(scores));
        for (var row = 0; row < labels.Count; row++)
        {
            if (!double.IsNaN(labels[row]))
                Add(labels[row], scores[row]);
        }
    }

    /// <summary>The measures by name; one that cannot be taken, such as <c>auc</c> of one class, is absent.</summary>
    public IReadOnlyDictionary<string, double> Values()
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (Rows == 0)
            return values;
        if (objective == LinearObjective.Squared)
        {
            values["rmse"] = Math.Sqrt(squares / Rows);
            values["mae"] = absolutes / Rows;
            return values;
        }

        values["log_loss"] = losses / Rows;
        values["accuracy"] = (double)right / Rows;
        if (Auc() is { } auc)
            values["auc"] = auc;
        return values;
    }

    private void Add(double label, double score)
    {
        Rows++;
        if (objective == LinearObjective.Squared)
        {
            squares += (label - score) * (label - score);
            absolutes += Math.Abs(label - score);
            return;
        }

        losses -= Math.Log(Math.Max(label == 1 ? score : 1 - score, Clip));
        right += (score >= 0.5) == (label == 1) ? 1 : 0;
        ranked.Add((score, label == 1));
    }

    /// <summary>The share of pairs of a 1 and a 0 in which the 1 scores higher, ties counting half; counted in whole numbers.</summary>
    private double? Auc()
    {
        var sorted = ranked.OrderBy(row => row.Score).ToList();
        var (ones, zeros, twice) = (0L, 0L, Int128.Zero);
        for (var start = 0; start < sorted.Count;)
        {
            var below = zeros;
            var tiedOnes = 0L;
            var score = sorted[start].Score;
            for (; start < sorted.Count && sorted[start].Score.Equals(score); start++)
            {
                tiedOnes += sorted[start].One ? 1 : 0;
                zeros += sorted[start].One ? 0 : 1;
            }

            ones += tiedOnes;
            twice += (Int128)tiedOnes * (below + zeros);
        }

        return ones == 0 || zeros == 0 || sorted.Exists(row => double.IsNaN(row.Score)) ? null : (double)twice / (2d * ones * zeros);
    }
}
