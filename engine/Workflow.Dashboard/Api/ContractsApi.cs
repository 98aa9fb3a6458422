using System.Text.Json;
using Workflow.Contracts;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Contracts;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Contracts of datasets: what is promised, what would break it, and who allowed that.</summary>
internal static class ContractsApi
{
    private const int LongestReason = 1000;
    private const int ShortestHash = 12;

    public static void Map(RouteGroupBuilder api)
    {
        var contracts = api.MapGroup("/contracts").WithTags("Data");
        contracts.MapGet("", ListAsync).WithSummary("Lists the newest contracts of datasets.").Refuses(401, 422);
        contracts.MapGet("/{dataset}", GetAsync)
            .WithSummary("A dataset's contract with its history, and who reads the dataset.").Refuses(401, 404);
        contracts.MapPost("/{dataset}/check", CheckAsync)
            .WithSummary("Says what would become of a contract, and registers nothing.").Refuses(401, 403, 422);
        contracts.MapPost("/{dataset}/accept", AcceptAsync)
            .WithSummary("Allows the break for which a DAG is refused: its contract becomes the next version.")
            .Refuses(401, 403, 404, 409, 422);
    }

    private static async Task<ContractCollection> ListAsync(
        [AsParameters] PageQuery page, ContractStore store, CancellationToken cancellationToken)
    {
        var found = await store.ListAsync(page.Take, page.Skip, cancellationToken).ConfigureAwait(false);
        return new ContractCollection([.. found.Items.Select(Of)], found.Total);

        static Contract Of(ContractRow row)
        {
            var says = DataContract.FromJson(row.Contract);
            return new Contract(
                row.Dataset, row.Version, says.Compatibility, says.Owner, says.Licence, says.Columns.Count,
                [.. says.Masked.Order(StringComparer.Ordinal)], row.DagId, row.RegisteredAt, row.Refused);
        }
    }

    private static async Task<ContractDetails> GetAsync(string dataset, ContractStore store, CancellationToken cancellationToken)
    {
        var history = await store.HistoryAsync(dataset, cancellationToken).ConfigureAwait(false);
        var newest = history.Count == 0 ? throw Unknown(dataset) : history[^1];
        var declared = await store.DeclarationsAsync(dataset, cancellationToken).ConfigureAwait(false);
        var refused = await store.RefusalsAsync(dataset, cancellationToken).ConfigureAwait(false);
        return new ContractDetails(
            dataset, newest.Version, ApiJson.Any(newest.Contract),
            [.. declared.Select(row => new ContractDeclaration(row.DagId, row.Version))],
            [.. Versions(history).Reverse()],
            [.. refused.Select(row => new ContractRefusal(row.DagId, row.File, row.Hash, row.Message, row.RefusedAt))],
            Of(await store.ConsumersAsync(dataset, cancellationToken).ConfigureAwait(false)));
    }

    private static async Task<ContractDryRun> CheckAsync(
        string dataset, JsonElement body, ContractStore store, CancellationToken cancellationToken)
    {
        DataContract proposed;
        try
        {
            proposed = DataContract.FromJson(body.GetRawText());
        }
        catch (DagDefinitionException wrong)
        {
            throw ApiException.Invalid("contract", $"is wrong: {wrong.Message.TrimEnd('.')}");
        }

        if (proposed.Dataset != dataset)
            throw ApiException.Invalid("dataset", $"must be '{dataset}' as in the address, got '{proposed.Dataset}'");
        var (verdict, consumers) = await store.CheckAsync(proposed, cancellationToken).ConfigureAwait(false);
        var outcome = verdict.IsUnchanged ? ContractOutcome.Unchanged
            : verdict.IsCompatible ? ContractOutcome.Compatible
            : ContractOutcome.Breaking;
        return new ContractDryRun(
            dataset, outcome, outcome == ContractOutcome.Compatible ? verdict.Newest + 1 : verdict.Newest, verdict.Level,
            [.. verdict.Changes.Select(change => Of(change, verdict.Newest))],
            [.. verdict.Breaks.Select(found => Of(found.Change, found.Version))],
            Of(consumers));
    }

    private static async Task<AcceptedContract> AcceptAsync(
        string dataset, ContractAcceptance body, ContractStore store, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(body.Reason) || body.Reason.Length > LongestReason || body.Reason.Contains('\0'))
            throw ApiException.Invalid("reason", $"must have 1 to {LongestReason} characters, not only spaces, and none of them NUL");
        if (body.Hash is { Length: < ShortestHash })
            throw ApiException.Invalid("hash", $"must have {ShortestHash} digits or more, got {body.Hash.Length}");
        if ((await store.HistoryAsync(dataset, cancellationToken).ConfigureAwait(false)).Count == 0)
            throw Unknown(dataset);
        try
        {
            var version = await store.AcceptAsync(dataset, body.DagId, body.Hash, SignInApi.UserName, body.Reason, cancellationToken)
                .ConfigureAwait(false);
            return new AcceptedContract(dataset, version, SignInApi.UserName, body.Reason);
        }
        catch (WorkflowException refused)
        {
            throw ApiException.Conflict(refused.Message);
        }
    }

    private static IEnumerable<ContractVersion> Versions(IReadOnlyList<ContractVersionRow> history)
    {
        (DataContract Says, int Version)? before = null;
        foreach (var row in history)
        {
            var says = DataContract.FromJson(row.Contract);
            var changes = before is var (old, version) ? ContractChanges.Between(old, says).Select(change => Of(change, version)) : [];
            yield return new ContractVersion(
                row.Version, row.DagId, row.DagVersion, row.RegisteredAt, row.AcceptedBy, row.Reason, [.. changes]);
            before = (says, row.Version);
        }
    }

    private static ContractDifference Of(ContractChange change, int against) => new(
        change.Field, change.What, change.Old, change.New,
        [.. Enum.GetValues<BreakDirection>().Where(one => (change.Breaks & one) != BreakDirection.None).Select(one => one.Name())],
        change.Remedy, against, change.ToString());

    private static ContractReaders Of(ContractConsumers consumers) => new(consumers.Dags, consumers.Datasets, consumers.Models);

    private static ApiException Unknown(string dataset) =>
        ApiException.NotFound($"There is no contract of '{dataset}'. A DAG declares one with dag.Contract.");
}
