using Npgsql;
using Workflow.Postgres.Reads;

namespace Workflow.Postgres.Lineage;

/// <summary>The published versions where a question about lineage begins.</summary>
public sealed record LineageRoots(IReadOnlyList<long> DatasetIds, IReadOnlyList<long> ModelIds)
{
    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => DatasetIds.Count + ModelIds.Count == 0;
}

/// <summary>Questions about where data comes from and where it goes. Rows that are staged are never seen.</summary>
public sealed partial class LineageReads(NpgsqlDataSource dataSource)
{
    /// <summary>More versions are not walked: a graph of that size is for no eye.</summary>
    public const int MostVersions = 5_000;

    /// <summary>More edges between columns are not walked.</summary>
    public const int MostRows = 50_000;

    /// <summary>One version of a dataset, which is one slice of it; the newest of every slice without a number.</summary>
    public async Task<LineageRoots> DatasetAsync(string name, int? version, CancellationToken cancellationToken) =>
        new(await dataSource.ListAsync<long>(version is null ? DatasetWhole : DatasetVersion, new { name, version }, cancellationToken)
            .ConfigureAwait(false), []);

    /// <summary>One version of a model.</summary>
    public async Task<LineageRoots> ModelAsync(string name, int version, CancellationToken cancellationToken) =>
        new([], await dataSource.ListAsync<long>(ModelVersion, new { name, version }, cancellationToken).ConfigureAwait(false));

    /// <summary>The version of a model that holds an alias.</summary>
    public async Task<LineageRoots> AliasAsync(string name, string alias, CancellationToken cancellationToken) =>
        new([], await dataSource.ListAsync<long>(ModelAlias, new { name, alias }, cancellationToken).ConfigureAwait(false));

    /// <summary>The newest version of a model.</summary>
    public async Task<LineageRoots> NewestModelAsync(string name, CancellationToken cancellationToken) =>
        new([], await dataSource.ListAsync<long>(NewestModel, new { name }, cancellationToken).ConfigureAwait(false));

    /// <summary>What was read from a path or address.</summary>
    public async Task<LineageRoots> SourceAsync(string name, CancellationToken cancellationToken) =>
        new(await dataSource.ListAsync<long>(OfSource, new { name }, cancellationToken).ConfigureAwait(false), []);

    /// <summary>
    /// The versions that others were made from, with those themselves; nearest first, and more than shall be shown when there are.
    /// </summary>
    public Task<IReadOnlyList<ReachedRow>> UpstreamAsync(LineageRoots roots, int depth, CancellationToken cancellationToken) =>
        VersionsAsync(Parents, roots, depth, cancellationToken);

    /// <summary>
    /// The versions that were made from others, with those themselves; nearest first, and more than shall be shown when there are.
    /// </summary>
    public Task<IReadOnlyList<ReachedRow>> DownstreamAsync(LineageRoots roots, int depth, CancellationToken cancellationToken) =>
        VersionsAsync(Children, roots, depth, cancellationToken);

    /// <summary>The columns that a column of dataset versions was made from; nearest first.</summary>
    public Task<IReadOnlyList<ReachedColumnRow>> ColumnUpstreamAsync(
        LineageRoots roots, string column, int depth, CancellationToken cancellationToken) =>
        LineageWalk.FromAsync(
            [.. roots.DatasetIds.Select(id => new ReachedColumnRow(id, column, null, null, null, 0))],
            row => (row.Id, row.Column),
            (at, steps) => dataSource.ListAsync<ReachedColumnRow>(
                ColumnParents,
                new
                {
                    datasetIds = at.Select(one => one.Id).ToArray(),
                    columns = at.Select(one => one.Column).ToArray(),
                    depth = steps,
                    limit = MostRows,
                },
                cancellationToken),
            depth, MostRows);

    /// <summary>What would break if a column of a dataset went, by the newest versions.</summary>
    public Task<IReadOnlyList<ImpactRow>> ImpactAsync(string name, string column, int depth, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ImpactRow>(Impact, new { name, column, depth, limit = MostRows }, cancellationToken);

    /// <summary>Whether any of the dataset versions has a column.</summary>
    public Task<bool> HasColumnAsync(LineageRoots roots, string column, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<bool>(HasColumn, new { datasetIds = roots.DatasetIds.ToArray(), column }, cancellationToken);

    /// <summary>How versions were made from each other.</summary>
    public Task<IReadOnlyList<LineageEdgeRow>> EdgesAsync(LineageRoots among, CancellationToken cancellationToken) =>
        dataSource.ListAsync<LineageEdgeRow>(Edges, Ids(among), cancellationToken);

    /// <summary>Dataset versions with what made them.</summary>
    public Task<IReadOnlyList<LineageVersionRow>> DatasetsAsync(LineageRoots of, CancellationToken cancellationToken) =>
        dataSource.ListAsync<LineageVersionRow>(Datasets, Ids(of), cancellationToken);

    /// <summary>Model versions with what made them.</summary>
    public Task<IReadOnlyList<LineageVersionRow>> ModelsAsync(LineageRoots of, CancellationToken cancellationToken) =>
        dataSource.ListAsync<LineageVersionRow>(Models, Ids(of), cancellationToken);

    /// <summary>What dataset versions were read from.</summary>
    public Task<IReadOnlyList<SourceRow>> SourcesAsync(LineageRoots of, CancellationToken cancellationToken) =>
        dataSource.ListAsync<SourceRow>(Sources, Ids(of), cancellationToken);

    /// <summary>The verdicts on versions.</summary>
    public Task<IReadOnlyList<GateLineageRow>> GatesAsync(LineageRoots of, CancellationToken cancellationToken) =>
        dataSource.ListAsync<GateLineageRow>(Gates, Ids(of), cancellationToken);

    private static object Ids(LineageRoots of) => new { datasetIds = of.DatasetIds.ToArray(), modelIds = of.ModelIds.ToArray() };

    private async Task<IReadOnlyList<ReachedRow>> VersionsAsync(
        string step, LineageRoots roots, int depth, CancellationToken cancellationToken)
    {
        var reached = 0;
        ReachedRow[] first =
        [
            .. roots.DatasetIds.Select(id => new ReachedRow("dataset", id, 0)),
            .. roots.ModelIds.Select(id => new ReachedRow("model", id, 0)),
        ];
        var rows = await LineageWalk.FromAsync(
            first,
            row => (row.Kind, row.Id),
            (at, steps) =>
            {
                // However many of the next were reached before, more than are shown are left when there are.
                reached += at.Count;
                return dataSource.ListAsync<ReachedRow>(
                    step,
                    new { datasetIds = Of("dataset", at), modelIds = Of("model", at), depth = steps, limit = reached + MostVersions + 1 },
                    cancellationToken);
            },
            depth, MostVersions).ConfigureAwait(false);
        return [.. rows.DistinctBy(row => (row.Kind, row.Id))];

        static long[] Of(string kind, IReadOnlyList<(string Kind, long Id)> at) =>
            [.. at.Where(one => one.Kind == kind).Select(one => one.Id)];
    }
}
