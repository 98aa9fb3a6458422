using Dapper;
using Npgsql;
using Workflow.Contracts;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Postgres.Contracts;

/// <summary>
/// The registry of contracts. A DAG's contracts are registered in the transaction that stores its version: a kill leaves both or neither.
/// Schedulers that register at once come one after the other by the contract's row, so that what they bring alike is one version.
/// </summary>
public sealed partial class ContractStore(NpgsqlDataSource dataSource)
{
    /// <summary>Registers what a DAG declares, in the transaction that holds the DAG's row.</summary>
    /// <exception cref="ContractRefusedException">Something breaks what is promised; the transaction must be given up.</exception>
    internal static async Task RegisterAsync(
        NpgsqlTransaction transaction, string dagId, int dagVersion, IReadOnlyList<DataContract> contracts)
    {
        var connection = transaction.Connection!;
        var declared =
            (await connection.QueryAsync<(string Dataset, string Hash)>(Declared, new { dagId }, transaction).ConfigureAwait(false))
            .ToDictionary(row => row.Dataset, row => row.Hash);
        if (declared.Count == 0 && contracts.Count == 0)
            return;
        var datasets = contracts.Select(contract => contract.Dataset).ToArray();
        await connection.ExecuteAsync(Withdraw, new { dagId, datasets }, transaction).ConfigureAwait(false);
        var refused = new List<RefusedContract>();

        // In the order of the names, so that no two DAGs wait for each other's contracts.
        foreach (var contract in contracts.OrderBy(contract => contract.Dataset, StringComparer.Ordinal))
        {
            if (declared.GetValueOrDefault(contract.Dataset) == contract.Hash)
                continue;
            var last = await connection.ExecuteScalarAsync<int>(LockContract, new { contract.Dataset }, transaction).ConfigureAwait(false);
            var verdict =
                ContractRules.Judge(contract, await PromisedAsync(connection, contract.Dataset, transaction).ConfigureAwait(false));
            if (!verdict.IsCompatible)
            {
                var consumers = await ConsumersAsync(connection, contract.Dataset, transaction).ConfigureAwait(false);
                refused.Add(new RefusedContract(dagId, contract, verdict, consumers));
                continue;
            }

            var version = verdict.IsUnchanged ? verdict.Newest : last + 1;
            if (!verdict.IsUnchanged)
                await connection.ExecuteAsync(InsertVersion, Row(contract, version, dagId, dagVersion), transaction).ConfigureAwait(false);
            await connection.ExecuteAsync(Declare, new { dagId, contract.Dataset, version }, transaction).ConfigureAwait(false);
        }

        if (refused.Count > 0)
            throw new ContractRefusedException(refused);
    }

