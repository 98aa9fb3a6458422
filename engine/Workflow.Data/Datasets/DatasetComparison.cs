using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>How two versions of a dataset differ.</summary>
/// <param name="Columns">The columns that are not the same on both sides.</param>
/// <param name="FromRows">How many rows the first has.</param>
/// <param name="ToRows">How many rows the second has.</param>
/// <param name="Removed">How many rows only the first has, in the columns of both; a row that occurs three times and then once counts
/// twice.</param>
/// <param name="Added">How many rows only the second has, in the columns of both.</param>
public sealed record DatasetDifference(IReadOnlyList<ColumnDifference> Columns, long FromRows, long ToRows, long Removed, long Added);

/// <summary>How a column differs.</summary>
/// <param name="Name">The column.</param>
/// <param name="From">Its type in the first; null when it is not there.</param>
/// <param name="To">Its type in the second; null when it is not there.</param>
public sealed record ColumnDifference(string Name, string? From, string? To);

/// <summary>
/// Compares versions of a dataset, row by row as bags: order means nothing, doubles do. Takes one grouping of both sides, which spills to
/// disk beyond its memory.
/// </summary>
public static class DatasetComparison
{
    private const string From = "from_rows";
    private const string To = "to_rows";
    private const string Marker = "side";

    /// <summary>Compares two versions.</summary>
    /// <param name="from">The files of the first.</param>
    /// <param name="to">The files of the second.</param>
    /// <param name="options">What it may use.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    public static DatasetDifference Compare(
        IReadOnlyList<string> from, IReadOnlyList<string> to, DuckDbOptions options, CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(options);
        Views.Create(session, From, from);
        Views.Create(session, To, to);
        var before = session.Describe($"SELECT * FROM {From}");
        var after = session.Describe($"SELECT * FROM {To}");
        var shared = before.Select(column => column.Name).Intersect(after.Select(column => column.Name), StringComparer.OrdinalIgnoreCase)
            .ToList();
        var rows = session.Query(Query(shared), cancellationToken: cancellationToken)[0];
        return new DatasetDifference(
            [.. Differences(before, after)], rows.Long("from_count"), rows.Long("to_count"), rows.Long("removed"), rows.Long("added"));
    }

    private static IEnumerable<ColumnDifference> Differences(IReadOnlyList<Column> before, IReadOnlyList<Column> after)
    {
        var types = after.ToDictionary(column => column.Name, column => column.Type, StringComparer.OrdinalIgnoreCase);
        foreach (var column in before)
        {
            if (!types.Remove(column.Name, out var type))
                yield return new ColumnDifference(column.Name, column.Type, null);
            else if (type != column.Type)
                yield return new ColumnDifference(column.Name, column.Type, type);
        }

        foreach (var column in after.Where(column => types.ContainsKey(column.Name)))
            yield return new ColumnDifference(column.Name, null, column.Type);
    }

    private static string Query(List<string> shared)
    {
        // The marker of the side is no column of either, or it would be grouped by that.
        var side = Marker;
        while (shared.Contains(side, StringComparer.OrdinalIgnoreCase))
            side += "_";

        // Without any column in common every row is another one: a constant stands for the columns, and each side counts apart.
        var columns = shared.Count > 0 ? Sql.Names(shared) : null;
        var bag = columns is null
            ? $"SELECT count(*) AS n, 0 AS m FROM {From} UNION ALL SELECT 0, count(*) FROM {To}"
            : $"""
               SELECT count(*) FILTER ({side} = 1) AS n, count(*) FILTER ({side} = 2) AS m
               FROM (SELECT 1 AS {side}, {columns} FROM {From} UNION ALL SELECT 2, {columns} FROM {To}) GROUP BY {columns}
               """;
        return $"""
            SELECT coalesce(sum(n), 0)::BIGINT AS from_count, coalesce(sum(m), 0)::BIGINT AS to_count,
                coalesce(sum(greatest(n - m, 0)), 0)::BIGINT AS removed, coalesce(sum(greatest(m - n, 0)), 0)::BIGINT AS added
            FROM ({bag})
            """;
    }
}
