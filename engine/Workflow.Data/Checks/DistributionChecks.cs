using System.Globalization;
using MathNet.Numerics;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>Checks of a column's distribution against a partition.</summary>
internal static class DistributionChecks
{
    /// <summary>Plans a check.</summary>
    /// <exception cref="CheckProblemException">The column or the partition is of the wrong kind.</exception>
    public static Func<Finding> Plan(DataCheck check, string column, CheckRows rows, CheckScan scan)
    {
        var partition = check.Partition!;
        var present = Conditions.And(rows.Where, $"{Sql.Name(column)} IS NOT NULL");
        if (check.Kind == CheckKind.KolmogorovSmirnovAbove)
        {
            var edges = partition.Edges ?? throw new CheckProblemException("The Kolmogorov-Smirnov test needs bins.");
            return KolmogorovSmirnov(check, column, rows, present, edges, scan);
        }

        var key = partition.Values is not null ? $"CAST({Sql.Name(column)} AS VARCHAR)" : Bin(check, column, partition.Edges!, scan);
        var groups = scan.Table(
            $"SELECT {rows.Keys}{key} AS workflow_place, count(*) AS workflow_n FROM {CheckScan.View} WHERE {present} GROUP BY ALL");
        var keys = partition.Values
            ?? [.. Enumerable.Range(0, partition.Weights.Count).Select(index => index.ToString(CultureInfo.InvariantCulture))];
        return () =>
        {
            var counts = scan.Query($"SELECT CAST(workflow_place AS VARCHAR) AS place, workflow_n AS n FROM {groups} WHERE {rows.Slice}")
                .ToDictionary(row => row.Text("place")!, row => row.Long("n"));
            double[] observed = [.. keys.Select(each => (double)counts.GetValueOrDefault(each))];
            var outside = counts.Where(pair => !keys.Contains(pair.Key)).Select(pair => (double)pair.Value).ToArray();
            return check.Kind == CheckKind.KlDivergenceBelow
                ? ColumnChecks.Bounded(check, $"The divergence of '{column}' from the partition", Divergence(observed, outside, partition))
                : ColumnChecks.Bounded(check, $"The p-value of '{column}' against the partition",
                    ChiSquare(observed, outside.Sum(), partition.Weights));
        };
    }

    /// <summary>
    /// Kullback and Leibler (1951): sum p ln(p / q) with p the observed shares and q the weights. Weights of 0 share the internal holdout,
    /// and what lies outside of the partition the tail holdout; without one, it makes the divergence infinite.
    /// </summary>
    internal static double Divergence(IReadOnlyList<double> observed, IReadOnlyList<double> outside, DataPartition partition)
    {
        var zeros = partition.Weights.Count(weight => weight == 0);
        var (tail, inner) = (outside.Count > 0 ? partition.TailHoldout ?? 0 : 0, zeros > 0 ? partition.InternalHoldout ?? 0 : 0);
        var total = observed.Sum() + outside.Sum();
        var expected = partition.Weights.Select(weight => (weight == 0 ? inner / zeros : weight * (1 - inner)) * (1 - tail))
            .Concat(outside.Select(_ => tail / outside.Count));
        return observed.Concat(outside).Zip(expected, (count, weight) => count == 0 ? 0 : count / total * Math.Log(count / total / weight))
            .Sum();
    }

    /// <summary>
    /// Pearson (1900): the p-value of sum (o - e)^2 / e, with as many degrees of freedom as there are weights above 0, less one. Something
    /// where nothing is expected has p = 0.
    /// </summary>
    internal static double ChiSquare(IReadOnlyList<double> observed, double outside, IReadOnlyList<double> weights)
    {
        var total = observed.Sum();
        if (outside > 0 || observed.Zip(weights).Any(pair => pair is { First: > 0, Second: 0 }))
            return 0;
        var statistic = observed.Zip(weights).Where(pair => pair.Second > 0)
            .Sum(pair => Math.Pow(pair.First - (pair.Second * total), 2) / (pair.Second * total));
        var freedom = weights.Count(weight => weight > 0) - 1;
        return freedom == 0 ? 1 : SpecialFunctions.GammaUpperRegularized(freedom / 2.0, statistic / 2);
    }

    private static Func<Finding> KolmogorovSmirnov(
        DataCheck check, string column, CheckRows rows, string present, IReadOnlyList<double> edges, CheckScan scan)
    {
        var number = Columns.Number(check, column, scan.Schema, "only numbers lie in bins");
        var cumulated = check.Partition!.Weights.Aggregate(new List<double> { 0 }, (sums, weight) => [.. sums, sums[^1] + weight]);
        var pieces = edges.Skip(1).Select((edge, index) =>
            $"WHEN workflow_x <= {scan.Bind(edge)} THEN {scan.Bind(cumulated[index])} + (workflow_x - {scan.Bind(edges[index])})"
            + $" * {scan.Bind(check.Partition!.Weights[index] / (edge - edges[index]))}");
        var cdf = $"CASE WHEN workflow_x < {scan.Bind(edges[0])} THEN 0.0 {string.Join(" ", pieces)} ELSE 1.0 END";
        var distance = scan.Table(
            $"""
            SELECT {rows.Names}max(workflow_all) AS workflow_total, max(greatest(
                workflow_upto / workflow_all - workflow_f, workflow_f - (workflow_upto - workflow_n) / workflow_all)) AS workflow_distance
            FROM (SELECT {rows.Names}{cdf} AS workflow_f, workflow_n,
                    sum(workflow_n) OVER ({rows.Partition}ORDER BY workflow_x)::DOUBLE AS workflow_upto,
                    sum(workflow_n) OVER ({rows.Partition})::DOUBLE AS workflow_all
                FROM (SELECT {rows.Keys}{number} AS workflow_x, count(*) AS workflow_n FROM {CheckScan.View} WHERE {present} GROUP BY ALL))
            GROUP BY ALL
            """);
        return () =>
        {
            var row = scan.Query($"SELECT workflow_distance AS distance, workflow_total AS total FROM {distance} WHERE {rows.Slice}")[0];
            var p = Drift.KolmogorovSmirnov.Limit(row.Double("distance")!.Value * Math.Sqrt(row.Double("total")!.Value));
            return ColumnChecks.Bounded(check, $"The p-value of '{column}' against the bins", p);
        };
    }

    private static string Bin(DataCheck check, string column, IReadOnlyList<double> edges, CheckScan scan)
    {
        var number = Columns.Number(check, column, scan.Schema, "only numbers lie in bins");
        var last = edges.Count - 2;
        var bins = Enumerable.Range(0, last + 1).Select(index => string.Create(
            CultureInfo.InvariantCulture, $"WHEN {number} {(index == last ? "<=" : "<")} {scan.Bind(edges[index + 1])} THEN {index}"));
        return $"CASE WHEN {number} < {scan.Bind(edges[0])} THEN -1 {string.Join(" ", bins)} ELSE {Thresholds.Number(last + 1)} END";
    }
}