    /// <summary>Says what is refused now, and forgets what no longer is.</summary>
    /// <param name="refused">What is refused, with the file of each.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task ReplaceRefusalsAsync(
        IReadOnlyList<(RefusedContract Contract, string File)> refused, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            ReplaceRefusals,
            new
            {
                dagIds = refused.Select(one => one.Contract.DagId).ToArray(),
                datasets = refused.Select(one => one.Contract.Contract.Dataset).ToArray(),
                files = refused.Select(one => one.File).ToArray(),
                contracts = refused.Select(one => one.Contract.Contract.ToJson()).ToArray(),
                hashes = refused.Select(one => one.Contract.Contract.Hash).ToArray(),
                messages = refused.Select(one => StoredText.Message(one.Contract.Message)).ToArray(),
            }).ConfigureAwait(false);
    }

    /// <summary>Whether one of the contracts is the newest version of its dataset's by now.</summary>
    public Task<bool> IsAnyNewestAsync(IReadOnlyList<DataContract> contracts, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<bool>(
        IsAnyNewest,
        new { datasets = contracts.Select(one => one.Dataset).ToArray(), hashes = contracts.Select(one => one.Hash).ToArray() },
        cancellationToken);

    /// <summary>Says what would become of a contract, and registers nothing.</summary>
    public async Task<ContractCheck> CheckAsync(DataContract contract, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var verdict = ContractRules.Judge(contract, await PromisedAsync(connection, contract.Dataset, null).ConfigureAwait(false));
        return new ContractCheck(verdict, await ConsumersAsync(connection, contract.Dataset, null).ConfigureAwait(false));
    }

    /// <summary>
    /// A person allows a break: what a DAG was refused for becomes the next version, with their name and reason, and the DAG's file loads
    /// at the scheduler's next look. A kill before that loses nothing: the file is tried again as long as it is there.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="dagId">The DAG; null where only one is refused.</param>
    /// <param name="hash">The hash of the contract that the person has read, or how it begins; null for whichever is refused now.</param>
    /// <param name="acceptedBy">The person.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The number of the version.</returns>
    /// <exception cref="WorkflowException">Nothing is refused, or more than one contract is, or another than was read; the message says
    /// which.</exception>
    public async Task<int> AcceptAsync(
        string dataset, string? dagId, string? hash, string acceptedBy, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var last = await connection.ExecuteScalarAsync<int>(LockContract, new { dataset }, transaction).ConfigureAwait(false);
        var all = (await connection.QueryAsync<RefusalRow>(Refusals, new { dataset }, transaction).ConfigureAwait(false)).ToList();
        var refused = dagId is null ? all : [.. all.Where(row => row.DagId == dagId)];
        if (refused.Count != 1)
        {
            var known = string.Join(", ", all.Select(row => row.DagId));
            throw new WorkflowException(all.Count == 0 ? $"No DAG is refused for its contract of '{dataset}': there is nothing to accept."
                : refused.Count == 0 ? $"DAG '{dagId}' is not refused for its contract of '{dataset}'; refused are: {known}."
                : $"Several DAGs are refused for their contracts of '{dataset}': say which of {known}.");
        }

        if (hash is not null && !refused[0].Hash.StartsWith(hash, StringComparison.Ordinal))
        {
            throw new WorkflowException(
                $"DAG '{refused[0].DagId}' declares another contract of '{dataset}' by now than the one that was read. "
                + "Read what it breaks, and decide again.");
        }

        var contract = DataContract.FromJson(refused[0].Contract);
        await connection.ExecuteAsync(InsertVersion, Row(contract, last + 1, refused[0].DagId, null, acceptedBy, reason), transaction)
            .ConfigureAwait(false);
        await connection.ExecuteAsync(DeleteRefusal, new { refused[0].DagId, dataset, contract.Hash }, transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return last + 1;
    }

    /// <summary>The newest contracts, by dataset.</summary>
    public Task<PageOf<ContractRow>> ListAsync(int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<ContractRow>(List, Count, new { limit, offset }, cancellationToken);

    /// <summary>Every version of a dataset's contract, oldest first.</summary>
    public Task<IReadOnlyList<ContractVersionRow>> HistoryAsync(string dataset, CancellationToken cancellationToken) =>
        dataSource.ListAsync<ContractVersionRow>(History, new { dataset }, cancellationToken);

    /// <summary>
    /// The columns of a dataset of which no values are shown: by the newest version of its contract, or because their values come from such
    /// columns of others.
    /// </summary>
    public async Task<IReadOnlySet<string>> MaskedAsync(string dataset, CancellationToken cancellationToken) =>
        (await dataSource.ListAsync<string>(PersonalColumns, new { dataset }, cancellationToken).ConfigureAwait(false)).ToHashSet();

    /// <summary>The DAGs in service that declare a dataset's contract.</summary>
    public Task<IReadOnlyList<DeclarationRow>> DeclarationsAsync(string dataset, CancellationToken cancellationToken) =>
        dataSource.ListAsync<DeclarationRow>(Declarations, new { dataset }, cancellationToken);

    /// <summary>What is refused now; of all datasets where none is named.</summary>
    public Task<IReadOnlyList<RefusalRow>> RefusalsAsync(string? dataset, CancellationToken cancellationToken) =>
        dataSource.ListAsync<RefusalRow>(Refusals, new { dataset }, cancellationToken);

    /// <summary>Who reads a dataset.</summary>
    public async Task<ContractConsumers> ConsumersAsync(string dataset, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await ConsumersAsync(connection, dataset, null).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<RegisteredContract>> PromisedAsync(
        NpgsqlConnection connection, string dataset, NpgsqlTransaction? transaction)
    {
        var rows = await connection.QueryAsync<(int Version, string Contract)>(Promised, new { dataset }, transaction)
            .ConfigureAwait(false);
        return [.. rows.Select(row => new RegisteredContract(row.Version, DataContract.FromJson(row.Contract)))];
    }

    private static async Task<ContractConsumers> ConsumersAsync(NpgsqlConnection connection, string dataset, NpgsqlTransaction? transaction)
    {
        var rows = (await connection.QueryAsync<(string Kind, string Name)>(Consumers, new { dataset }, transaction).ConfigureAwait(false))
            .ToLookup(row => row.Kind, row => row.Name);
        return new ContractConsumers([.. rows["dag"]], [.. rows["dataset"]], [.. rows["model"]]);
    }

    private static object Row(
        DataContract contract, int version, string dagId, int? dagVersion, string? acceptedBy = null, string? reason = null) => new
        {
            contract.Dataset,
            version,
            contract = contract.ToJson(),
            contract.Hash,
            compatibility = contract.Compatibility.Name(),
            dagId,
            dagVersion,
            acceptedBy,
            reason,
        };
}
