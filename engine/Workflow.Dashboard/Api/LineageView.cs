using Workflow.Postgres.Contracts;
using Workflow.Postgres.Lineage;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Puts a graph of lineage together from what a walk reached.</summary>
internal sealed class LineageView(LineageReads reads, ContractStore contracts, string of, string direction)
{
    public async Task<LineageGraph> OfVersionsAsync(
        LineageRoots roots, IReadOnlyList<ReachedRow> reached, CancellationToken cancellationToken)
    {
        var shown = reached.Take(LineageReads.MostVersions).Select(row => (row.Kind, row.Id)).ToList();
        var among = new LineageRoots(Ids(shown, "dataset"), Ids(shown, "model"));
        var found = await FindAsync(among, cancellationToken).ConfigureAwait(false);
        var edges = (await reads.EdgesAsync(among, cancellationToken).ConfigureAwait(false))
            .Where(edge => found.Knows(edge.FromKind, edge.FromId) && found.Knows(edge.ToKind, edge.ToId))
            .Select(edge => new LineageEdge(found.Name(edge.FromKind, edge.FromId), found.Name(edge.ToKind, edge.ToId), edge.How));
        return Graph(null, found.Roots(roots), [.. found.Nodes.Values], [.. edges, .. found.Edges],
            reached.Count > LineageReads.MostVersions);
    }

    public async Task<LineageGraph> OfColumnAsync(
        LineageRoots roots, string column, IReadOnlyList<ReachedColumnRow> reached, CancellationToken cancellationToken)
    {
        var ids = reached.Select(row => row.Id).Distinct().ToList();
        var shown = new LineageRoots([.. ids.Take(LineageReads.MostVersions)], []);
        var found = await FindAsync(shown, cancellationToken).ConfigureAwait(false);
        var columns = reached.Where(row => found.Knows("dataset", row.Id))
            .ToLookup(row => found.Name("dataset", row.Id), row => row.Column);
        var edges = reached
            .Where(row => row.ToId is { } to && found.Knows("dataset", to) && found.Knows("dataset", row.Id))
            .Select(row => new LineageEdge(
                found.Name("dataset", row.Id), found.Name("dataset", row.ToId!.Value), row.How!, row.Column, row.ToColumn));
        return Graph(column, found.Roots(roots), Narrowed(found, columns), [.. edges, .. found.Edges], IsCut(reached.Count, ids.Count));
    }

    public async Task<LineageGraph> OfImpactAsync(string column, IReadOnlyList<ImpactRow> impact, CancellationToken cancellationToken)
    {
        var all = impact.Select(row => (row.Kind, row.Id)).Distinct().ToList();
        var shown = all.Take(LineageReads.MostVersions).ToList();
        var among = new LineageRoots(Ids(shown, "dataset"), Ids(shown, "model"));
        var found = await FindAsync(among, cancellationToken).ConfigureAwait(false);
        var known = impact.Where(row => found.Knows(row.Kind, row.Id)).ToList();
        var columns = known.ToLookup(row => found.Name(row.Kind, row.Id), row => row.Column);
        var edges = known
            .Where(row => row.FromKind is not null && found.Knows(row.FromKind, row.FromId!.Value))
            .Select(row => new LineageEdge(
                found.Name(row.FromKind!, row.FromId!.Value), found.Name(row.Kind, row.Id), row.How!, row.FromColumn, row.Column))
            .Distinct();
        return Graph(
            column, [found.Name(known[0].Kind, known[0].Id)],
            [.. Narrowed(found, columns).Where(node => node.Kind != LineageNodeKind.Source)], [.. edges, .. found.Edges],
            IsCut(impact.Count, all.Count));
    }

    private static bool IsCut(int rows, int versions) => rows >= LineageReads.MostRows || versions > LineageReads.MostVersions;

    private LineageGraph Graph(
        string? column, IReadOnlyList<string> roots, IReadOnlyList<LineageNode> nodes, IReadOnlyList<LineageEdge> edges, bool isTruncated)
    {
        var shown = nodes.Select(node => node.Id).ToHashSet();
        return new(of, direction, column, roots, nodes, [.. edges.Where(edge => shown.Contains(edge.From) && shown.Contains(edge.To))],
            isTruncated);
    }

    private static long[] Ids(IEnumerable<(string Kind, long Id)> among, string kind) =>
        [.. among.Where(one => one.Kind == kind).Select(one => one.Id)];

    /// <summary>Versions with the columns concerned, and of the gates only those that look at one of them.</summary>
    private static IReadOnlyList<LineageNode> Narrowed(Found found, ILookup<string, string?> columns)
    {
        var judged = found.Edges.Where(edge => edge.How == "judged").ToLookup(edge => edge.From, edge => edge.To);
        return [.. found.Nodes.Values
            .Where(node => node.Kind != LineageNodeKind.Gate || judged[node.Id].Any(
                subject => columns[subject].Contains(null) || node.Checks!.Any(check => columns[subject].Contains(check.Column))))
            .Select(node => columns.Contains(node.Id) && !columns[node.Id].Contains(null)
                ? node with { Columns = [.. columns[node.Id].OfType<string>().Distinct().Order(StringComparer.Ordinal)] }
                : node)];
    }

