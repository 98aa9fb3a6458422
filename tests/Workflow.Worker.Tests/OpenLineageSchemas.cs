using System.Text.Json.Nodes;
using NJsonSchema;

namespace Workflow.Worker.Tests;

/// <summary>The schemas that OpenLineage publishes for events and their facets.</summary>
internal sealed class OpenLineageSchemas(string folder)
{
    private const string Spec = "https://openlineage.io/spec/";

    private readonly JsonObject core = Read(Path.Combine(folder, "OpenLineage.json"));
    private readonly Dictionary<string, JsonSchema> known = [];

    /// <summary>Those in the folder that the environment names; the test is skipped without.</summary>
    public static OpenLineageSchemas Require()
    {
        var folder = Environment.GetEnvironmentVariable("WORKFLOW_OPENLINEAGE_SCHEMAS");
        Assert.SkipUnless(
            Directory.Exists(folder),
            "WORKFLOW_OPENLINEAGE_SCHEMAS names no folder: get OpenLineage.json and facets/ of the folder spec of github.com/OpenLineage/OpenLineage.");
        return new OpenLineageSchemas(folder!);
    }

    /// <summary>What is wrong with an event by the schemas that it names, with where.</summary>
    public async Task<IReadOnlyList<string>> ErrorsAsync(JsonNode run)
    {
        var errors = new List<string>(await ErrorsAsync(run, (string)run["schemaURL"]!));
        foreach (var facet in Facets(run).Select(facet => facet.Value!)
            .Where(facet => ((string)facet["_schemaURL"]!).StartsWith(Spec, StringComparison.Ordinal)))
            errors.AddRange(await ErrorsAsync(facet, (string)facet["_schemaURL"]!));
        return errors;
    }

    /// <summary>All facets of an event, by their names.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Facets(JsonNode run) =>
        new[] { run["run"]!, run["job"]! }.Concat(run["inputs"]!.AsArray()!).Concat(run["outputs"]!.AsArray()!)
            .SelectMany(owner => new[] { "facets", "inputFacets", "outputFacets" }.Select(group => owner![group]).OfType<JsonObject>())
            .SelectMany(facets => facets);

    private async Task<IEnumerable<string>> ErrorsAsync(JsonNode value, string url)
    {
        if (!known.TryGetValue(url, out var schema))
            known[url] = schema = await LoadAsync(url);
        return schema.Validate(value.ToJsonString()).Select(error => $"{url.Split('/')[^1]}: {error} in {value.ToJsonString()}");
    }

    /// <remarks>Names definitions as older drafts do, which the library knows, and has those of events in the same document.</remarks>
    private async Task<JsonSchema> LoadAsync(string url)
    {
        var (address, name) = (url.Split('#')[0], url.Split('/')[^1]);
        var file = address[Spec.Length..].StartsWith("facets/", StringComparison.Ordinal)
            ? Read(Path.Combine(folder, "facets", address.Split('/')[^1]))
            : core;
        ((string?)file["$id"]).ShouldBe(address, "what an event says that it keeps to is what is published");
        var definitions = core["$defs"]!.DeepClone().AsObject();
        foreach (var (key, definition) in file["$defs"]!.AsObject())
            definitions[key] = definition!.DeepClone();
        var document = new JsonObject
        {
            ["definitions"] = definitions,
            ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/$defs/{name}" }),
        };
        return await JsonSchema.FromJsonAsync(
            document.ToJsonString().Replace($"{(string)core["$id"]!}#", "#", StringComparison.Ordinal)
            .Replace("#/$defs/", "#/definitions/", StringComparison.Ordinal));
    }

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(file))!.AsObject();
}
