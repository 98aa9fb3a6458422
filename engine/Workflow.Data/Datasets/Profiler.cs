using System.Globalization;
using System.Text.RegularExpressions;
using Workflow.Data.DuckDb;

namespace Workflow.Data;

/// <summary>
/// Counts what each column of a Parquet file holds, in one scan. On one thread, so that means come out the same every time; the
/// number of different values is a HyperLogLog estimate (about 2 % off), which depends on the values alone.
/// </summary>
internal static partial class Profiler
{
    // As long as a name or an address; a profile is shown beside the column, not instead of it.
    private const int TextLimit = 200;

    public static (long Rows, IReadOnlyList<ColumnProfile> Profile) Profile(
        DuckDbSession session, string file, IReadOnlyList<Column> schema, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, object?> { ["file"] = file };
        DuckDbRow row;
        try
        {
            row = session.Query(Query(schema, moments: true), values, cancellationToken)[0];
        }
        catch (TaskFailureException error) when (error.Message.Contains("Out of Range", StringComparison.Ordinal))
        {
            // Squares of values beyond 1e154 do not fit a double: such a column has no deviation, and the dataset is stored all the same.
            row = session.Query(Query(schema, moments: false), values, cancellationToken)[0];
        }

        var rows = row.Long("rows");
        return (rows, [.. schema.Select((column, index) => Read(row, column, index, rows))]);
    }

    internal static bool IsNumeric(string type) => Numeric().IsMatch(type);

    private static string Query(IReadOnlyList<Column> schema, bool moments)
    {
        var terms = new List<string> { "count(*) AS rows" };
        foreach (var (index, column) in schema.Index())
        {
            var name = Sql.Name(column.Name);
            terms.Add($"count({name}) AS count_{index}");
            terms.Add($"approx_count_distinct({name}) AS distinct_{index}");
            terms.Add($"left(CAST(min({name}) AS VARCHAR), {TextLimit}) AS min_{index}");
            terms.Add($"left(CAST(max({name}) AS VARCHAR), {TextLimit}) AS max_{index}");
            if (IsNumeric(column.Type) && moments)
            {
                // One infinity would hide every other value.
                var number = $"CAST({name} AS DOUBLE)";
                terms.Add($"avg({number}) FILTER (isfinite({number})) AS mean_{index}");
                terms.Add($"stddev_pop({number}) FILTER (isfinite({number})) AS deviation_{index}");
            }
            else
            {
                terms.Add($"NULL::DOUBLE AS mean_{index}, NULL::DOUBLE AS deviation_{index}");
            }
        }

        return $"SELECT {string.Join(", ", terms)} FROM read_parquet($file, hive_partitioning = false)";
    }

    private static ColumnProfile Read(DuckDbRow row, Column column, int index, long rows)
    {
        string Of(string measure) => string.Create(CultureInfo.InvariantCulture, $"{measure}_{index}");
        double? Finite(string measure) => row.Double(Of(measure)) is { } value && double.IsFinite(value) ? value : null;
        var count = row.Long(Of("count"));
        return new ColumnProfile(
            column.Name, column.Type, count, rows - count, row.Long(Of("distinct")), row.Text(Of("min")), row.Text(Of("max")),
            Finite("mean"), Finite("deviation"));
    }

    [GeneratedRegex(@"^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$")]
    private static partial Regex Numeric();
}