    private async Task<Found> FindAsync(LineageRoots of, CancellationToken cancellationToken)
    {
        var found = new Found();
        foreach (var row in await reads.DatasetsAsync(of, cancellationToken).ConfigureAwait(false))
        {
            found.Add("dataset", row.Id, new LineageNode(
                $"dataset:{row.Name}@{row.Version}", LineageNodeKind.Dataset, row.Name, row.Version, row.Sha256, Rows: row.Rows,
                Partition: ApiJson.Read<Dictionary<string, string>>(row.Partition), CreatedAt: row.PublishedAt,
                ExpiredAt: row.ExpiredAt, MadeBy: CodeOf(row)));
        }

        foreach (var row in await reads.ModelsAsync(of, cancellationToken).ConfigureAwait(false))
        {
            found.Add("model", row.Id, new LineageNode(
                $"model:{row.Name}@{row.Version}", LineageNodeKind.Model, row.Name, row.Version, row.Sha256, Aliases: row.Aliases,
                CreatedAt: row.PublishedAt, MadeBy: CodeOf(row)));
        }

        foreach (var row in (await reads.SourcesAsync(of, cancellationToken).ConfigureAwait(false)).Where(row =>
            found.Knows("dataset", row.Id)))
        {
            var id = $"source:{row.Location}{(row.Sha256 is { } hash ? $"#{hash[..12]}" : "")}";
            found.Nodes.TryAdd(id, new LineageNode(
                id, LineageNodeKind.Source, row.Location, Sha256: row.Sha256, Bytes: row.Bytes, Dialect: ApiJson.Object(row.Dialect)));
            found.Edges.Add(new LineageEdge(id, found.Name("dataset", row.Id), "ingested"));
        }

        var gates = await reads.GatesAsync(of, cancellationToken).ConfigureAwait(false);
        var masked = await GatesApi.MaskedAsync(gates.Select(row => found.Dataset(row.DatasetId)), contracts, cancellationToken)
            .ConfigureAwait(false);
        foreach (var row in gates)
        {
            var (kind, subject) = row.ModelId is { } model && found.Knows("model", model) ? ("model", model)
                : ("dataset", row.DatasetId ?? 0);
            if (!found.Knows(kind, subject))
                continue;
            var checks = GatesApi.Found(row.Checks, masked[found.Dataset(row.DatasetId) ?? ""]).Select(check => new LineageCheck(
                check.Check, check.Column, check.Threshold, check.Verdict, ApiJson.Finite(check.Observed)));
            var id = $"gate:{row.Id}";
            found.Nodes.Add(id, new LineageNode(
                id, LineageNodeKind.Gate, row.TaskId, Verdict: StateNames.Parse<Verdict>(row.Verdict), Checks: [.. checks],
                CreatedAt: row.PublishedAt,
                MadeBy: new LineageCode(row.DagId, row.DagVersion, row.DagHash, row.RunKey, row.TaskId, row.MapIndex, row.Attempt,
                    row.Worker)));
            found.Edges.Add(new LineageEdge(id, found.Name(kind, subject), "judged"));
        }

        return found;
    }

    private static LineageCode CodeOf(LineageVersionRow row) =>
        new(row.DagId, row.DagVersion, row.DagHash, row.RunKey, row.TaskId, row.MapIndex, row.Attempt, row.Worker);

    /// <summary>The nodes by their ids, and what hangs on them.</summary>
    private sealed class Found
    {
        private readonly Dictionary<(string Kind, long Id), string> names = [];

        public Dictionary<string, LineageNode> Nodes { get; } = [];

        public List<LineageEdge> Edges { get; } = [];

        public void Add(string kind, long id, LineageNode node)
        {
            names.Add((kind, id), node.Id);
            Nodes.Add(node.Id, node);
        }

        public bool Knows(string kind, long id) => names.ContainsKey((kind, id));

        public string Name(string kind, long id) => names[(kind, id)];

        /// <summary>The dataset that a version is of; null where it is not among those found.</summary>
        public string? Dataset(long? versionId) => names.TryGetValue(("dataset", versionId ?? 0), out var id) ? Nodes[id].Name : null;

        public string[] Roots(LineageRoots roots) =>
        [
            .. roots.DatasetIds.Where(id => Knows("dataset", id)).Select(id => Name("dataset", id)),
            .. roots.ModelIds.Where(id => Knows("model", id)).Select(id => Name("model", id)),
        ];
    }
}
