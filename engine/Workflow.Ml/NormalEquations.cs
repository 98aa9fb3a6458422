namespace Workflow.Ml;

/// <summary>
/// Weighted sums of products of encoded rows, with a leading 1 for the intercept. Only entries that differ from 0 are added: a row
/// of 20 columns costs 231 additions however many levels the categories have.
/// </summary>
internal sealed class NormalEquations
{
    private readonly int[] indices;
    private readonly double[] values;
    private readonly FeatureEncoder encoder;

    public NormalEquations(FeatureEncoder encoder)
    {
        this.encoder = encoder;
        var size = encoder.Width + 1;
        Matrix = [.. Enumerable.Range(0, size).Select(row => new double[row + 1])];
        Right = new double[size];
        indices = new int[encoder.MaximumEntries + 1];
        values = new double[encoder.MaximumEntries + 1];
    }

    /// <summary>The lower triangle.</summary>
    public double[][] Matrix { get; }

    public double[] Right { get; }

    private int Count { get; set; }

    /// <summary>Makes a row the current one.</summary>
    public void Load(RowChunk chunk, int row)
    {
        indices[0] = 0;
        values[0] = 1;
        Count = 1 + encoder.Encode(chunk, row, indices.AsSpan(1), values.AsSpan(1));
        for (var entry = 1; entry < Count; entry++)
            indices[entry]++;
    }

    /// <summary>The current row times coefficients, the first of them the intercept.</summary>
    public double Predict(double[] coefficients)
    {
        var sum = 0d;
        for (var entry = 0; entry < Count; entry++)
            sum += values[entry] * coefficients[indices[entry]];
        return sum;
    }

    /// <summary>Adds the current row.</summary>
    public void Add(double weight, double right)
    {
        for (var entry = 0; entry < Count; entry++)
        {
            var scaled = weight * values[entry];
            var target = Matrix[indices[entry]];
            for (var other = 0; other <= entry; other++)
                target[indices[other]] += scaled * values[other];
            Right[indices[entry]] += right * values[entry];
        }
    }

    /// <summary>Adds the penalty to every coefficient but the intercept.</summary>
    public void Penalise(double penalty)
    {
        for (var row = 1; row < Matrix.Length; row++)
            Matrix[row][row] += penalty;
    }
}
