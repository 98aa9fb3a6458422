namespace Workflow.Ml;

/// <summary>Some rows by column, in the order of the specification's columns.</summary>
/// <param name="Numeric">One array for each numeric column; NaN is a null.</param>
/// <param name="Categorical">One array for each categorical column.</param>
/// <param name="Label">The label, NaN where it is null; empty where rows are only scored.</param>
public sealed record RowChunk(IReadOnlyList<double[]> Numeric, IReadOnlyList<string?[]> Categorical, double[] Label)
{
    /// <summary>How many rows it has.</summary>
    public int Rows => Numeric.Count > 0 ? Numeric[0].Length : Categorical.Count > 0 ? Categorical[0].Length : Label.Length;
}

/// <summary>Rows to train on. They are read several times, because they need not fit in memory.</summary>
public interface ITrainingRows
{
    /// <summary>
    /// Gives the rows from the first one. Every call gives the same rows in the same order: the model's bits depend on it.
    /// </summary>
    IEnumerable<RowChunk> Read(CancellationToken cancellationToken);
}
