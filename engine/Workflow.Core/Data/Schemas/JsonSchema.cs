using System.Text.Json;

namespace Workflow.Schemas;

/// <summary>
/// A JSON Schema of draft 2020-12, in one document. What is not understood is refused and not passed over: a keyword without effect would
/// let bad values through. <c>format</c> describes and asserts nothing, as the draft has it; patterns have no look-around and no references
/// back, so that none takes more than linear time.
/// </summary>
/// <remarks>
/// Read here and not by a library: NJsonSchema passes over keywords that it does not know, and JsonSchema.Net ends the process with a
/// schema that leads back to itself; both are known too late, when the first value is judged.
/// </remarks>
public sealed class JsonSchema
{
    private readonly SchemaRule root;

    private JsonSchema(JsonElement document) => root = new SchemaCompiler().Compile(document);

    /// <summary>Reads a schema.</summary>
    /// <exception cref="DagDefinitionException">It is no schema, or one that is not understood; the message says where and why.</exception>
    public static JsonSchema Parse(string schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            using var document = JsonDocument.Parse(schema);
            return new JsonSchema(document.RootElement.Clone());
        }
        catch (JsonException exception)
        {
            throw new DagDefinitionException($"The JSON schema is no JSON: {exception.Message}");
        }
    }

    /// <summary>Whether a text is JSON that the schema describes.</summary>
    public bool Describes(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            return root(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter tells of half a surrogate pair, which is no Unicode; it shows only where the text is looked at.
            return false;
        }
    }
}

/// <summary>Whether a value holds to a schema, or to one keyword of it.</summary>
internal delegate bool SchemaRule(JsonElement value);
