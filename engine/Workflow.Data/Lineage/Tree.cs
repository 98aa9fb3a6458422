using System.Text.Json;

namespace Workflow.Data.Lineage;

/// <summary>Reads DuckDB's parse tree leniently: what a version of DuckDB leaves out is empty.</summary>
internal static class Tree
{
    public static string Text(this JsonElement node, string key) =>
        node.At(key) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    public static bool Flag(this JsonElement node, string key) => node.At(key).ValueKind == JsonValueKind.True;

    public static IEnumerable<JsonElement> List(this JsonElement node, string key) =>
        node.At(key) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static IReadOnlyList<string> Texts(this JsonElement node, string key) =>
        [.. node.List(key).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];

    public static JsonElement At(this JsonElement node, string key) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(key, out var found) ? found : default;

    /// <summary>An object, or null where there is none.</summary>
    public static JsonElement? Object(this JsonElement node, string key) =>
        node.At(key) is { ValueKind: JsonValueKind.Object } found ? found : null;

    public static bool IsExpression(this JsonElement node) => node.Text("class").Length > 0;

    /// <summary>The objects directly below a node, through its lists.</summary>
    public static IEnumerable<JsonElement> Below(this JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(pair => Objects(pair.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Objects),
        _ => [],
    };

    /// <summary>Whether a node of some sort is in an expression, but not in a query of its own.</summary>
    public static bool Has(this JsonElement node, Func<JsonElement, bool> sought) =>
        sought(node) || (node.Text("class") != "SUBQUERY" && node.Below().Any(below => below.Has(sought)));

    private static IEnumerable<JsonElement> Objects(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => [value],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Objects),
        _ => [],
    };
}
