using System.Globalization;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>Checks of a column's distribution against a partition.</summary>
internal static class DistributionChecks
{
    // Beyond this many terms the series of the limit distribution adds nothing to a double.
    private const int MostTerms = 100;

    /// <summary>Plans a check.</summary>
    /// <exception cref="CheckProblemException">The column or the partition is of the wrong kind.</exception>
    public static Func<Finding> Plan(DataCheck check, string column, string present, CheckScan scan)
    {
        var partition = check.Partition!;
        if (check.Kind == CheckKind.KolmogorovSmirnovAbove)
        {
            var edges = partition.Edges ?? throw new CheckProblemException("The Kolmogorov-Smirnov test needs bins.");
            return KolmogorovSmirnov(check, column, present, edges, scan);
        }

        var key = partition.Values is not null ? $"CAST({Sql.Name(column)} AS VARCHAR)" : Bin(check, column, partition.Edges!, scan);
        var groups = scan.Table($"SELECT {key} AS place, count(*) AS n FROM {CheckScan.View} WHERE {present} GROUP BY ALL");
        var keys = partition.Values
            ?? [.. Enumerable.Range(0, partition.Weights.Count).Select(index => index.ToString(CultureInfo.InvariantCulture))];
        return () =>
        {
            var counts = scan.Query($"SELECT CAST(place AS VARCHAR) AS place, n FROM {groups}")
                .ToDictionary(row => row.Text("place")!, row => row.Long("n"));
            double[] observed = [.. keys.Select(each => (double)counts.GetValueOrDefault(each))];
            var outside = counts.Where(pair => !keys.Contains(pair.Key)).Select(pair => (double)pair.Value).ToArray();
            return check.Kind == CheckKind.KlDivergenceBelow
                ? ColumnChecks.Bounded(check, $"The divergence of '{column}' from the partition", Divergence(observed, outside, partition))
                : ColumnChecks.Bounded(check, $"The p-value of '{column}' against the partition", ChiSquare(observed, outside.Sum(), partition.Weights));
        };
    }

    /// <summary>
    /// Kullback and Leibler (1951): sum p ln(p / q) with p the observed shares and q the weights. Weights of 0 share the internal holdout, and
    /// what lies outside of the partition the tail holdout; without one, it makes the divergence infinite.
    /// </summary>
    internal static double Divergence(IReadOnlyList<double> observed, IReadOnlyList<double> outside, DataPartition partition)
    {
        var zeros = partition.Weights.Count(weight => weight == 0);
        var (tail, inner) = (outside.Count > 0 ? partition.TailHoldout ?? 0 : 0, zeros > 0 ? partition.InternalHoldout ?? 0 : 0);
        var total = observed.Sum() + outside.Sum();
        var expected = partition.Weights.Select(weight => (weight == 0 ? inner / zeros : weight * (1 - inner)) * (1 - tail))
            .Concat(outside.Select(_ => tail / outside.Count));
        return observed.Concat(outside).Zip(expected, (count, weight) => count == 0 ? 0 : count / total * Math.Log(count / total / weight)).Sum();
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
        return freedom == 0 ? 1 : UpperGamma(freedom / 2.0, statistic / 2);
    }

    /// <summary>Kolmogorov's limit distribution: p = 2 sum (-1)^(k-1) exp(-2 k^2 n D^2).</summary>
    internal static double KolmogorovP(double distance, long values)
    {
        var square = values * distance * distance;

        // The series converges too slowly there, and the p-value is 1 to 15 digits.
        if (square < 0.04)
            return 1;
        var sum = 0.0;
        for (var k = 1; k <= MostTerms; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * square);
        return Math.Clamp(sum, 0, 1);
    }

    private static Func<Finding> KolmogorovSmirnov(DataCheck check, string column, string present, IReadOnlyList<double> edges, CheckScan scan)
    {
        var number = Columns.Number(check, column, scan.Schema, "only numbers lie in bins");
        var cumulated = check.Partition!.Weights.Aggregate(new List<double> { 0 }, (sums, weight) => [.. sums, sums[^1] + weight]);
        var pieces = edges.Skip(1).Select((edge, index) =>
            $"WHEN x <= {scan.Bind(edge)} THEN {scan.Bind(cumulated[index])} + (x - {scan.Bind(edges[index])})"
            + $" * {scan.Bind(check.Partition!.Weights[index] / (edge - edges[index]))}");
        var cdf = $"CASE WHEN x < {scan.Bind(edges[0])} THEN 0.0 {string.Join(" ", pieces)} ELSE 1.0 END";
        var distance = scan.Table(
            $"""
            SELECT max(greatest(upto / total - f, f - (upto - n) / total)) AS distance, max(total) AS total
            FROM (SELECT {cdf} AS f, n, sum(n) OVER (ORDER BY x)::DOUBLE AS upto, sum(n) OVER ()::DOUBLE AS total
                FROM (SELECT {number} AS x, count(*) AS n FROM {CheckScan.View} WHERE {present} GROUP BY ALL))
            """);
        return () =>
        {
            var row = scan.Query($"SELECT distance, total FROM {distance}")[0];
            return ColumnChecks.Bounded(
                check, $"The p-value of '{column}' against the bins", KolmogorovP(row.Double("distance")!.Value, (long)row.Double("total")!.Value));
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

    /// <summary>
    /// The regularised upper incomplete gamma function Q(a, x): by the series of P below a + 1 and by Lentz's continued fraction above, as in
    /// Numerical Recipes, 6.2.
    /// </summary>
    private static double UpperGamma(double a, double x)
    {
        const int most = 1000;
        const double tiny = 1e-300;
        if (x <= 0)
            return 1;
        var front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            var (sum, term) = (1 / a, 1 / a);
            for (var n = 1; n < most && term > sum * 1e-17; n++)
            {
                term *= x / (a + n);
                sum += term;
            }

            return 1 - (sum * front);
        }

        var b = x + 1 - a;
        var (c, d) = (1 / tiny, 1 / b);
        var h = d;
        for (var n = 1; n < most; n++)
        {
            var an = -n * (n - a);
            b += 2;
            d = 1 / Floor((an * d) + b);
            c = Floor(b + (an / c));
            h *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-16)
                break;
        }

        return front * h;

        static double Floor(double value) => Math.Abs(value) < tiny ? tiny : value;
    }

    /// <summary>Exact for the halves that degrees of freedom give: Gamma(a + 1) = a Gamma(a), Gamma(1) = 1, Gamma(1/2) = sqrt(pi).</summary>
    private static double LogGamma(double a)
    {
        var log = a == Math.Floor(a) ? 0 : Math.Log(Math.PI) / 2;
        for (var x = a - 1; x > 0; x--)
            log += Math.Log(x);
        return log;
    }
}
