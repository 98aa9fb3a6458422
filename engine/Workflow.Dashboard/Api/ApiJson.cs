using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Workflow.Dashboard.Api;

/// <summary>How the API reads and writes JSON, and how it reads what the database stores.</summary>
internal static class ApiJson
{
    /// <summary>How deep a run's conf may be: what is stored is shown inside lists of runs, which must not pass the writer's limit.</summary>
    public const int ConfDepth = 32;

    /// <summary>The form in which stores keep checks, profiles and diagnostics; numbers may be NaN there, which JSON has no word for.</summary>
    public static readonly JsonSerializerOptions Stored = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 200,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = 200;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Stored)!;

    public static IReadOnlyDictionary<string, JsonElement> Object(string json) => Read<Dictionary<string, JsonElement>>(json);

    /// <summary>Null for what JSON cannot write as a number.</summary>
    public static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? value : null;

    /// <summary>A row of a sample, which is kept as text; an odd one is shown as it is.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Row(string text)
    {
        try
        {
            return Object(text);
        }
        catch (JsonException)
        {
            return new Dictionary<string, JsonElement> { ["row"] = JsonSerializer.SerializeToElement(text) };
        }
    }

    /// <summary>Any value; one too deep to be written again is shown as text.</summary>
    public static JsonElement Any(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 100 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    /// <summary>What keeps a conf from being stored, or null: PostgreSQL's jsonb holds no NUL and no half of a surrogate pair.</summary>
    public static string? Unstorable(JsonNode? node, int depth = 1)
    {
        if (depth > ConfDepth)
            return $"is nested more than {ConfDepth} levels deep";
        try
        {
            return node switch
            {
                JsonObject map => map.Select(pair => Text(pair.Key) ?? Unstorable(pair.Value, depth + 1)).FirstOrDefault(found => found is not null),
                JsonArray list => list.Select(item => Unstorable(item, depth + 1)).FirstOrDefault(found => found is not null),
                JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>()),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return "has text that is not valid Unicode";
        }

        static string? Text(string text) => text.Contains('\0') ? "has text with the character NUL" : null;
    }
}
