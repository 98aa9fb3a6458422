using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Graphs;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>DAGs.</summary>
internal static class DagsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var dags = api.MapGroup("/dags").WithTags("DAGs");
        dags.MapGet("", ListAsync).WithSummary("Lists DAGs.").Refuses(401, 422);
        dags.MapGet("/{dag_id}", GetAsync).WithSummary("One DAG.").Refuses(401, 404);
        dags.MapPatch("/{dag_id}", PatchAsync).WithSummary("Pauses or resumes a DAG.").Refuses(401, 403, 404, 422);
        dags.MapGet("/{dag_id}/details", DetailsAsync).WithSummary("A DAG with its parameters and graph.").Refuses(401, 404);
    }

    private static async Task<DagCollection> ListAsync(
        [FromQuery(Name = "dag_id_pattern")] string? pattern, [AsParameters] PageQuery page, DagReads reads,
        CancellationToken cancellationToken)
    {
        var found = await reads.ListAsync(pattern is "" ? null : pattern, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new DagCollection(await WithRunsAsync(found.Items, reads, cancellationToken).ConfigureAwait(false), found.Total);
    }

    private static async Task<Dag> GetAsync([FromRoute(Name = "dag_id")] string dagId, DagReads reads, CancellationToken cancellationToken)
    {
        var row = await RowAsync(dagId, reads, cancellationToken).ConfigureAwait(false);
        return (await WithRunsAsync([row], reads, cancellationToken).ConfigureAwait(false))[0];
    }

    private static async Task<Dag> PatchAsync(
        [FromRoute(Name = "dag_id")] string dagId, [FromQuery(Name = "update_mask")] string? updateMask, DagPatch patch, DagReads reads,
        DagStore store, CancellationToken cancellationToken)
    {
        var unknown = (updateMask ?? "is_paused").Split(',').FirstOrDefault(field => field.Trim() != "is_paused");
        if (unknown is not null)
            throw ApiException.Invalid("update_mask", $"may name is_paused only, got '{unknown}'");
        if (!await store.SetPausedAsync(dagId, patch.IsPaused, cancellationToken).ConfigureAwait(false))
            throw Unknown(dagId);
        return await GetAsync(dagId, reads, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<DagDetails> DetailsAsync(
        [FromRoute(Name = "dag_id")] string dagId, DagReads reads, GraphCache graphs, CancellationToken cancellationToken)
    {
        var dag = await GetAsync(dagId, reads, cancellationToken).ConfigureAwait(false);
        if (await reads.DefinitionAsync(dagId, cancellationToken).ConfigureAwait(false) is not { } definition)
            return DagDetails.Of(dag, [], new Graph([]));

        var (graph, settings) = await graphs.GetVersionAsync(definition.DagVersionId, cancellationToken).ConfigureAwait(false);
        var parameters = JsonSerializer.Deserialize<ParamDefinition[]>(definition.Params)!.Select(ParamOf);
        return DagDetails.Of(dag, [.. parameters], GraphView.Of(graph), definition, LimitsOf(settings));
    }

    internal static async Task<DagRow> RowAsync(string dagId, DagReads reads, CancellationToken cancellationToken) =>
        await reads.FindAsync(dagId, cancellationToken).ConfigureAwait(false) ?? throw Unknown(dagId);

    private static DagLimits LimitsOf(DagSettings settings) => new(
        settings.MaxActiveRuns, settings.MaxActiveTasks, settings.MaxActiveTasksPerRun, settings.RunTimeout?.TotalSeconds,
        [.. settings.Deadlines.Select(deadline => new DagDeadline(
            deadline.Reference, deadline.Interval.TotalSeconds, deadline.At, deadline.Runs))]);

    private static ApiException Unknown(string dagId) => ApiException.NotFound($"There is no DAG '{dagId}'.");

    private static Param ParamOf(ParamDefinition param)
    {
        var help = param.Help.Length > 0 ? param.Help : null;
        return new Param(param.Name, StateNames.Parse<ParamType>(param.Type), param.Default?.DeepClone(), help, param.Required,
            SchemaOf(param, help));
    }

    private static ParamSchema SchemaOf(ParamDefinition param, string? help)
    {
        var type = StateNames.Parse<ParamType>(param.Type);
        var allowed = param.Allowed?.Select(text => (JsonNode)text).ToList();
        var schema = new ParamSchema(type, param.Name, help, param.Format, Minimum: param.Minimum, Maximum: param.Maximum,
            Default: param.Default);
        return type == ParamType.Array
            ? schema with { Items = new ParamItems(ParamType.String, param.Pattern, allowed) }
            : schema with { Pattern = param.Pattern, Enum = allowed };
    }

    private static async Task<IReadOnlyList<Dag>> WithRunsAsync(
        IReadOnlyList<DagRow> rows, DagReads reads, CancellationToken cancellationToken)
    {
        var runs = (await reads.RecentRunsAsync([.. rows.Select(row => row.DagId)], cancellationToken).ConfigureAwait(false))
            .ToLookup(run => run.DagId);
        return [.. rows.Select(row => new Dag(
            row.DagId, row.DagId, row.Description, row.IsPaused, row.IsActive, row.Schedule, row.TimeZone ?? "UTC", row.NextFireAt,
            row.Owner is { Length: > 0 } owner ? [owner] : [],
            [.. (row.Tags is null ? [] : ApiJson.Read<string[]>(row.Tags)).Select(tag => new Tag(tag))],
            row.File, row.HasImportErrors, row.VersionNumber, row.LastSeenAt, row.Message,
            [.. runs[row.DagId].Select(run => new RecentRun(
                run.RunKey, StateNames.Parse<RunState>(run.State), StateNames.Parse<RunType>(run.RunType), run.CreatedAt, run.FinishedAt,
                run.LogicalDate))]))];
    }
}
