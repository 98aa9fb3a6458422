using System.Text.RegularExpressions;

namespace Workflow.Data.Tests;

public sealed class BacktestEvaluatorTests : IDisposable
{
    private readonly DataFixture data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public void Evaluate_ErrorsOfNumbers_AreThoseOfTheirDefinition()
    {
        var result = Evaluate("(0, 1.0, 2.0, 4.0), (1, 2.0, 2.0, 2.0), (2, 3.0, 1.0, 3.0), (3, NULL, 99.0, 99.0)", Bound(
            Metric.Rmse, 2), Bound(Metric.Mae, 2));

        result.Rows.ShouldBe(3);
        result.Metrics[0].ShouldBe(new MetricValue(Metric.Rmse, Math.Sqrt(5 / 3.0), Math.Sqrt(9 / 3.0)));
        result.Metrics[1].ShouldBe(new MetricValue(Metric.Mae, 1, 1));
    }

    [Fact]
    public void Evaluate_MeasuresOfClasses_AreThoseOfTheirDefinition()
    {
        // Pairs of a 1 and a 0: (0.8, 0.3) won, (0.8, 0.5) won, (0.5, 0.3) won, (0.5, 0.5) tied.
        var result = Evaluate(
            "(0, 1, 0.8, NULL), (1, 0, 0.3, NULL), (2, 1, 0.5, NULL), (3, 0, 0.5, NULL)", Bound(Metric.Auc, 0.5), Bound(Metric.LogLoss, 1));

        result.Metrics[0].ShouldBe(new MetricValue(Metric.Auc, 3.5 / 4, null));
        result.Metrics[1].Candidate.ShouldBe(-(Math.Log(0.8) + Math.Log(0.7) + Math.Log(0.5) + Math.Log(0.5)) / 4, 1e-15);
    }

    [Fact]
    public void Evaluate_CertainAndWrong_CostsMuchAndNotInfinitelyMuch() =>
        Evaluate("(0, 1, 0.0, NULL)", Bound(Metric.LogLoss, 40)).Metrics[0].Candidate.ShouldBe(-Math.Log(1e-15), 1e-12);

    [Theory]
    [InlineData(Metric.Mae, 1.0, null, Verdict.Pass, "at_most")]
    [InlineData(Metric.Mae, 0.99, null, Verdict.Fail, "at_most")]
    [InlineData(Metric.Mae, null, 0.0, Verdict.Fail, "no_worse_than_champion")]
    [InlineData(Metric.Mae, null, 1.0, Verdict.Pass, "no_worse_than_champion")]
    [InlineData(Metric.Mae, null, 0.99, Verdict.Fail, "no_worse_than_champion")]
    [InlineData(Metric.Auc, 0.5, null, Verdict.Pass, "at_least")]
    [InlineData(Metric.Auc, 0.51, null, Verdict.Fail, "at_least")]
    [InlineData(Metric.Auc, null, 0.5, Verdict.Pass, "no_worse_than_champion")]
    [InlineData(Metric.Auc, null, 0.49, Verdict.Fail, "no_worse_than_champion")]
    public void Evaluate_Thresholds_HoldTheirBoundsIncluded(Metric metric, double? bound, double? tolerance, Verdict verdict, string check)
    {
        // The mean absolute errors are 1 and 0.5; the areas 0.5 and 1.
        var rows = metric == Metric.Mae ? "(0, 1, 2, 1.5), (1, 2, 3, 2.5)" : "(0, 1, 0.5, 0.9), (1, 0, 0.5, 0.1)";

        var result = Evaluate(rows, new MetricThreshold(metric, bound, tolerance)).Checks.Single();

        (result.Check, result.Verdict, result.Column, result.Rows).ShouldBe((check, verdict, metric == Metric.Mae ? "mae" : "auc", 2));
        result.Severity.ShouldBe(Severity.Block);
    }

    [Fact]
    public void Evaluate_NoBaseline_PassesTheComparisonOnly()
    {
        var result = Evaluate("(0, 1.0, 2.0, NULL)", new MetricThreshold(Metric.Rmse, null, 0), Bound(Metric.Rmse, 0.5));

        result.Checks[0].Verdict.ShouldBe(Verdict.Pass);
        result.Checks[0].Message.ShouldContain("nothing to compare with yet");
        result.Checks[1].Verdict.ShouldBe(Verdict.Fail);
    }

    [Theory]
    [InlineData(Metric.Rmse, "(0, 1.0, NULL, NULL), (1, 1.0, 1.0, NULL)")]
    [InlineData(Metric.Rmse, "(0, 1.0, 'nan'::DOUBLE, NULL)")]
    [InlineData(Metric.Mae, "(0, 'inf'::DOUBLE, 1.0, NULL)")]
    [InlineData(Metric.LogLoss, "(0, 1.0, 1.1, NULL)")]
    [InlineData(Metric.LogLoss, "(0, 2.0, 0.5, NULL)")]
    [InlineData(Metric.LogLoss, "(0, 1.0, 'nan'::DOUBLE, NULL)")]
    [InlineData(Metric.Auc, "(0, 1.0, 0.5, NULL), (1, 1.0, 0.6, NULL)")]
    [InlineData(Metric.Auc, "(0, 1.0, 'nan'::DOUBLE, NULL), (1, 0.0, 0.6, NULL)")]
    public void Evaluate_WhatCannotBeMeasured_Fails(Metric metric, string rows)
    {
        // The bounds would let everything through.
        var result = Evaluate(rows, Bound(metric, metric == Metric.Auc ? double.NegativeInfinity : double.PositiveInfinity));

        result.Checks[0].Verdict.ShouldBe(Verdict.Fail);
        result.Checks[0].Observed.ShouldBeNull();
        result.Checks[0].Message.ShouldContain("cannot be measured");
    }

    [Fact]
    public void Evaluate_NoRowsWithALabel_Fails() =>
        Evaluate("(0, NULL, 1.0, 1.0)", Bound(Metric.Rmse, double.PositiveInfinity)).Checks[0].Message.ShouldContain(
            "no rows with a label");

    [Fact]
    public void Evaluate_BaselineThatLacksRows_FailsTheComparison()
    {
        var result = Evaluate("(0, 1.0, 1.0, 5.0), (1, 1.0, 1.0, NULL)", new MetricThreshold(Metric.Rmse, null, 0));

        result.Checks[0].Verdict.ShouldBe(Verdict.Fail);
        result.Checks[0].Message.ShouldContain("baseline's rmse cannot be measured");
    }

    private static MetricThreshold Bound(Metric metric, double bound) => new(metric, bound, null);

    /// <param name="rows">Row number, label, score of the candidate, score of the baseline; no baseline where all of those are
    /// null.</param>
    private BacktestResult Evaluate(string rows, params MetricThreshold[] thresholds)
    {
        string File(string score, string where) => data.Parquet(
            $"SELECT n::BIGINT AS row_number, l::DOUBLE AS label, {score}::DOUBLE AS score FROM (VALUES {rows}) t(n, l, s, b){where}");
        var hasBaseline = !Regex.Matches(rows, @"\(.*?\)").All(row => row.Value.EndsWith("NULL)", StringComparison.Ordinal));
        return BacktestEvaluator.Evaluate(File("s", ""), hasBaseline ? File("b", " WHERE b IS NOT NULL") : null, thresholds);
    }
}
