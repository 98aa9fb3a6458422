using System.Text.Json;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Lineage;

/// <summary>
/// The lineage of a query's columns, derived from DuckDB's own parse of it. What cannot be told apart is said to come from all columns of
/// its input; what decides which rows there are, or in which order, is said once for all columns.
/// </summary>
internal static class ColumnLineage
{
    // A parse tree is deeper than its SQL by a few levels a bracket.
    private const int MostDepth = 2_000;

    /// <summary>Follows the columns of a query.</summary>
    /// <param name="session">Where the inputs can be read under their names.</param>
    /// <param name="sql">One <c>SELECT</c>.</param>
    /// <param name="inputs">The names of the inputs.</param>
    /// <param name="columns">The columns that the query gives.</param>
    /// <param name="cancellationToken">Stops asking DuckDB.</param>
    public static IReadOnlyList<ColumnEdge> Of(
        DuckDbSession session, string sql, IEnumerable<string> inputs, IReadOnlyList<Column> columns, CancellationToken cancellationToken)
    {
        var schemas = inputs.ToDictionary(
            name => name,
            name => (IReadOnlyList<string>)[.. session.Describe($"SELECT * FROM {Sql.Name(name)}", null, cancellationToken)
                .Select(column => column.Name)]);
        if (schemas.Count == 0)
            return [];
        var json = session.Query(
            "SELECT json_serialize_sql($sql::VARCHAR)::VARCHAR AS tree", new Dictionary<string, object?> { ["sql"] = sql },
            cancellationToken)[0].Text("tree")!;
        var aggregates = session.Query(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'", null, cancellationToken)
            .Select(row => row.Text("function_name")!);
        return Of(json, schemas, aggregates.ToHashSet(StringComparer.OrdinalIgnoreCase), [.. columns.Select(column => column.Name)]);
    }

    /// <summary>Follows the columns of a query over its parse tree.</summary>
    /// <param name="json">What <c>json_serialize_sql</c> gives.</param>
    /// <param name="inputs">The inputs' columns.</param>
    /// <param name="aggregates">The names of DuckDB's aggregate functions.</param>
    /// <param name="columns">The names of the columns that the query gives, in order.</param>
    public static IReadOnlyList<ColumnEdge> Of(
        string json, IReadOnlyDictionary<string, IReadOnlyList<string>> inputs, IReadOnlySet<string> aggregates,
        IReadOnlyList<string> columns)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth });
        var root = document.RootElement;

        // A PIVOT is rewritten before it is a SELECT, and has no tree.
        if (root.Flag("error") || root.List("statements").FirstOrDefault().Object("node") is not { } node)
            return [.. inputs.Keys.Select(input => new ColumnEdge(null, input, null, LineageHow.Transformation))];

        var found = new SelectResolver(inputs, aggregates).Resolve(node);
        var edges = columns.SelectMany((name, index) => OriginsOf(found, name, index, columns.Count)
            .Select(origin => new ColumnEdge(name, origin.Input, origin.Column, origin.How)));
        return Compact([.. edges, .. found.Indirect.Select(origin => new ColumnEdge(null, origin.Input, origin.Column, origin.How))],
            inputs);
    }

    /// <summary>By its place when all columns are known, since DuckDB names what has no name; otherwise by its name.</summary>
    private static IEnumerable<Origin> OriginsOf(Relation found, string name, int index, int count) =>
        found.Others is null && found.Columns.Count == count
            ? found.Columns[index].Origins
            : found.Find(name)?.Origins ?? found.Others
                ?? found.Everything.Select(origin => origin.Through(LineageHow.Transformation)).ToHashSet();

    /// <summary>All columns of an input, each by the same way, are one edge.</summary>
    private static IReadOnlyList<ColumnEdge> Compact(
        IReadOnlyList<ColumnEdge> edges, IReadOnlyDictionary<string, IReadOnlyList<string>> inputs) =>
        [.. edges.Distinct().GroupBy(edge => (edge.Column, edge.Input, edge.How)).SelectMany(same =>
            same.Key.How == LineageHow.Transformation && inputs[same.Key.Input].Count > 1 && same.Count() == inputs[same.Key.Input].Count
                ? [new ColumnEdge(same.Key.Column, same.Key.Input, null, same.Key.How)]
                : same.AsEnumerable())];
}
