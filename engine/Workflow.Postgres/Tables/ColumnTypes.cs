using System.Globalization;

namespace Workflow.Postgres.Tables;

/// <summary>Which type of DuckDB holds the values of one of PostgreSQL, and the other way round.</summary>
internal static class ColumnTypes
{
    private const int MostDigits = 38;

    /// <summary>The DuckDB type for a column of a query.</summary>
    /// <exception cref="TaskFailureException">No type holds its values as they are.</exception>
    public static string ToDuckDb(string column, string type, int? precision, int? scale) => type switch
    {
        "boolean" => "BOOLEAN",
        "smallint" => "SMALLINT",
        "integer" => "INTEGER",
        "bigint" or "oid" => "BIGINT",
        "real" => "FLOAT",
        "double precision" => "DOUBLE",
        "date" => "DATE",
        "timestamp without time zone" => "TIMESTAMP",
        "timestamp with time zone" => "TIMESTAMP WITH TIME ZONE",
        "time without time zone" => "TIME",
        "text" or "uuid" or "json" or "jsonb" or "name" or "citext" => "VARCHAR",
        _ when type.StartsWith("character", StringComparison.Ordinal) => "VARCHAR",
        _ when type.StartsWith("numeric", StringComparison.Ordinal) && precision is > 0 and <= MostDigits =>
            string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision},{scale ?? 0})"),
        _ => throw new TaskFailureException(
            $"Column '{column}' of the query is {type}, which no dataset holds as it is. Cast it in the query, such as {column}::text or {column}::numeric(18,2).",
            retryable: false),
    };

    /// <summary>The PostgreSQL type for a column of a dataset.</summary>
    public static string ToPostgres(Column column) => column.Type switch
    {
        "BOOLEAN" => "boolean",
        "TINYINT" or "SMALLINT" or "UTINYINT" => "smallint",
        "INTEGER" or "USMALLINT" => "integer",
        "BIGINT" or "UINTEGER" => "bigint",
        "UBIGINT" or "HUGEINT" or "UHUGEINT" => "numeric",
        "FLOAT" => "real",
        "DOUBLE" => "double precision",
        "DATE" => "date",
        "TIME" => "time",
        "TIMESTAMP WITH TIME ZONE" => "timestamptz",
        _ when column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => "timestamp",
        _ when column.Type.StartsWith("DECIMAL", StringComparison.Ordinal) =>
            column.Type.Replace("DECIMAL", "numeric", StringComparison.Ordinal),
        _ => "text",
    };
}
