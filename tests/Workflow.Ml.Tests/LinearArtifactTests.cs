using System.Text;

namespace Workflow.Ml.Tests;

public sealed class LinearArtifactTests
{
    private static readonly LinearModel Model = new(
        new LinearSpec(LinearObjective.Logistic, "label", ["x", "ü \"y\""], ["c"], 1e-3),
        new FeatureEncoder([new("x", 0.1 + 0.2, double.Epsilon), new("ü \"y\"", -0.0, 1e300)], [new("c", ["", "a", "ß"])]),
        1 / 3.0,
        [Math.PI, -Math.E, 5e-324, -0.0, 12345678901234567]);

    [Fact]
    public void Load_OfSaved_HasTheSameBits()
    {
        var loaded = LinearModel.Load(Model.Save());

        loaded.Save().ShouldBe(Model.Save());
        loaded.Intercept.ShouldBe(Model.Intercept);
        loaded.Coefficients.Select(BitConverter.DoubleToInt64Bits).ShouldBe(Model.Coefficients.Select(BitConverter.DoubleToInt64Bits));
        loaded.Encoder.Numeric.ShouldBe(Model.Encoder.Numeric);
        loaded.Encoder.Categorical.Single().Levels.ShouldBe(["", "a", "ß"]);
        loaded.Spec.Numeric.ShouldBe(Model.Spec.Numeric);
        (loaded.Spec.Objective, loaded.Spec.Label, loaded.Spec.Penalty).ShouldBe((LinearObjective.Logistic, "label", 1e-3));
    }

    [Fact]
    public void Load_OfSaved_ScoresAlike()
    {
        var chunk = new RowChunk([[0.5, double.NaN], [1, 2]], [["a", "new"]], []);

        LinearModel.Load(Model.Save()).Score(chunk).ShouldBe(Model.Score(chunk));
    }

    [Theory]
    [InlineData("""{"format":"workflow.linear","version":2}""", "workflow.linear version 2; this engine reads workflow.linear version 1")]
    [InlineData("""{"format":"onnx","version":1}""", "format onnx version 1")]
    [InlineData("""{"format":"workflow.linear","version":1}""", "is no linear model")]
    [InlineData("""{"version":1}""", "is no linear model")]
    [InlineData("PAR1", "is no linear model")]
    [InlineData("", "is no linear model")]
    public void Load_WhatItDoesNotKnow_SaysSo(string artifact, string reason)
    {
        var error = Should.Throw<TaskFailureException>(() => LinearModel.Load(Encoding.UTF8.GetBytes(artifact)));

        error.Message.ShouldContain(reason);
        error.Retryable.ShouldBeFalse();
    }

    [Fact]
    public void Score_OtherColumns_IsRefused() =>
        Should.Throw<TaskFailureException>(
            () => Model.Score(new RowChunk([[1]], [["a"]], []))).Message.ShouldContain("2 numeric and 1 categorical");
}
