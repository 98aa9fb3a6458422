using System.Text.Json.Nodes;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>Short ways into what the store gives.</summary>
internal static class FactsJson
{
    public static string? Text(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long Whole(this JsonNode? node, string key) => (node as JsonObject)?[key]?.GetValue<long>() ?? 0;

    public static double? Real(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    public static IEnumerable<JsonNode> List(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonArray list ? list.OfType<JsonNode>() : [];
}
