namespace Workflow.Ml.Tests;

public sealed class ModelMetricsTests
{
    [Fact]
    public void Values_OfNumbers_AreThoseOfTheirDefinition()
    {
        var metrics = new ModelMetrics(LinearObjective.Squared);
        metrics.Add([1, 2], [2, 2]);
        metrics.Add([3, double.NaN], [1, 99]);

        metrics.Rows.ShouldBe(3);
        metrics.Values().ShouldBe(new Dictionary<string, double> { ["mae"] = 1, ["rmse"] = Math.Sqrt(5 / 3.0) }, ignoreOrder: true);
    }

    [Fact]
    public void Values_OfClasses_AreThoseOfTheirDefinition()
    {
        // Pairs of a 1 and a 0: three are won and one is tied.
        var metrics = new ModelMetrics(LinearObjective.Logistic);
        metrics.Add([1, 0, 1, 0], [0.8, 0.3, 0.5, 0.5]);

        var values = metrics.Values();

        values["auc"].ShouldBe(3.5 / 4);
        values["accuracy"].ShouldBe(0.75);
        values["log_loss"].ShouldBe(-(Math.Log(0.8) + Math.Log(0.7) + Math.Log(0.5) + Math.Log(0.5)) / 4, 1e-15);
    }

    [Fact]
    public void Values_CertainAndWrong_AreFinite()
    {
        var metrics = new ModelMetrics(LinearObjective.Logistic);
        metrics.Add([1], [0]);

        metrics.Values()["log_loss"].ShouldBe(-Math.Log(1e-15), 1e-12);
        metrics.Values().ContainsKey("auc").ShouldBeFalse();
    }

    [Fact]
    public void Values_NoRows_AreNone() => new ModelMetrics(LinearObjective.Squared).Values().ShouldBeEmpty();

    [Fact]
    public void Add_OtherLengths_IsRefused() =>
        Should.Throw<ArgumentException>(() => new ModelMetrics(LinearObjective.Squared).Add([1], []));
}
