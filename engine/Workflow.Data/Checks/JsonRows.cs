using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Workflow.Contracts;
using Workflow.Data.DuckDb;

namespace Workflow.Data.Checks;

/// <summary>Rows as JSON objects for people to read: numbers and booleans as such, everything else as DuckDB's text.</summary>
internal static class JsonRows
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Select(IReadOnlyList<Column> schema) => string.Join(", ", schema.Select(column =>
        IsPlain(column) ? Sql.Name(column.Name) : $"CAST({Sql.Name(column.Name)} AS VARCHAR) AS {Sql.Name(column.Name)}"));

    /// <param name="masked">The columns whose values are not shown.</param>
    public static string Write(DuckDbRow row, IReadOnlyList<Column> schema, IReadOnlySet<string> masked)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var (index, column) in schema.Index())
            {
                json.WritePropertyName(column.Name);
                Write(json, masked.Contains(column.Name) && row[index] is not null ? Mask.Text : row[index]);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static bool IsPlain(Column column) =>
        column.Type is "BOOLEAN" or "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "FLOAT" or "DOUBLE";

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;

            // JSON has no word for these numbers.
            case double number when !double.IsFinite(number):
                json.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue((string)value);
                break;
        }
    }
}
