namespace Workflow.Ml;

/// <summary>A trained linear model.</summary>
/// <param name="Spec">What was trained.</param>
/// <param name="Encoder">How rows become numbers.</param>
/// <param name="Intercept">The prediction, or its log odds, for a row of means without categories.</param>
/// <param name="Coefficients">One for each encoded number, in the encoder's order.</param>
public sealed record LinearModel(LinearSpec Spec, FeatureEncoder Encoder, double Intercept, IReadOnlyList<double> Coefficients)
{
    /// <summary>Predicts each row: the label of a squared objective, the probability of 1 of a logistic one.</summary>
    /// <exception cref="TaskFailureException">The chunk has other columns than the model.</exception>
    public double[] Score(RowChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        Encoder.RequireShape(chunk);
        var indices = new int[Encoder.MaximumEntries];
        var values = new double[Encoder.MaximumEntries];
        var scores = new double[chunk.Rows];
        for (var row = 0; row < scores.Length; row++)
        {
            var count = Encoder.Encode(chunk, row, indices, values);
            var sum = Intercept;
            for (var entry = 0; entry < count; entry++)
                sum += values[entry] * Coefficients[indices[entry]];
            scores[row] = Spec.Objective == LinearObjective.Logistic ? Probability(sum) : sum;
        }

        return scores;
    }

    /// <summary>The model as an artifact: canonical JSON, so that equal models have equal bytes.</summary>
    public byte[] Save() => LinearArtifact.Write(this);

    /// <summary>Reads an artifact.</summary>
    /// <exception cref="TaskFailureException">It is no linear model, or of a format that this version does not know.</exception>
    public static LinearModel Load(ReadOnlyMemory<byte> artifact) => LinearArtifact.Read(artifact);

    // The exponent is never positive, so it cannot overflow.
    internal static double Probability(double margin)
    {
        var small = Math.Exp(-Math.Abs(margin));
        return margin >= 0 ? 1 / (1 + small) : small / (1 + small);
    }
}
