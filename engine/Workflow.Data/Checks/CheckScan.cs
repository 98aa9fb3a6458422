using System.Globalization;
using System.Text.Json;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>
/// What the checks of one evaluation share. While they are planned, each asks for the aggregates and groups that it needs; the same one is
/// computed once, however many ask. Then <see cref="Run"/> reads the file: once for all aggregates, and once more for each column, or
/// combination of columns, of which the different values matter.
/// </summary>
internal sealed class CheckScan(DuckDbSession session, IReadOnlyList<Column> schema, CancellationToken cancellationToken)
{
    /// <summary>What the checks read.</summary>
    public const string View = "checked";

    private readonly Dictionary<string, int> terms = [];
    private readonly Dictionary<string, string> tables = [];
    private readonly Dictionary<string, object?> values = [];
    private readonly Dictionary<object, string> bound = [];
    private DuckDbRow? found;

    public IReadOnlyList<Column> Schema => schema;

    /// <summary>The values that the SQL of the checks refers to.</summary>
    public IReadOnlyDictionary<string, object?> Values => values;

    /// <summary>The statements that made the tables which conditions refer to.</summary>
    public List<string> Made { get; } = [];

    /// <summary>Binds a value; an equal one is the same parameter, so that what differs in nothing else is asked for once.</summary>
    /// <returns>What SQL calls it.</returns>
    public string Bind(object? value)
    {
        if (bound.TryGetValue(value ?? DBNull.Value, out var known))
            return known;
        var name = Numbered("v", values.Count);
        values.Add(name, value);
        return bound[value ?? DBNull.Value] = $"${name}";
    }

    /// <summary>Asks for an aggregate of the one scan.</summary>
    /// <returns>Gives its value once the scan has run.</returns>
    public Func<object?> Aggregate(string sql)
    {
        if (!terms.TryGetValue(sql, out var index))
            terms.Add(sql, index = terms.Count);
        return () => found![index];
    }

    /// <summary>Asks for the number of rows for which a condition holds.</summary>
    public Func<long> Count(string condition)
    {
        var count = Aggregate(condition == Conditions.True ? "count(*)" : $"count(*) FILTER ({condition})");
        return () => (long)count()!;
    }

    /// <summary>
    /// A table of the different values of columns in each slice, <c>workflow_0, workflow_1, ...</c>, with the number <c>workflow_n</c> of
    /// their rows.
    /// </summary>
    public string Groups(IReadOnlyList<string> columns, CheckRows rows, string evaluated, string having = "")
    {
        var values = columns.Select((column, index) => $"{Sql.Name(column)} AS {Numbered("workflow_", index)}");
        return Table(
            $"""
            SELECT {rows.Keys}{string.Join(", ", values)}, count(*) AS workflow_n
            FROM {View} WHERE {Conditions.And(rows.Where, evaluated)} GROUP BY ALL {having}
            """);
    }

    /// <summary>A table that a query fills; the same query fills one table.</summary>
    public string Table(string query)
    {
        if (!tables.TryGetValue(query, out var name))
        {
            tables.Add(query, name = Numbered("made", tables.Count));
            var statement = $"CREATE TEMP TABLE {name} AS {query}";
            session.Execute(statement, values, cancellationToken);
            Made.Add(statement);
        }

        return name;
    }

    /// <summary>
    /// A table of the places of values that fail a test which SQL has not: one more read of their column, however many checks ask for it.
    /// </summary>
    /// <param name="column">The column.</param>
    /// <param name="test">What tells the test from others.</param>
    /// <param name="passes">The test of a value as text.</param>
    public string Places(string column, string test, Func<string, bool> passes)
    {
        var key = $"{column} {test}";
        if (tables.TryGetValue(key, out var known))
            return known;
        var (name, places) = (Sql.Name(column), new List<long>());
        var sql = $"SELECT {Columns.RowNumber}, CAST({name} AS VARCHAR) FROM {View} WHERE {name} IS NOT NULL";
        foreach (var chunk in session.Stream(sql, cancellationToken: cancellationToken))
            places.AddRange(chunk.Longs(0).Zip(chunk.Strings(1)).Where(each => !passes(each.Second!)).Select(each => each.First));

        // Bound as a value, so that the statement makes the same table where rows are parted.
        var made = Table($"SELECT unnest(CAST(CAST({Bind(JsonSerializer.Serialize(places))} AS JSON) AS BIGINT[])) AS place");
        tables.Add(key, made);
        return made;
    }

    /// <summary>Runs a small query.</summary>
    public IReadOnlyList<DuckDbRow> Query(string sql) => session.Query(sql, values, cancellationToken);

    /// <summary>The one scan.</summary>
    public void Run()
    {
        if (terms.Count > 0)
            found = Query($"SELECT {string.Join(",\n", terms.Keys)} FROM {View}")[0];
    }

    private static string Numbered(string word, int number) => string.Create(CultureInfo.InvariantCulture, $"{word}{number}");
}

/// <summary>Conditions in SQL.</summary>
internal static class Conditions
{
    public const string True = "true";

    public static string And(params IEnumerable<string> conditions)
    {
        var parts = conditions.Where(condition => condition != True).Select(condition => $"({condition})").ToList();
        return parts.Count == 0 ? True : string.Join(" AND ", parts);
    }

    public static string Any(IEnumerable<string> conditions) => Join(conditions, " OR ", "false");

    public static string All(IEnumerable<string> conditions) => Join(conditions, " AND ", True);

    private static string Join(IEnumerable<string> conditions, string by, string none)
    {
        var parts = conditions.Select(condition => $"({condition})").ToList();
        return parts.Count == 0 ? none : string.Join(by, parts);
    }
}
