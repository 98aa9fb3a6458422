namespace Workflow.Data.DuckDb;

/// <summary>
/// The only ways in which text gets into DuckDB's SQL: values are bound; names are quoted here. A literal is quoted where DuckDB's
/// grammar takes no parameter: the file of a <c>COPY</c> or of a view, and the options of <c>read_csv</c>.
/// </summary>
internal static class Sql
{
    public static string Name(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Names(IEnumerable<string> identifiers) => string.Join(", ", identifiers.Select(Name));
}
