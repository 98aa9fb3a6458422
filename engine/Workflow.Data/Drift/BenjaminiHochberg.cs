namespace Workflow.Data.Drift;

/// <summary>
/// Benjamini and Hochberg's correction (1995): of m tests at a level of 5 %, some find what is not there, 46 % of the time of twelve. A
/// chance is made greater by how many others are as small, so that among the columns found drifted at most the level are so by mistake.
/// </summary>
public static class BenjaminiHochberg
{
    /// <summary>
    /// The corrected chances, in the order of the given ones: the k-th smallest times m / k, and never less than a smaller one's.
    /// </summary>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> chances)
    {
        ArgumentNullException.ThrowIfNull(chances);
        var adjusted = new double[chances.Count];
        var least = 1.0;
        foreach (var (rank, index) in chances.Index().OrderByDescending(each => each.Item)
            .Select((each, place) => (chances.Count - place, each.Index)))
        {
            least = Math.Min(least, chances[index] * chances.Count / rank);
            adjusted[index] = least;
        }

        return adjusted;
    }
}
