using System.Text.Json;

namespace Workflow.Dashboard.Tests;

/// <summary>Short ways into an answer.</summary>
public static class Json
{
    public static JsonElement At(this JsonElement element, string path)
    {
        foreach (var step in path.Split('/'))
            element = int.TryParse(step, out var index) ? element[index] : element.GetProperty(step);
        return element;
    }

    public static string Text(this JsonElement element, string path) => element.At(path).GetString().ShouldNotBeNull(path);

    public static int Int(this JsonElement element, string path) => element.At(path).GetInt32();

    public static bool IsNull(this JsonElement element, string path) => element.At(path).ValueKind == JsonValueKind.Null;

    /// <summary>One field of each element of a list.</summary>
    public static string?[] All(this JsonElement element, string list, string field) =>
        [.. element.At(list).EnumerateArray().Select(item => item.At(field).ToString())];

    public static string?[] Texts(this JsonElement element, string list) => [.. element.At(list).EnumerateArray().Select(item => item.GetString())];
}
