using System.Text.Json.Nodes;

namespace Workflow.Scheduler.OpenLineage;

/// <summary>The facets of OpenLineage's specification that events have, with the versions that they keep to.</summary>
internal static class Facets
{
    /// <summary>The version of the events themselves.</summary>
    public const string EventSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

    private static readonly Dictionary<string, string> Schemas = new()
    {
        ["columnLineage"] = "1-2-0/ColumnLineageDatasetFacet",
        ["dataQualityAssertions"] = "1-1-0/DataQualityAssertionsDatasetFacet",
        ["dataQualityMetrics"] = "1-0-0/DataQualityMetricsDatasetFacet",
        ["inputQualityMetrics"] = "1-0-3/DataQualityMetricsInputDatasetFacet",
        ["dataSource"] = "1-0-1/DatasourceDatasetFacet",
        ["documentation"] = "1-1-0/DocumentationDatasetFacet",
        ["jobDocumentation"] = "1-1-0/DocumentationJobFacet",
        ["errorMessage"] = "1-0-1/ErrorMessageRunFacet",
        ["jobType"] = "2-0-4/JobTypeJobFacet",
        ["nominalTime"] = "1-0-1/NominalTimeRunFacet",
        ["outputStatistics"] = "1-0-2/OutputStatisticsOutputDatasetFacet",
        ["ownership"] = "1-0-1/OwnershipDatasetFacet",
        ["jobOwnership"] = "1-0-1/OwnershipJobFacet",
        ["parent"] = "1-2-0/ParentRunFacet",
        ["processing_engine"] = "1-1-1/ProcessingEngineRunFacet",
        ["schema"] = "1-2-0/SchemaDatasetFacet",
        ["sql"] = "1-1-0/SQLJobFacet",
        ["version"] = "1-0-1/DatasetVersionDatasetFacet",
    };

    /// <summary>Who says it.</summary>
    public static string Producer { get; } = $"urn:workflow:{EngineVersion.Text}";

    /// <summary>A facet with what every facet says.</summary>
    /// <param name="name">The name in the specification; one of this engine's own when it is none of those.</param>
    /// <param name="content">What it says.</param>
    public static JsonObject Of(string name, JsonObject content)
    {
        content["_producer"] = Producer;
        content["_schemaURL"] = Schemas.TryGetValue(name, out var schema)
            ? $"https://openlineage.io/spec/facets/{schema}.json#/$defs/{schema.Split('/')[1]}"
            : $"urn:workflow:facets:1-0-0:{name}";
        return content;
    }
}
