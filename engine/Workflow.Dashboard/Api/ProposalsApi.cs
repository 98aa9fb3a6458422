using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using Workflow.Contracts;
using Workflow.Dashboard.Http;
using Workflow.Data;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Datasets;
using Workflow.Postgres.Reads;

namespace Workflow.Dashboard.Api;

/// <summary>Checks learnt from history.</summary>
internal static partial class ProposalsApi
{
    private const int MostVersions = 500;
    private const int UsualVersions = 20;
    private const int MostProposals = 1000;
    private const int LongestName = 200;

    public static void Map(RouteGroupBuilder api)
    {
        var proposals = api.MapGroup("").WithTags("Data");
        proposals.MapPost("/datasets/{name}/proposals", SuggestAsync)
            .WithSummary("Suggests checks that past versions of a dataset would have passed.").Refuses(401, 403, 404, 409, 422);
        proposals.MapGet("/proposals", ListAsync).WithSummary("Checks that were suggested, newest first.").Refuses(401, 422);
        proposals.MapPost("/proposals/{proposal_id:long}/accept", (
                [FromRoute(Name = "proposal_id")] long proposalId, ProposalDecision body, ProposalStore store, CancellationToken token) =>
            DecideAsync(proposalId, true, body, store, token)).WithSummary("Makes a check part of the gates that learn.")
            .Refuses(401, 403, 404, 409, 422);
        proposals.MapPost("/proposals/{proposal_id:long}/reject", (
                [FromRoute(Name = "proposal_id")] long proposalId, ProposalDecision body, ProposalStore store, CancellationToken token) =>
            DecideAsync(proposalId, false, body, store, token)).WithSummary("Turns a check down, or withdraws it.")
            .Refuses(401, 403, 404, 409, 422);
    }

    private static async Task<Suggestion> SuggestAsync(
        string name, SuggestRequest body, DatasetReads reads, DatasetFiles files, ContractStore contracts, ProposalStore store,
        CancellationToken cancellationToken)
    {
        if (body.Last is < CheckSuggestions.FewestVersions or > MostVersions)
            throw ApiException.Invalid("last", $"must lie between {CheckSuggestions.FewestVersions} and {MostVersions}, got {body.Last}");
        RequireName("gate", body.Gate);
        RequireName("by", body.By);
        await DatasetsApi.RequireAsync(name, reads, cancellationToken).ConfigureAwait(false);
        var most = body.Last ?? (body.Where is null ? UsualVersions : MostVersions);
        var kept = await KeptAsync(name, body.Where, most, reads, cancellationToken).ConfigureAwait(false);
        if (kept.Count < CheckSuggestions.FewestVersions)
        {
            throw ApiException.Conflict(
                $"There are {kept.Count} versions of {name} to learn from; it takes {CheckSuggestions.FewestVersions} or more to see what changes between them.");
        }

        var paths = new List<string>();
        foreach (var version in kept)
            paths.Add(await files.PathAsync(version.Sha256, cancellationToken).ConfigureAwait(false));
        var (rows, columns) = await Task.Run(() => CheckHistory.Read(paths, DatasetFiles.Share, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        var masked = await contracts.MaskedAsync(name, cancellationToken).ConfigureAwait(false);
        var shown = columns.Select(column => masked.Contains(column.Column) ? Mask.Of(column) : column).ToList();
        var added = await store.ProposeAsync(
            name, body.Gate, CheckSuggestions.Of(rows, shown), [.. kept.Select(version => version.VersionId)], body.By
            ?? SignInApi.UserName,
            cancellationToken).ConfigureAwait(false);
        var proposed = await store.ListAsync(name, "proposed", MostProposals, 0, cancellationToken).ConfigureAwait(false);
        return new Suggestion(name, kept.Count, added, [.. proposed.Items.Where(row => row.Gate == body.Gate).Select(Of)]);
    }

    /// <summary>The newest versions with content that are not withheld; of slices that are asked for, the newest version of each.</summary>
    private static async Task<IReadOnlyList<Postgres.Reads.DatasetVersionState>> KeptAsync(
        string name, string? where, int most, DatasetReads reads, CancellationToken cancellationToken)
    {
        var keeps = Where(where);
        var kept = new List<Postgres.Reads.DatasetVersionState>();
        for (var (offset, total) = (0, 1); offset < total && kept.Count < most; offset += MostVersions)
        {
            (var page, total) = await reads.StatesAsync(name, null, null, MostVersions, offset, cancellationToken).ConfigureAwait(false);
            kept.AddRange(page.Where(state => state is { ExpiredAt: null, IsWithheld: false }
                && (where is null || (state.IsNewestOfSlice && keeps(ApiJson.Read<Dictionary<string, string>>(state.Partition))))));
        }

        return [.. kept.Take(most)];
    }

    private static async Task<ProposalCollection> ListAsync(
        string? dataset, string? state, [AsParameters] PageQuery page, ProposalStore store, CancellationToken cancellationToken)
    {
        if (state is not (null or "" or "proposed" or "accepted" or "rejected" or "withdrawn"))
            throw ApiException.Invalid("state", $"must be proposed, accepted, rejected or withdrawn, got '{state}'");
        var found =
            await store.ListAsync(dataset is "" ? null : dataset, state is "" ? null : state, page.Take, page.Skip, cancellationToken)
            .ConfigureAwait(false);
        return new ProposalCollection([.. found.Items.Select(Of)], found.Total);
    }

    private static async Task<Proposal> DecideAsync(
        long proposalId, bool accept, ProposalDecision body, ProposalStore store, CancellationToken cancellationToken)
    {
        RequireName("by", body.By);
        var isDecided = await store.DecideAsync(proposalId, accept, body.By ?? SignInApi.UserName, cancellationToken).ConfigureAwait(false);
        var proposal = await store.FindAsync(proposalId, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound($"There is no proposal {proposalId}.");
        return isDecided
            ? Of(proposal)
            : throw ApiException.Conflict($"Proposal {proposalId} was {proposal.State} by {proposal.WithdrawnBy ?? proposal.DecidedBy}.");
    }

    /// <summary>Parses conditions on the keys of slices.</summary>
    private static Func<IReadOnlyDictionary<string, string>, bool> Where(string? text)
    {
        var conditions = (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            Condition().Match(part) is { Success: true } match
                ? (Key: match.Groups[1].Value, Sign: match.Groups[2].Value, Value: match.Groups[3].Value)
                : throw ApiException.Invalid("where", $"must be conditions on keys of slices such as month<2019-01, got '{part}'"))
                .ToList();
        return slice => conditions.All(condition => slice.TryGetValue(condition.Key, out var value)
            && Holds(string.CompareOrdinal(value, condition.Value), condition.Sign));
    }

    private static bool Holds(int order, string sign) => sign switch
    {
        "=" => order == 0,
        "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    private static void RequireName(string field, string? name)
    {
        if (name is { Length: 0 or > LongestName })
            throw ApiException.Invalid(field, $"must have 1 to {LongestName} characters, got {name.Length}");
    }

    private static Proposal Of(ProposalRow row) => new(
        row.ProposalId, row.Dataset, row.Gate, ApiJson.Object(row.Spec), row.Evidence, row.Versions, row.State, row.ProposedAt,
        row.ProposedBy, row.DecidedAt, row.DecidedBy, row.WithdrawnAt, row.WithdrawnBy);

    [GeneratedRegex(@"^([\w.-]+)\s*(=|!=|<=|<|>=|>)\s*(.+)$")]
    private static partial Regex Condition();
}
