namespace Workflow.Data.Drift;

/// <summary>
/// Kolmogorov and Smirnov's test of two samples, two-sided. The chance is exact, by counting lattice paths, while neither sample has more
/// than <see cref="MostExact"/> values, and Kolmogorov's limit beyond: what SciPy's <c>ks_2samp</c> does by itself.
/// </summary>
public static class KolmogorovSmirnov
{
    /// <summary>The size up to which the chance is exact.</summary>
    public const long MostExact = 10_000;

    /// <summary>The greatest distance of the distribution functions.</summary>
    public static double Distance(NumberSample one, NumberSample other)
    {
        var greatest = 0.0;
        foreach (var (_, first, second) in Distributions.Steps(one, other))
            greatest = Math.Max(greatest, Math.Abs(first - second));
        return greatest;
    }

    /// <summary>The chance of a distance at least as great when both samples come from one distribution.</summary>
    public static double PValue(double distance, long one, long other) => Math.Max(one, other) <= MostExact
        ? Exact(distance, (int)one, (int)other)
        : Limit(distance * Math.Sqrt((double)one * other / ((double)one + other)));

    /// <summary>Kolmogorov's limit: 2 Σ (-1)^(k-1) exp(-2 k² z²).</summary>
    internal static double Limit(double z)
    {
        // Near zero that series needs many terms, and its dual form (Jacobi's theta) few.
        const double near = 1.18;
        if (z <= 0)
            return 1;
        if (z < near)
        {
            var sum = 0.0;
            for (var k = 1; k <= 3; k++)
                sum += Math.Exp(-Math.Pow(((2 * k) - 1) * Math.PI, 2) / (8 * z * z));
            return Math.Clamp(1 - (Math.Sqrt(2 * Math.PI) / z * sum), 0, 1);
        }

        var tail = 0.0;
        for (var k = 5; k >= 1; k--)
            tail = Math.Exp(-2 * k * k * z * z) - tail;
        return Math.Clamp(2 * tail, 0, 1);
    }

    /// <summary>
    /// The share of the paths from (0, 0) to (n, m), each step a value of one sample or of the other, that ever are as far from the
    /// diagonal as the distance says. A column of the grid after the other: n·m steps at most, fewer for small distances.
    /// </summary>
    internal static double Exact(double distance, int one, int other)
    {
        var (n, m) = one >= other ? (one, other) : (other, one);
        var divisor = Gcd(n, m);
        var (stepOfN, stepOfM) = ((long)(m / divisor), (long)(n / divisor));

        // In units of 1/lcm(n, m), in which all distances are whole numbers.
        var reach = (long)Math.Round(distance * n * stepOfN);
        if (reach == 0)
            return 1;

        var outside = new double[m + 1];
        Array.Fill(outside, 1);
        for (var i = 0; i <= n; i++)
        {
            // Within reach of the diagonal: |i · stepOfN - j · stepOfM| < reach.
            var low = Math.Max(0, FloorDiv((i * stepOfN) - reach, stepOfM) + 1);
            var high = Math.Min(m, -FloorDiv(-((i * stepOfN) + reach), stepOfM) - 1);
            if (low > high)
                return 1;
            if (low > 0)
                outside[low - 1] = 1;
            for (var j = low; j <= high; j++)
            {
                outside[j] = i + j == 0
                    ? 0
                    : ((i == 0 ? 0 : i * outside[j]) + (j == 0 ? 0 : j * outside[j - 1])) / (i + j);
            }
        }

        return Math.Clamp(outside[m], 0, 1);
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);

    private static long FloorDiv(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);
}
