using System.Text.Json.Nodes;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>The columns of an output with the columns that they come from.</summary>
internal static class ColumnFields
{
    /// <summary>The facet's content; null when nothing is known.</summary>
    /// <param name="output">The output as the store gives it.</param>
    /// <param name="space">The namespace of datasets.</param>
    /// <param name="inputs">The columns of the attempt's inputs.</param>
    public static JsonObject? Of(JsonNode output, string space, IReadOnlyDictionary<string, List<string>> inputs)
    {
        var columns = output.List("columns").Select(column => column.Text("name")!).ToList();
        var fields = columns.ToDictionary(column => column, _ => new JsonArray());
        var dataset = new JsonArray();
        foreach (var edge in output.List("lineage"))
        {
            var how = edge.Text("how")!;
            var isDirect = how is "identity" or "transformation" or "aggregation";

            // Where each may come from any, nothing is known; to say so of each pair would make events of megabytes.
            if (isDirect && edge.Text("column") is null && edge.Text("from") is null)
                continue;
            IEnumerable<string> from = edge.Text("from") is { } one ? [one] : inputs.GetValueOrDefault(edge.Text("input")!) ?? [];

            // What decides about rows bears on all columns: the facet has a place for that. Values flow into columns, so one by one.
            foreach (var field in from)
            {
                JsonObject Input() => Field(space, edge.Text("input")!, field, isDirect, how);
                if (edge.Text("column") is { } column)
                    fields.GetValueOrDefault(column)?.Add((JsonNode)Input());
                else if (!isDirect)
                    dataset.Add((JsonNode)Input());
                else
                    foreach (var each in fields.Values)
                        each.Add((JsonNode)Input());
            }
        }

        if ((output as JsonObject)!["source"].Text("location") is { } location && !EventDatasets.IsQuery(output))
        {
            var (sourceSpace, name) = EventDatasets.NameOf(location);
            foreach (var (column, from) in fields)
                from.Add((JsonNode)Field(sourceSpace, name, column, isDirect: true, "identity"));
        }

        if (dataset.Count == 0 && fields.Values.All(from => from.Count == 0))
            return null;
        var facet = new JsonObject
        {
            ["fields"] = new JsonObject(fields.Where(field => field.Value.Count > 0)
                .Select(field => KeyValuePair.Create(field.Key, (JsonNode?)new JsonObject { ["inputFields"] = field.Value }))),
        };
        if (dataset.Count > 0)
            facet["dataset"] = dataset;
        return facet;
    }

    private static JsonObject Field(string space, string dataset, string field, bool isDirect, string how) => new()
    {
        ["namespace"] = space,
        ["name"] = dataset,
        ["field"] = field,
        ["transformations"] =
            new JsonArray(new JsonObject { ["type"] = isDirect ? "DIRECT" : "INDIRECT", ["subtype"] = how.ToUpperInvariant() }),
    };
}
