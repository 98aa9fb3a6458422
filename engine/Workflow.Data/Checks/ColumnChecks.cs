using System.Globalization;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>
/// Checks of a column as a whole: a number between bounds, or its different values against a set. Without values they fail.
/// </summary>
internal static class ColumnChecks
{
    private const int Shown = 5;

    /// <summary>Plans a check; null when it is of another shape.</summary>
    /// <exception cref="CheckProblemException">It cannot be made.</exception>
    public static Func<Finding>? Plan(DataCheck check, CheckRows looked, CheckScan scan)
    {
        if (check.Column is not { } column)
            return null;
        var name = Sql.Name(column);
        var present = Conditions.And(looked.All, $"{name} IS NOT NULL");
        var (all, values) = (scan.Count(looked.All), scan.Count(present));
        if (Judge(check, column, looked, present, values, scan) is not { } judge)
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

    /// <summary>A measure of the values of a column, such as <c>avg</c>, or <c>quantile_cont:0.5</c>; null when there are none.</summary>
    public static Func<double?> Measure(string function, string name, string rows, CheckScan scan)
    {
        var filter = rows == Conditions.True ? "" : $" FILTER ({rows})";
        var call = function.Split(':') switch
        {
            ["count_distinct"] => $"count(DISTINCT {name})",
            [var plain] => $"{plain}({name})",
            [var quantile, var argument] => $"{quantile}({name}, {argument})",
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "No such measure."),
        };
        var measured = scan.Aggregate($"{call}{filter}");
        return () => measured() is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Whether a number lies between the bounds of a check.</summary>
    public static bool IsWithin(DataCheck check, double number)
    {
        var low = check.Strict is StrictBounds.Minimum or StrictBounds.Both ? number > check.Minimum : number >= check.Minimum;
        var high = check.Strict is StrictBounds.Maximum or StrictBounds.Both ? number < check.Maximum : number <= check.Maximum;
        return !double.IsNaN(number) && (check.Minimum is null || low) && (check.Maximum is null || high);
    }

    /// <summary>A number against the bounds of a check.</summary>
    public static Finding Bounded(DataCheck check, string what, double observed)
    {
        var shown = Thresholds.Measured(observed, number => IsWithin(check, number));
        return new Finding(IsWithin(check, observed), observed, null, $"{what} is {shown}; allowed: {Thresholds.Of(check)}.");
    }

    private static Func<Finding>? Judge(DataCheck check, string column, CheckRows looked, string present, Func<long> values, CheckScan scan)
    {
        var (name, rows) = (Sql.Name(column), looked.All);

        Func<double> Finite(string function)
        {
            // A measure of values of which one is infinite or NaN is none; the deviation would even end the query.
            var number = Columns.Number(check, column, scan.Schema, "it has no such measure, only numbers have");
            var (least, greatest) = (Measure("min", name, rows, scan), Measure("max", name, rows, scan));
            var only = function.StartsWith("stddev", StringComparison.Ordinal) ? Conditions.And(rows, $"isfinite({number})") : rows;

            // What lies between two values of a DECIMAL has more digits than either, which DuckDB would cut.
            var liesBetween = function == "median" || function.StartsWith("quantile", StringComparison.Ordinal);
            var measure = Measure(function, liesBetween ? number : name, only, scan);
            return () => double.IsFinite(least() ?? double.NaN) && double.IsFinite(greatest() ?? double.NaN)
                ? measure() ?? double.NaN
                : double.NaN;
        }

        Func<Finding> Between(string what, string function)
        {
            var measure = Finite(function);
            return () => Bounded(check, $"The {what} of '{column}'", measure());
        }

        switch (check.Kind)
        {
            case CheckKind.MinBetween:
                return Columns.HasTimes(check) ? Time(check, column, "least value", "min", rows, scan) : Between("least value", "min");
            case CheckKind.MaxBetween:
                return Columns.HasTimes(check) ? Time(check, column, "greatest value", "max", rows, scan)
                    : Between("greatest value", "max");
            case CheckKind.MeanBetween:
                return Between("mean", "avg");
            case CheckKind.MedianBetween:
                return Between("median", "median");
            case CheckKind.DeviationBetween:
                return Between("deviation", "stddev_samp");
            case CheckKind.SumBetween:
                return Between("sum", "sum");
            case CheckKind.ShareBetween:
                var value = scan.Bind(check.Values![0]);
                var share = scan.Count(Conditions.And(present, $"CAST({Sql.Name(column)} AS VARCHAR) = {value}"));
                return () => Bounded(check, $"The share of '{check.Values![0]}' in '{column}'", (double)share() / values());
            case CheckKind.QuantilesBetween:
                var measures = check.Quantiles!
                    .Select(each => (Range: each, Value: Finite($"quantile_cont:{Thresholds.Number(each.Quantile)}"))).ToList();
                return () => Quantiles(check, column, [.. measures.Select(pair => (pair.Range, pair.Value()))]);
            case CheckKind.KlDivergenceBelow or CheckKind.ChiSquareAbove or CheckKind.KolmogorovSmirnovAbove:
                return DistributionChecks.Plan(check, column, looked, scan);
            case CheckKind.DistinctCountBetween or CheckKind.DistinctShareBetween:
                var distinct = Measure("count_distinct", name, rows, scan);
                return check.Kind == CheckKind.DistinctCountBetween
                    ? () => Bounded(check, $"The number of different values of '{column}'", distinct()!.Value)
                    : () => Bounded(check, $"The share of different values of '{column}'", distinct()!.Value / values());
            case CheckKind.DistinctInSet or CheckKind.DistinctEqualSet
                or CheckKind.DistinctContainSet or CheckKind.MostCommonInSet:
                return Groups(check, column, $"{scan.Groups([column], looked, $"{name} IS NOT NULL")} WHERE {looked.Slice}", scan);
            default:
                return null;
        }
    }

    /// <summary>A time is judged by DuckDB and said as its text: it has no place among the numbers that are observed.</summary>
    private static Func<Finding> Time(DataCheck check, string column, string what, string function, string rows, CheckScan scan)
    {
        var extreme = $"({function}({Columns.Time(check, column, scan.Schema)}) FILTER ({rows}))";
        var text = scan.Aggregate($"CAST({extreme} AS VARCHAR)");
        var within = scan.Aggregate($"isfinite({extreme}) AND {RowChecks.Within(extreme, check, scan)}");
        return () => new Finding((bool)within()!, null, null, $"The {what} of '{column}' is {text()}; allowed: {Thresholds.Of(check)}.");
    }

    private static Func<Finding> Groups(DataCheck check, string column, string groups, CheckScan scan)
    {
        IReadOnlyList<string> Texts(string sql) => [.. scan.Query(
            $"SELECT CAST(workflow_0 AS VARCHAR) AS value FROM {groups} {sql} ORDER BY 1").Select(row => row.Text("value")!)];
        IReadOnlyList<string> Odd() => [.. Texts("").Except(check.Values!)];
        IReadOnlyList<string> Lacking() => [.. check.Values!.Except(Texts(""))];
        return check.Kind switch
        {
            CheckKind.DistinctInSet => () => Set(check, column, Odd(), []),
            CheckKind.DistinctContainSet => () => Set(check, column, [], Lacking()),
            CheckKind.DistinctEqualSet => () => Set(check, column, Odd(), Lacking()),
            CheckKind.MostCommonInSet => () => Common(check, column, Texts($"AND workflow_n = (SELECT max(workflow_n) FROM {groups})")),
            _ => throw new ArgumentOutOfRangeException(nameof(check), check.Kind, "No such check."),
        };
    }

    private static Finding Common(DataCheck check, string column, IReadOnlyList<string> most) => new(
        most.Intersect(check.Values!).Any(), null, null,
        $"'{column}' holds {string.Join(", ", most.Take(Shown))} most often; allowed: {Thresholds.Of(check)}.");

    private static Finding Set(DataCheck check, string column, IReadOnlyList<string> odd, IReadOnlyList<string> lacking)
    {
        var found = new[] { ("holds", odd), ("lacks", lacking) }.Where(each => each.Item2.Count > 0)
            .Select(each => $"{each.Item1} {string.Join(", ", each.Item2.Take(Shown))}{(each.Item2.Count > Shown ? ", ..." : "")}")
            .ToList();
        var message = found.Count == 0 ? $"The values of '{column}' are as they should be" : $"'{column}' {string.Join(" and ", found)}";
        return new Finding(found.Count == 0, odd.Count + lacking.Count, null, $"{message}; allowed: {Thresholds.Of(check)}.");
    }

    private static Finding Quantiles(DataCheck check, string column, IReadOnlyList<(QuantileRange Range, double Value)> found)
    {
        var wrong = found.Where(each => !IsWithin(each.Range, each.Value)).ToList();
        var values = string.Join(", ", found.Select(each => Thresholds.Measured(each.Value, number => IsWithin(each.Range, number))));
        return new Finding(
            wrong.Count == 0, wrong.Count > 0 ? wrong[0].Value : found[0].Value, null,
            $"The quantiles of '{column}' are {values}; allowed: {Thresholds.Of(check)}.");
    }

    private static bool IsWithin(QuantileRange range, double value) =>
        value >= (range.Minimum ?? double.NegativeInfinity) && value <= (range.Maximum ?? double.PositiveInfinity);
}
