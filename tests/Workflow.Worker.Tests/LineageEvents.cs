using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres.Lineage;
using Workflow.Scheduler.OpenLineage;
using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>What others hear of an engine's runs.</summary>
internal static class LineageEvents
{
    public static async Task<IReadOnlyList<JsonNode>> OfAsync(TestEngine engine)
    {
        var file = Path.Combine(engine.Artifacts, "events.jsonl");
        using var http = new HttpClient();
        var sender = new OpenLineageSender(
            new LineageEventStore(engine.Data), new OpenLineageOptions { File = file }, http, NullLogger<OpenLineageSender>.Instance);
        while (await sender.RunOnceAsync(default) > 0)
        {
        }

        return [.. (await File.ReadAllLinesAsync(file)).Select(line => JsonNode.Parse(line)!)];
    }
}
