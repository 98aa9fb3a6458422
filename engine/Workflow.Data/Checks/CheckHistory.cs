using System.Globalization;
using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>Reads from the files of past versions what <see cref="CheckSuggestions"/> learn from: two scans of each file.</summary>
public static class CheckHistory
{
    private const string View = "past";
    private const int MostValues = 30;

    /// <summary>Reads the columns that all of the versions have.</summary>
    /// <param name="files">A Parquet file for each version.</param>
    /// <param name="options">The share of the machine.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    /// <returns>The rows of each version, and the columns in the order of the last one.</returns>
    public static (IReadOnlyList<long> Rows, IReadOnlyList<ColumnHistory> Columns) Read(
        IReadOnlyList<string> files, DuckDbOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var versions = files.Select(file => Read(file, options, cancellationToken)).ToList();
        var shared = versions.Count == 0 ? []
            : versions[^1].Columns.Keys.Where(name => versions.All(version => version.Columns.ContainsKey(name)));
        return (
            [.. versions.Select(version => version.Rows)],
            [.. shared.Select(name => new ColumnHistory(name, [.. versions.Select(version => version.Columns[name])]))]);
    }

    private static (long Rows, Dictionary<string, ColumnVersion> Columns) Read(
        string file, DuckDbOptions? options, CancellationToken cancellationToken)
    {
        using var session = new DuckDbSession(options);
        Views.Create(session, View, file);
        var schema = session.Describe($"SELECT * FROM {View}", cancellationToken: cancellationToken);
        var terms = string.Join(", ", schema.SelectMany(Terms).Prepend("count(*)"));
        var row = session.Query($"SELECT {terms} FROM {View}", cancellationToken: cancellationToken)[0];
        var rows = (long)row[0]!;
        var columns = new Dictionary<string, ColumnVersion>();
        foreach (var (index, column) in schema.Index())
        {
            var at = 1 + (index * 4);
            var (count, distinct) = ((long)row[at]!, (long)row[at + 1]!);
            columns.Add(column.Name, new ColumnVersion(
                rows, rows - count, IsUnique(session, column, count, distinct, cancellationToken), Number(row[at + 2]), Number(row[at + 3]),
                distinct <= MostValues ? Values(session, column, cancellationToken) : null));
        }

        return (rows, columns);
    }

    private static IEnumerable<string> Terms(Column column)
    {
        var name = Sql.Name(column.Name);
        var number = $"CAST({name} AS DOUBLE)";
        yield return $"count({name})";
        yield return $"approx_count_distinct({name})";
        foreach (var quantile in new[] { "0.001", "0.999" })
            yield return Profiler.IsNumeric(column.Type) ? $"quantile_cont({number}, {quantile}) FILTER (isfinite({number}))"
                : "NULL::DOUBLE";
    }

    /// <summary>The estimate is a few percent off: only what may be unique is counted.</summary>
    private static bool IsUnique(DuckDbSession session, Column column, long count, long distinct, CancellationToken cancellationToken) =>
        count > 0 && distinct >= 0.8 * count
        && session.Query($"SELECT count(DISTINCT {Sql.Name(column.Name)}) AS n FROM {View}",
            cancellationToken: cancellationToken)[0].Long("n") == count;

    private static Dictionary<string, long> Values(DuckDbSession session, Column column, CancellationToken cancellationToken)
    {
        var name = Sql.Name(column.Name);
        return session.Query(
            $"SELECT CAST({name} AS VARCHAR) AS value, count(*) AS n FROM {View} WHERE {name} IS NOT NULL GROUP BY ALL",
            cancellationToken: cancellationToken)
            .ToDictionary(row => row.Text("value")!, row => row.Long("n"));
    }

    private static double? Number(object? value) => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
