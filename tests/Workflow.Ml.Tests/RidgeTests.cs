using MathNet.Numerics.LinearAlgebra;

namespace Workflow.Ml.Tests;

public sealed class RidgeTests
{
    private const int Seed = 20240117;

    [Fact]
    public void Train_LineWithoutPenalty_FindsTheLine()
    {
        var rows = new Rows();
        for (var i = 0; i < 20; i++)
            rows.Add(3 + (2 * i), [i]);

        var model = Train(rows, penalty: 0);

        model.Score(rows.All()).ShouldBe(rows.All().Label, 1e-9);
    }

    [Fact]
    public void Train_OneFeature_ShrinksAsTheClosedFormSays()
    {
        // Standardised x is -1 and 1; the slope is mean(x * y) / (1 + penalty) = 5 / 1.25, and the intercept, mean(y), is not shrunk.
        var rows = new Rows().Add(90, [10]).Add(100, [20]);

        var model = Train(rows, penalty: 0.25);

        model.Intercept.ShouldBe(95, 1e-12);
        model.Coefficients.ShouldHaveSingleItem().ShouldBe(4, 1e-12);
    }

    [Fact]
    public void Train_ManyFeatures_AgreesWithAnotherSolver()
    {
        var random = new Random(Seed);
        var rows = new Rows();
        string?[] levels = ["red", "green", "blue", null];
        for (var i = 0; i < 300; i++)
        {
            double[] x = [random.NextDouble() * 1000, random.NextDouble() - 5e6, random.NextDouble()];
            rows.Add((x[0] * 0.5) - x[2] + random.NextDouble(), x, levels[random.Next(4)]);
        }

        var spec = Spec(3, 1, 0.01);
        var model = LinearTrainer.Train(spec, rows, default);

        // The same problem as a dense least squares with sqrt(n * penalty) times the identity below it, solved by QR.
        var all = rows.All();
        var sorted = new[] { "blue", "green", "red" };
        var design = Matrix<double>.Build.Dense(rows.Count + 6, 7);
        var right = Vector<double>.Build.Dense(rows.Count + 6);
        for (var row = 0; row < rows.Count; row++)
        {
            design[row, 0] = 1;
            for (var column = 0; column < 3; column++)
            {
                var values = all.Numeric[column];
                var mean = values.Average();
                design[row, 1 + column] = (values[row] - mean) / Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            }

            if (all.Categorical[0][row] is { } level)
                design[row, 4 + Array.IndexOf(sorted, level)] = 1;
            right[row] = all.Label[row];
        }

        for (var column = 1; column < 7; column++)
            design[rows.Count + column - 1, column] = Math.Sqrt(rows.Count * spec.Penalty);
        var expected = design.QR().Solve(right);

        model.Encoder.Categorical.Single().Levels.ShouldBe(sorted);
        new[] { model.Intercept }.Concat(model.Coefficients).ShouldBe(expected, 1e-7);
        rows.Passes.ShouldBe(2);
    }

    [Fact]
    public void Train_LevelsAndConstantsWithoutPenalty_StillPredictsTheMeans()
    {
        // All levels together are the intercept, and the constant tells nothing: the equations alone have no single solution.
        var rows = new Rows().Add(1, [7], "a").Add(3, [7], "a").Add(10, [7], "b").Add(12, [7], "b");
        var log = new Lines();

        var model = LinearTrainer.Train(Spec(1, 1, 0), rows, default, log);

        model.Score(rows.All()).ShouldBe([2, 2, 11, 11], 1e-9);
        model.Coefficients[0].ShouldBe(0);
        log.ShouldContain("'x0' has no influence: it is the same in all rows.");
    }

    [Fact]
    public void Train_ColumnThatRepeatsAnotherWithoutPenalty_GetsNothing()
    {
        var random = new Random(Seed);
        var rows = new Rows();
        for (var i = 0; i < 100; i++)
        {
            var x = random.NextDouble();
            rows.Add(x + random.NextDouble(), [x, 3 * x]);
        }

        var model = LinearTrainer.Train(Spec(2, 0, 0), rows, default);

        // What is left of the second column is rounding, and dividing by it would give any number.
        model.Coefficients[1].ShouldBe(0);
        Math.Abs(model.Coefficients[0]).ShouldBeInRange(0.1, 1);
    }

