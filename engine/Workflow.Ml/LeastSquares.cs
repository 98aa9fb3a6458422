using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Workflow.Ml;

/// <summary>
/// Solves <c>A x = b</c> for a symmetric positive semidefinite <c>A</c> with MathNet.Numerics: by Cholesky's factor where the columns are
/// independent, else by the eigenvectors, which gives the shortest of all solutions in standardised columns. Features may depend on each
/// other: without a penalty, the levels of a category add up to the intercept.
/// </summary>
internal static class LeastSquares
{
    // Below this share of a column's own square, what is left of it after the columns before it is rounding.
    private const double Dependent = 1e-11;

    static LeastSquares()
    {
        // One thread and no native library that may be there or not: a model's bits depend on the order of every addition.
        Control.UseManaged();
        Control.UseSingleThread();
    }

    /// <param name="lower">The lower triangle of A, row by row.</param>
    /// <param name="right">b.</param>
    public static double[] Solve(double[][] lower, double[] right)
    {
        var size = right.Length;
        var matrix = Matrix<double>.Build.Dense(size, size, (row, column) => row >= column ? lower[row][column] : lower[column][row]);
        var vector = Vector<double>.Build.Dense(right);
        return (Factor(matrix) is { } factor ? factor.Solve(vector) : Shortest(matrix, vector)).ToArray();
    }

    private static Cholesky<double>? Factor(Matrix<double> matrix)
    {
        try
        {
            var factor = matrix.Cholesky();
            return Enumerable.Range(0, matrix.RowCount)
                .All(at => factor.Factor[at, at] * factor.Factor[at, at] > Dependent * matrix[at, at]) ? factor : null;
        }
        catch (ArgumentException)
        {
            // MathNet's way to say that the matrix is not positive definite.
            return null;
        }
    }

    /// <remarks>Columns are brought to one length first: a column of small numbers is not a dependent one.</remarks>
    private static Vector<double> Shortest(Matrix<double> matrix, Vector<double> right)
    {
        var scale = matrix.Diagonal().Map(square => square > 0 ? 1 / Math.Sqrt(square) : 0);
        var parts = matrix.MapIndexed((row, column, value) => value * scale[row] * scale[column]).Evd(Symmetricity.Symmetric);
        var values = parts.EigenValues.Real();
        var least = Dependent * values.AbsoluteMaximum();
        var projected = parts.EigenVectors.TransposeThisAndMultiply(right.PointwiseMultiply(scale));
        return (parts.EigenVectors
            * projected.MapIndexed((at, value) => values[at] > least ? value / values[at] : 0)).PointwiseMultiply(scale);
    }
}
