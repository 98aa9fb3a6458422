namespace Workflow.Benchmarks;

/// <summary>Takes a value and its floor in turns, so that what else the machine does falls on both.</summary>
internal static class Rounds
{
    /// <summary>The medians over some rounds, after others that only warm up.</summary>
    public static async Task<(double Value, double Floor)> MediansAsync(
        int warmUps, int rounds, Func<Task<double>> value, Func<Task<double>> floor)
    {
        var (values, floors) = (new List<double>(), new List<double>());
        for (var round = -warmUps; round < rounds; round++)
        {
            var (one, other) = (await floor(), await value());
            if (round < 0)
                continue;
            floors.Add(one);
            values.Add(other);
        }

        return (Quantile(values, 0.5), Quantile(floors, 0.5));
    }

    public static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        var at = share * (sorted.Length - 1);
        return (sorted[(int)Math.Floor(at)] + sorted[(int)Math.Ceiling(at)]) / 2;
    }
}
