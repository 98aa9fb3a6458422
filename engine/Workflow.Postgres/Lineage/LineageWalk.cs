namespace Workflow.Postgres.Lineage;

/// <summary>
/// Walks a graph step by step, one query for all that a step begins at: what is reached by many ways is gone on from once.
/// </summary>
internal static class LineageWalk
{
    /// <summary>Walks until nothing new is reached, which a cycle does not prevent.</summary>
    /// <param name="roots">Where it begins.</param>
    /// <param name="key">What a row reached.</param>
    /// <param name="next">The rows one step from some keys, which is so many steps from the roots.</param>
    /// <param name="depth">How many steps it takes at the most.</param>
    /// <param name="most">It takes no further step when more keys than these were reached, or more rows were found.</param>
    /// <returns>All rows, nearest first.</returns>
    public static async Task<IReadOnlyList<TRow>> FromAsync<TRow, TKey>(
        IReadOnlyList<TRow> roots, Func<TRow, TKey> key, Func<IReadOnlyList<TKey>, int, Task<IReadOnlyList<TRow>>> next, int depth,
        int most)
    {
        var seen = roots.Select(key).ToHashSet();
        var found = new List<TRow>(roots);
        IReadOnlyList<TKey> at = [.. seen];
        for (var steps = 1; steps <= depth && at.Count > 0 && seen.Count <= most; steps++)
        {
            var rows = await next(at, steps).ConfigureAwait(false);
            found.AddRange(rows);
            at = [.. rows.Select(key).Where(seen.Add)];
        }

        return found;
    }
}
