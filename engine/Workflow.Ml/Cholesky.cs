namespace Workflow.Ml;

/// <summary>
/// Solves <c>A x = b</c> for a symmetric positive semidefinite <c>A</c>. Written out, because the order of every addition is part
/// of a model's hash, and because features may depend on each other: all levels of a category add up to the intercept. A column
/// that depends on those before it gets 0, as in R's <c>lm</c>; with a penalty none does but a constant one.
/// </summary>
internal static class Cholesky
{
    // Below this share of a column's own square, what is left of it after the columns before it is rounding.
    private const double Dependent = 1e-11;

    /// <param name="matrix">The lower triangle of A, row by row; overwritten with its factor.</param>
    public static double[] Solve(double[][] matrix, double[] right)
    {
        var size = right.Length;
        var kept = new bool[size];
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < row; column++)
                matrix[row][column] = kept[column]
                    ? (matrix[row][column] - Dot(matrix[row], matrix[column], column)) / matrix[column][column]
                    : 0;
            var rest = matrix[row][row] - Dot(matrix[row], matrix[row], row);
            kept[row] = rest > Dependent * matrix[row][row];
            matrix[row][row] = kept[row] ? Math.Sqrt(rest) : 0;
        }

        var solution = new double[size];
        for (var row = 0; row < size; row++)
            solution[row] = kept[row] ? (right[row] - Dot(matrix[row], solution, row)) / matrix[row][row] : 0;
        for (var row = size - 1; row >= 0; row--)
        {
            if (!kept[row])
                continue;
            solution[row] /= matrix[row][row];
            for (var column = 0; column < row; column++)
                solution[column] -= matrix[row][column] * solution[row];
        }

        for (var row = 0; row < size; row++)
        {
            if (!kept[row])
                solution[row] = 0;
        }

        return solution;
    }

    private static double Dot(double[] left, double[] right, int length)
    {
        var sum = 0d;
        for (var index = 0; index < length; index++)
            sum += left[index] * right[index];
        return sum;
    }
}
