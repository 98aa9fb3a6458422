using System.Globalization;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>Checks of a column as a whole: a number between bounds, or its different values against a set. Without values they fail.</summary>
internal static class ColumnChecks
{
    private const int Shown = 5;

    /// <summary>Plans a check; null when it is of another shape.</summary>
    /// <exception cref="CheckProblemException">It cannot be made.</exception>
    public static Func<Finding>? Plan(DataCheck check, string rows, CheckScan scan)
    {
        if (check.Column is not { } column)
            return null;
        var name = Sql.Name(column);
        var present = Conditions.And(rows, $"{name} IS NOT NULL");
        var (all, values) = (scan.Count(rows), scan.Count(present));
        if (Judge(check, column, present, values, scan) is not { } judge)
            return null;
        return () =>
        {
            if (values() == 0)
                return new Finding(false, null, null, $"{Thresholds.Subject(check)} has no values to check.") { IsEmpty = true };
            return check.Policy?.Nulls == NullRule.CountAsBad && all() > values()
                ? new Finding(false, null, null, $"{all() - values()} of {all()} rows of '{column}' are null, and nulls count as bad here.")
                : judge();
        };
    }

    /// <summary>A number against the bounds of a check.</summary>
    public static Finding Bounded(DataCheck check, string what, double observed)
    {
        var low = check.Strict is StrictBounds.Minimum or StrictBounds.Both ? observed > check.Minimum : observed >= check.Minimum;
        var high = check.Strict is StrictBounds.Maximum or StrictBounds.Both ? observed < check.Maximum : observed <= check.Maximum;
        var passes = !double.IsNaN(observed) && (check.Minimum is null || low) && (check.Maximum is null || high);
        return new Finding(passes, observed, null, $"{what} is {Thresholds.Number(observed)}; allowed: {Thresholds.Of(check)}.");
    }

    private static Func<Finding>? Judge(DataCheck check, string column, string present, Func<long> values, CheckScan scan)
    {
        Func<double> Measure(string function)
        {
            // Infinities and NaN would stop a deviation, and make any other measure one of themselves.
            var number = Columns.Number(check, column, scan.Schema, "it has no such measure, only numbers have");
            var finite = Conditions.And(present, $"isfinite({number})");
            var (measure, counted) = (scan.Aggregate($"{string.Format(CultureInfo.InvariantCulture, function, number)} FILTER ({finite})"), scan.Count(finite));
            return () => counted() < values() ? double.NaN : Double(measure());
        }

        Func<Finding> Between(string what, string function)
        {
            var measure = Measure(function);
            return () => Bounded(check, $"The {what} of '{column}'", measure());
        }

        switch (check.Kind)
        {
            case CheckKind.MinBetween:
                return Between("least value", "min({0})");
            case CheckKind.MaxBetween:
                return Between("greatest value", "max({0})");
            case CheckKind.MeanBetween:
                return Between("mean", "avg({0})");
            case CheckKind.MedianBetween:
                return Between("median", "median({0})");
            case CheckKind.DeviationBetween:
                return Between("deviation", "stddev_samp({0})");
            case CheckKind.SumBetween:
                return Between("sum", "sum({0})");
            case CheckKind.ShareBetween:
                var value = scan.Bind(check.Values![0]);
                var share = scan.Count(Conditions.And(present, $"CAST({Sql.Name(column)} AS VARCHAR) = {value}"));
                return () => Bounded(check, $"The share of '{check.Values![0]}' in '{column}'", (double)share() / values());
            case CheckKind.QuantilesBetween:
                var measures = check.Quantiles!.Select(each => (each, Measure($"quantile_cont({{0}}, {Thresholds.Number(each.Quantile)})"))).ToList();
                return () => Quantiles(check, column, [.. measures.Select(pair => (pair.each, pair.Item2()))]);
            case CheckKind.KlDivergenceBelow or CheckKind.ChiSquareAbove or CheckKind.KolmogorovSmirnovAbove:
                return DistributionChecks.Plan(check, column, present, scan);
            case CheckKind.DistinctCountBetween or CheckKind.DistinctShareBetween or CheckKind.DistinctInSet or CheckKind.DistinctEqualSet
                or CheckKind.DistinctContainSet or CheckKind.MostCommonInSet:
                return Groups(check, column, scan.Groups([column], present), scan);
            default:
                return null;
        }
    }

    private static Func<Finding> Groups(DataCheck check, string column, string groups, CheckScan scan)
    {
        double Number(string sql) => Double(scan.Query($"SELECT {sql} FROM {groups}")[0][0]);
        IReadOnlyList<string> Texts(string sql) => [.. scan.Query($"SELECT CAST(k0 AS VARCHAR) AS value FROM {groups} {sql} ORDER BY 1").Select(
            row => row.Text("value")!)];
        IReadOnlyList<string> Odd() => [.. Texts("").Except(check.Values!)];
        IReadOnlyList<string> Lacking() => [.. check.Values!.Except(Texts(""))];
        return check.Kind switch
        {
            CheckKind.DistinctCountBetween => () => Bounded(check, $"The number of different values of '{column}'", Number("count(*)")),
            CheckKind.DistinctShareBetween => () => Bounded(check, $"The share of different values of '{column}'", Number("count(*) / sum(n)")),
            CheckKind.DistinctInSet => () => Set(check, column, Odd(), []),
            CheckKind.DistinctContainSet => () => Set(check, column, [], Lacking()),
            CheckKind.DistinctEqualSet => () => Set(check, column, Odd(), Lacking()),
            CheckKind.MostCommonInSet => () =>
            {
                var most = Texts($"WHERE n = (SELECT max(n) FROM {groups})");
                return new Finding(
                    most.Intersect(check.Values!).Any(), null, null,
                    $"'{column}' holds {string.Join(", ", most.Take(Shown))} most often; allowed: {Thresholds.Of(check)}.");
            },
            _ => throw new ArgumentOutOfRangeException(nameof(check), check.Kind, "No such check."),
        };
    }

    private static Finding Set(DataCheck check, string column, IReadOnlyList<string> odd, IReadOnlyList<string> lacking)
    {
        var found = new[] { ("holds", odd), ("lacks", lacking) }.Where(each => each.Item2.Count > 0)
            .Select(each => $"{each.Item1} {string.Join(", ", each.Item2.Take(Shown))}{(each.Item2.Count > Shown ? ", ..." : "")}").ToList();
        var message = found.Count == 0 ? $"The values of '{column}' are as they should be" : $"'{column}' {string.Join(" and ", found)}";
        return new Finding(found.Count == 0, odd.Count + lacking.Count, null, $"{message}; allowed: {Thresholds.Of(check)}.");
    }

    private static Finding Quantiles(DataCheck check, string column, IReadOnlyList<(QuantileRange Range, double Value)> found)
    {
        var wrong = found.Where(each => !(each.Value >= (each.Range.Minimum ?? double.NegativeInfinity) && each.Value <= (each.Range.Maximum ?? double.PositiveInfinity)))
            .ToList();
        var values = string.Join(", ", found.Select(each => Thresholds.Number(each.Value)));
        return new Finding(
            wrong.Count == 0, wrong.Count > 0 ? wrong[0].Value : found[0].Value, null, $"The quantiles of '{column}' are {values}; allowed: {Thresholds.Of(check)}.");
    }

    private static double Double(object? value) => value is null ? double.NaN : Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
