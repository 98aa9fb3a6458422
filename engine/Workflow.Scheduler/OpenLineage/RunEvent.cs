using System.Globalization;
using System.Text.Json.Nodes;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>
/// Writes what an attempt left as an event of OpenLineage's specification 2-0-2. The same rows give the same event, with the same ids.
/// </summary>
internal static class RunEvent
{
    /// <summary>The namespace of models, for which the specification has no word: each is a dataset with a version.</summary>
    public const string Models = "models";

    /// <summary>An event.</summary>
    /// <param name="facts">What the store gives for it.</param>
    /// <param name="space">The namespace of jobs and datasets.</param>
    public static JsonObject Of(JsonNode facts, string space)
    {
        var (dag, run, task) = (facts.Text("dag_id")!, facts.Text("run_key")!, facts.Text("task_id")!);
        var (runNumber, mapIndex, attempt) = (facts.Whole("run_id"), facts.Whole("map_index"), facts.Whole("attempt"));
        var ofRun = StableId.Of(space, dag, run, Number(runNumber));
        var ofAttempt = StableId.Of(space, dag, run, Number(runNumber), task, Number(mapIndex), Number(attempt));
        var isEnd = facts.Text("type") != "START";
        return new JsonObject
        {
            ["eventType"] = facts.Text("type"),
            ["eventTime"] = facts.Text("at"),
            ["run"] = new JsonObject { ["runId"] = ofAttempt.ToString(), ["facets"] = RunFacets(facts, space, dag, ofRun) },
            ["job"] = new JsonObject { ["namespace"] = space, ["name"] = $"{dag}.{task}", ["facets"] = JobFacets(facts) },
            ["inputs"] = EventDatasets.Inputs(facts, space, isEnd),
            ["outputs"] = isEnd ? EventDatasets.Outputs(facts, space) : [],
            ["producer"] = Facets.Producer,
            ["schemaURL"] = Facets.EventSchema,
        };
    }

    private static JsonObject RunFacets(JsonNode facts, string space, string dag, Guid ofRun)
    {
        var parent = new JsonObject
        {
            ["run"] = new JsonObject { ["runId"] = ofRun.ToString() },
            ["job"] = new JsonObject { ["namespace"] = space, ["name"] = dag },
        };
        var engine = new JsonObject { ["version"] = EngineVersion.Text, ["name"] = "workflow" };
        var facets = new JsonObject
        {
            ["parent"] = Facets.Of("parent", parent),
            ["processing_engine"] = Facets.Of("processing_engine", engine),
        };
        if ((facts.Text("interval_start") ?? facts.Text("logical_date")) is { } start)
        {
            var nominal = new JsonObject { ["nominalStartTime"] = start };
            if (facts.Text("interval_end") is { } end)
                nominal["nominalEndTime"] = end;
            facets["nominalTime"] = Facets.Of("nominalTime", nominal);
        }

        if (facts.Text("type") is "FAIL" or "ABORT" && facts.Text("message") is { } message)
            facets["errorMessage"] = Facets.Of("errorMessage", new JsonObject { ["message"] = message, ["programmingLanguage"] = "C#" });
        var applied = facts.List("outputs").SelectMany(output => output.List("models").Select(model => (JsonNode)new JsonObject
        {
            ["name"] = model.Text("name"),
            ["version"] = model.Whole("version"),
            ["alias"] = model.Text("role") is "candidate" ? null : model.Text("role"),
            ["role"] = model.Text("role"),
            ["rows"] = output.Whole("rows"),
        })).ToArray();
        if (applied.Length > 0)
            facets["modelsApplied"] = Facets.Of("modelsApplied", new JsonObject { ["models"] = new JsonArray(applied) });
        return facets;
    }

    private static JsonObject JobFacets(JsonNode facts)
    {
        var type = new JsonObject { ["processingType"] = "BATCH", ["integration"] = "WORKFLOW", ["jobType"] = "TASK" };
        var facets = new JsonObject { ["jobType"] = Facets.Of("jobType", type) };
        if (facts.Text("description") is { Length: > 0 } description)
            facets["documentation"] = Facets.Of("jobDocumentation", new JsonObject { ["description"] = description });
        if (facts.Text("owner") is { Length: > 0 } owner)
            facets["ownership"] = Facets.Of("jobOwnership", Owners(owner));
        if (facts.List("outputs").FirstOrDefault(output => output.Text("query") is not null) is { } made)
        {
            var dialect = EventDatasets.IsQuery(made) ? "postgresql" : "duckdb";
            facets["sql"] = Facets.Of("sql", new JsonObject { ["query"] = made.Text("query"), ["dialect"] = dialect });
        }

        if (facts.Text("dag_hash") is { } hash)
        {
            var code = new JsonObject { ["dagVersion"] = facts.Whole("dag_version"), ["hash"] = hash };
            facets["workflowDagVersion"] = Facets.Of("workflowDagVersion", code);
        }

        return facets;
    }

    public static JsonObject Owners(string owner) => new() { ["owners"] = new JsonArray(new JsonObject { ["name"] = owner }) };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
