namespace Workflow.Ml.Tests;

public sealed class LogisticTests
{
    private const int Seed = 7;

    [Fact]
    public void Train_InterceptAndOneLevel_GivesTheShares()
    {
        // Without a penalty a category's predictions are its own shares of ones.
        var rows = new Rows().Add(1, [], "a").Add(0, [], "a").Add(0, [], "a").Add(0, [], "a").Add(
            1, [], "b").Add(1, [], "b").Add(0, [], "b");

        var model = LinearTrainer.Train(Spec(0, 1, 0), rows, default);

        model.Score(new RowChunk([], [["a", "b"]], [])).ShouldBe([0.25, 2 / 3.0], 1e-9);
    }

    [Fact]
    public void Train_NoisyLabels_EndsWhereTheGradientIsNothing()
    {
        var random = new Random(Seed);
        var rows = new Rows(64);
        for (var i = 0; i < 2000; i++)
        {
            double[] x = [random.NextDouble() * 10, random.NextDouble() - 3e5];
            var level = random.Next(3) == 0 ? null : "l" + random.Next(4);
            rows.Add(random.NextDouble() < 1 / (1 + Math.Exp(5 - x[0])) ? 1 : 0, x, level);
        }

        RequireOptimum(rows, Spec(2, 1, 1e-3));
    }

    [Fact]
    public void Train_SeparableLabelsWithAPenalty_EndsWhereTheGradientIsNothing()
    {
        var rows = new Rows();
        for (var i = 0; i < 40; i++)
            rows.Add(i < 15 ? 0 : 1, [i < 15 ? i : 1000 + (i * i)]);

        RequireOptimum(rows, Spec(1, 0, 1e-6));
    }

    [Fact]
    public void Train_SeparableLabelsWithoutAPenalty_AsksForOne()
    {
        var rows = new Rows();
        for (var i = 0; i < 10; i++)
            rows.Add(i < 5 ? 0 : 1, [i]);

        var error = Should.Throw<TaskFailureException>(() => LinearTrainer.Train(Spec(1, 0, 0), rows, default));

        error.Message.ShouldContain("Give a penalty");
        error.Retryable.ShouldBeFalse();
    }

    [Fact]
    public void Train_LevelOfOneLabelWithoutAPenalty_AsksForOne()
    {
        // The other level has both labels, so the loss does not go to nothing; one coefficient goes to infinity all the same.
        var rows = new Rows().Add(1, [], "a").Add(1, [], "a").Add(0, [], "b").Add(1, [], "b");

        Should.Throw<TaskFailureException>(() => LinearTrainer.Train(Spec(0, 1, 0), rows, default)).Message.ShouldContain("Give a penalty");
    }

    [Theory]
    [InlineData(0, 2, "holds 2")]
    [InlineData(0, 0.5, "holds 0.5")]
    [InlineData(1, 1, "is 1 in all of the 2 rows")]
    public void Train_LabelsThatAreNoClasses_SaysWhy(double first, double second, string reason)
    {
        var rows = new Rows().Add(first, [1]).Add(second, [2]);

        Should.Throw<TaskFailureException>(() => LinearTrainer.Train(Spec(1, 0, 1), rows, default)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Score_FarFromTheBoundary_StaysAProbability()
    {
        var model = new LinearModel(Spec(1, 0, 1), new FeatureEncoder([new("x0", 0, 1)], []), 0, [1]);

        model.Score(new RowChunk([[-1e6, -800, 0, 800, 1e6]], [], [])).ShouldBe([0, 0, 0.5, 1, 1], 1e-300);
    }

    private static LinearSpec Spec(int numeric, int categorical, double penalty) => new(
        LinearObjective.Logistic, "y", [.. Enumerable.Range(0, numeric).Select(i => $"x{i}")], [.. Enumerable.Range(
            0, categorical).Select(i => $"c{i}")], penalty);

    /// <summary>
    /// The objective is strictly convex: a point without slope is its one optimum. The slope is taken here from the definition.
    /// </summary>
    private static void RequireOptimum(Rows rows, LinearSpec spec)
    {
        var model = LinearTrainer.Train(spec, rows, default);
        var all = rows.All();
        var errors = model.Score(all).Zip(all.Label, (score, label) => score - label).ToArray();

        errors.Average().ShouldBe(0, 1e-9);
        for (var column = 0; column < all.Numeric.Count; column++)
        {
            var (mean, deviation) = (model.Encoder.Numeric[column].Mean, model.Encoder.Numeric[column].Deviation);
            var slope = errors.Zip(all.Numeric[column], (error, value) => error * (value - mean) / deviation).Average();
            (slope + (spec.Penalty * model.Coefficients[column])).ShouldBe(0, 1e-9, $"numeric {column}");
        }

        var position = all.Numeric.Count;
        foreach (var (column, feature) in model.Encoder.Categorical.Index())
        {
            foreach (var level in feature.Levels)
            {
                var slope = errors.Zip(all.Categorical[column], (error, value) => value == level ? error : 0).Average();
                (slope + (spec.Penalty * model.Coefficients[position++])).ShouldBe(0, 1e-9, level);
            }
        }
    }
}
