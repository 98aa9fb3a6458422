using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Reads the API's answers leniently: an absent field and one of another type are both nothing, never an exception.</summary>
internal static class Json
{
    // Names and messages are for people and scripts, not for a web page: no \u0027 for an apostrophe.
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string? Text(this JsonNode? node, string key) =>
        (node.At(key) as JsonValue)?.TryGetValue<string>(out var text) == true ? text : null;

    internal static double? Number(this JsonNode? node, string key) =>
        (node.At(key) as JsonValue)?.TryGetValue<double>(out var number) == true ? number : null;

    internal static bool Flag(this JsonNode? node, string key) =>
        (node.At(key) as JsonValue)?.TryGetValue<bool>(out var flag) == true && flag;

    internal static int Int(this JsonNode? node, string key) => (int)(node.Number(key) ?? 0);

    internal static DateTimeOffset? Time(this JsonNode? node, string key) =>
        DateTimeOffset.TryParse(node.Text(key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    internal static JsonArray List(this JsonNode? node, string key) => node.At(key) as JsonArray ?? [];

    internal static JsonObject Map(this JsonNode? node, string key) => node.At(key) as JsonObject ?? [];

    /// <summary>The texts of an array of strings.</summary>
    internal static IEnumerable<string> Texts(this JsonNode? node, string key) => node.List(key).Select(item => item?.ToString() ?? "");

    internal static string Write(JsonNode node) => node.ToJsonString(Indented);

    private static JsonNode? At(this JsonNode? node, string key) => (node as JsonObject)?[key];
}