    [Fact]
    public void Score_NullAndUnseen_CountAsTheMeanAndAsNoLevel()
    {
        var rows = new Rows().Add(1, [0], "a").Add(2, [double.NaN], "b").Add(6, [4], [null]).Add(3, [2], "b");
        var model = LinearTrainer.Train(Spec(1, 1, 0.1), rows, default);

        var scores = model.Score(new RowChunk([[double.NaN, 2, 2]], [["zebra", null, "a"]], []));

        model.Encoder.Numeric[0].Mean.ShouldBe(2);
        scores[0].ShouldBe(model.Intercept, 1e-12);
        scores[1].ShouldBe(model.Intercept, 1e-12);
        scores[2].ShouldBe(model.Intercept + model.Coefficients[1], 1e-12);
    }

    [Fact]
    public void Train_RowsWithoutALabel_AreLeftOutAndCounted()
    {
        var rows = new Rows().Add(1, [1]).Add(double.NaN, [1e6]).Add(2, [2]).Add(double.NaN, [5]);
        var log = new Lines();

        var model = LinearTrainer.Train(Spec(1, 0, 0), rows, default, log);

        model.Encoder.Numeric[0].Mean.ShouldBe(1.5);
        log.ShouldContain("Left out 2 rows without a 'y'.");
    }

    [Fact]
    public void Train_NothingToLearnFrom_SaysWhy()
    {
        Refused(new Rows(), "no rows to train on.");
        Refused(new Rows().Add(double.NaN, [1]), "'y' is null in all of the 1 rows");
        Refused(new Rows().Add(double.PositiveInfinity, [1]), "label 'y' holds an infinite");
        Refused(new Rows().Add(1, [double.NegativeInfinity]), "'x0' holds an infinite");
        Refused(new Rows().Add(1, [1e200]).Add(2, [-1e200]), "too great");
    }

    [Fact]
    public void Train_CategoryOfTooManyLevels_NamesIt()
    {
        var rows = new Rows();
        for (var i = 0; i < 200; i++)
            rows.Add(i, [], $"level {i}");
        LinearTrainer.Train(Spec(0, 1, 1), rows, default).Coefficients.Count.ShouldBe(200);

        rows.Add(1, [], "one more");

        Should.Throw<TaskFailureException>(
            () => LinearTrainer.Train(Spec(0, 1, 1), rows, default)).Message.ShouldContain("'c0' has more than 200");
    }

    [Fact]
    public void Train_TwiceAndInOtherChunks_GivesTheSameBytes()
    {
        byte[] Train(int chunk)
        {
            var random = new Random(Seed);
            var rows = new Rows(chunk);
            for (var i = 0; i < 500; i++)
                rows.Add(random.NextDouble(), [random.NextDouble(), random.NextDouble()], random.Next(9).ToString());
            return LinearTrainer.Train(Spec(2, 1, 1e-3), rows, default).Save();
        }

        Train(7).ShouldBe(Train(7));
        Train(7).ShouldBe(Train(500));
    }

    [Fact]
    public void Train_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(() => LinearTrainer.Train(Spec(1, 0, 0), new Rows().Add(1, [1]), source.Token));
    }

    private static LinearSpec Spec(int numeric, int categorical, double penalty) => new(
        LinearObjective.Squared, "y", [.. Enumerable.Range(0, numeric).Select(i => $"x{i}")], [.. Enumerable.Range(
            0, categorical).Select(i => $"c{i}")], penalty);

    private static LinearModel Train(Rows rows, double penalty) => LinearTrainer.Train(Spec(1, 0, penalty), rows, default);

    private static void Refused(Rows rows, string reason)
    {
        var error = Should.Throw<TaskFailureException>(() => Train(rows, 0.1));
        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
    }
}
