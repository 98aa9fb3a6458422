using Workflow.Dashboard.Http;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Models.</summary>
internal static class ModelsApi
{
    private const int Moves = 100;

    public static void Map(RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Data");
        models.MapGet("", ListAsync).WithSummary("Lists models.").Refuses(401, 422);
        models.MapGet("/{name}", GetAsync)
            .WithSummary("A model with a page of its versions and the last 100 moves of its aliases, newest first.").Refuses(401, 404, 422);
    }

    private static async Task<ModelCollection> ListAsync(
        [AsParameters] PageQuery page, ModelReads reads, CancellationToken cancellationToken)
    {
        var found = await reads.ListAsync(page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        var aliases = (await reads.AliasesAsync([.. found.Items.Select(row => row.Name)], cancellationToken).ConfigureAwait(false))
            .ToLookup(row => row.Model);
        return new ModelCollection(
            [.. found.Items.Select(row => new Model(row.Name, row.Versions, row.Versions, AliasesOf(aliases[row.Name])))], found.Total);
    }

    private static async Task<ModelDetails> GetAsync(
        string name, [AsParameters] PageQuery page, ModelReads reads, CancellationToken cancellationToken)
    {
        var count = await reads.CountVersionsAsync(name, cancellationToken).ConfigureAwait(false);
        if (count == 0)
            throw ApiException.NotFound($"There is no model '{name}'.");
        var aliases = await reads.AliasesAsync([name], cancellationToken).ConfigureAwait(false);
        var versions = await reads.VersionsAsync(name, page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        var ids = versions.Select(row => row.VersionId).ToList();
        var parents = (await reads.ParentsAsync(ids, cancellationToken).ConfigureAwait(false))
            .ToLookup(row => row.VersionId, DatasetsApi.ParentOf);
        var gates = (await reads.GatesOfAsync(ids, cancellationToken).ConfigureAwait(false))
            .ToLookup(row => row.VersionId, row => new ModelGate(row.TaskId, StateNames.Parse<Verdict>(row.Verdict)));
        var moves = await reads.MovesAsync(name, Moves, cancellationToken).ConfigureAwait(false);
        return new ModelDetails(
            name, AliasesOf(aliases), [.. versions.Select(row => VersionOf(row, [.. parents[row.VersionId]], [.. gates[row.VersionId]]))],
            count,
            [.. moves.Select(row => new AliasMove(row.Alias, row.FromVersion, row.ToVersion, row.MovedAt, row.DagId, row.RunKey))]);
    }

    private static Dictionary<string, int> AliasesOf(IEnumerable<AliasRow> rows) => rows.ToDictionary(row => row.Alias, row => row.Version);

    private static ModelVersion VersionOf(ModelVersionRow row, IReadOnlyList<Parent> parents, IReadOnlyList<ModelGate> gates) => new(
        row.Version, row.Sha256, row.Flavour,
        ApiJson.Read<Dictionary<string, double>>(row.Metrics).Where(metric => double.IsFinite(metric.Value)).ToDictionary(),
        ApiJson.Object(row.Params), parents, row.PublishedAt, row.DagId, row.RunKey, row.TaskId, gates);
}
