using System.Globalization;

namespace Workflow.Ml;

/// <summary>
/// Trains linear models on rows that are read chunk by chunk; memory grows with the square of the number of encoded features and
/// not with the rows. Both objectives are a mean loss plus <c>penalty / 2</c> times the squared length of the standardised
/// coefficients without the intercept:
/// <c>(y - f)² / 2</c> for ridge regression, solved in one pass by its normal equations (Hoerl and Kennard 1970), and <c>log(1 +
/// exp(-f))</c> for a label of 1 or <c>log(1 + exp(f))</c> for 0 in logistic regression, by Newton's method with halved steps
/// (iteratively reweighted least squares), one pass for each step. One thread and a fixed order: the same rows give the same bits.
/// </summary>
public static class LinearTrainer
{
    // Newton's method takes 5 to 10 steps; more than this many passes mean that there is no finite optimum.
    private const int MaximumPasses = 60;

    // What the last step would still gain of the mean loss. The step is taken all the same, and squares the error.
    private const double SmallGain = 1e-12;

    // At infinity the loss falls by e with each step, and the gain with it.
    private const double SteadyShrink = 0.05;

    /// <summary>Trains a model.</summary>
    /// <param name="spec">What to train on which columns.</param>
    /// <param name="rows">The rows; those without a label are left out.</param>
    /// <param name="cancellationToken">Stops between chunks.</param>
    /// <param name="log">Hears what is left out and how training gets on.</param>
    /// <exception cref="TaskFailureException">
    /// No rows with a label, a label or value that cannot be learnt from, a category of more than 200 levels, or no finite optimum.
    /// </exception>
    public static LinearModel Train(LinearSpec spec, ITrainingRows rows, CancellationToken cancellationToken, IProgress<string>? log = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(rows);
        var scan = new FeatureScan(spec);
        foreach (var chunk in Chunks(rows, cancellationToken))
            scan.Add(chunk);
        if (scan.WithoutLabel > 0)
            log?.Report(Invariant($"Left out {scan.WithoutLabel} rows without a '{spec.Label}'."));
        scan.RequireLearnable();

        var encoder = scan.Encoder;
        log?.Report(Invariant($"Training on {scan.Rows} rows with {encoder.Width} encoded features."));
        foreach (var constant in encoder.Numeric.Where(feature => feature.Deviation == 0))
            log?.Report($"'{constant.Name}' has no influence: it is the same in all rows.");
        var solution = spec.Objective == LinearObjective.Squared
            ? Ridge(spec, rows, scan, encoder, cancellationToken)
            : Logistic(spec, rows, scan, encoder, log, cancellationToken);
        return solution.All(double.IsFinite)
            ? new LinearModel(spec, encoder, solution[0], solution[1..])
            : throw new TaskFailureException(
                "Training ended in numbers without bound: some values are too great to be squared.", retryable: false);
    }

    private static double[] Ridge(
        LinearSpec spec, ITrainingRows rows, FeatureScan scan, FeatureEncoder encoder, CancellationToken cancellationToken)
    {
        // The label loses its mean first, or a great one would eat the digits of its differences.
        var equations = new NormalEquations(encoder);
        ForEach(rows, equations, cancellationToken, label => equations.Add(1, label - scan.LabelMean));
        equations.Penalise(spec.Penalty * scan.Rows);
        var solution = Cholesky.Solve(equations.Matrix, equations.Right);
        solution[0] += scan.LabelMean;
        return solution;
    }

    private static double[] Logistic(
        LinearSpec spec, ITrainingRows rows, FeatureScan scan, FeatureEncoder encoder, IProgress<string>? log,
        CancellationToken cancellationToken)
    {
        var at = new double[encoder.Width + 1];
        at[0] = Math.Log(scan.LabelMean / (1 - scan.LabelMean));
        var step = new double[at.Length];
        var (loss, size, before) = (double.PositiveInfinity, 1d, double.PositiveInfinity);
        for (var pass = 1; pass <= MaximumPasses; pass++)
        {
            var next = at.Zip(step, (from, change) => from + (size * change)).ToArray();
            var (equations, found) = Curve(spec, rows, scan.Rows, encoder, next, cancellationToken);
            if (found > loss + (1e-13 * Math.Abs(loss)) || !double.IsFinite(found))
            {
                // Far from the optimum the parabola may point beyond it; half of the step gains as long as it is not yet nothing.
                size /= 2;
                continue;
            }

            (at, loss, size) = (next, found, 1);
            var slope = (double[])equations.Right.Clone();
            step = Cholesky.Solve(equations.Matrix, equations.Right);
            var gain = slope.Zip(step, (left, right) => left * right).Sum() / 2 / scan.Rows;
            log?.Report(Invariant($"Pass {pass}: mean loss {loss:F6}, the next step gains {gain:E1}."));

            // Near an optimum each step squares the error. A gain that shrinks only by a factor runs after an optimum at infinity.
            if (gain < SmallGain && gain > SteadyShrink * before)
                break;
            if (gain < SmallGain)
                return [.. at.Zip(step, (from, change) => from + change)];
            before = gain;
        }

        throw new TaskFailureException(
            "Logistic training found no optimum: some features tell labels apart without error. "
            + Invariant($"Give a penalty, or a greater one than {spec.Penalty}."),
            retryable: false);
    }

    /// <summary>The mean loss at some coefficients, its downward slope and its curvature, both times the rows.</summary>
    private static (NormalEquations Equations, double Loss) Curve(
        LinearSpec spec, ITrainingRows rows, long count, FeatureEncoder encoder, double[] at, CancellationToken cancellationToken)
    {
        var equations = new NormalEquations(encoder);
        var loss = 0d;
        ForEach(rows, equations, cancellationToken, label =>
        {
            var margin = equations.Predict(at);
            var probability = LinearModel.Probability(margin);
            loss += LogLoss(label == 1 ? margin : -margin);
            equations.Add(probability * (1 - probability), label - probability);
        });

        var penalty = spec.Penalty * count;
        equations.Penalise(penalty);
        var length = 0d;
        for (var index = 1; index < at.Length; index++)
        {
            equations.Right[index] -= penalty * at[index];
            length += at[index] * at[index];
        }

        return (equations, (loss + (penalty / 2 * length)) / count);
    }

    // log(1 + exp(-margin)) without overflow.
    private static double LogLoss(double margin) => margin > 0 ? Math.Log(1 + Math.Exp(-margin)) : Math.Log(1 + Math.Exp(margin)) - margin;

    private static void ForEach(ITrainingRows rows, NormalEquations equations, CancellationToken cancellationToken, Action<double> visit)
    {
        foreach (var chunk in Chunks(rows, cancellationToken))
        {
            for (var row = 0; row < chunk.Label.Length; row++)
            {
                if (double.IsNaN(chunk.Label[row]))
                    continue;
                equations.Load(chunk, row);
                visit(chunk.Label[row]);
            }
        }
    }

    private static IEnumerable<RowChunk> Chunks(ITrainingRows rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Read(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return chunk;
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
