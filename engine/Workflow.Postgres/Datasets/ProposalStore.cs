using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;

namespace Workflow.Postgres.Datasets;

/// <summary>A check that was proposed, and what a person decided of it.</summary>
public sealed record ProposalRow(
    long ProposalId, string Dataset, string? Gate, string Spec, string Evidence, int Versions, string State, DateTime ProposedAt,
    string ProposedBy, DateTime? DecidedAt, string? DecidedBy, DateTime? WithdrawnAt, string? WithdrawnBy);

/// <summary>Checks that history suggests.</summary>
public sealed partial class ProposalStore(NpgsqlDataSource dataSource)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Proposals, newest first.</summary>
    /// <param name="dataset">Only those of this dataset; null for all.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<PageOf<ProposalRow>> ListAsync(
        string? dataset, string? state, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<ProposalRow>(List, Count, new { dataset, state, proposalId = (long?)null, limit, offset }, cancellationToken);

    /// <summary>One proposal; null when there is none.</summary>
    public async Task<ProposalRow?> FindAsync(long proposalId, CancellationToken cancellationToken) =>
        (await dataSource.ListAsync<ProposalRow>(
            List, new { dataset = (string?)null, state = (string?)null, proposalId = (long?)proposalId, limit = 1, offset = 0 },
            cancellationToken)
            .ConfigureAwait(false)).SingleOrDefault();

    /// <summary>Stores suggestions, all or none.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="gate">The gate's task; null for every gate of the dataset that learns.</param>
    /// <param name="suggested">What history suggests.</param>
    /// <param name="versionIds">The versions that it was learnt from.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>How many are new.</returns>
    public async Task<int> ProposeAsync(
        string dataset, string? gate, IReadOnlyList<SuggestedCheck> suggested, IReadOnlyList<long> versionIds, string by,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var rows = suggested.Select(each => new
        {
            dataset,
            gate,
            spec = JsonSerializer.Serialize(each.Check, Json),
            each.Evidence,
            versionIds = versionIds.ToArray(),
            by,
        });
        var added = await connection.ExecuteAsync(new CommandDefinition(Propose, rows, transaction, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return added;
    }

    /// <summary>Accepts or rejects a proposal; rejecting one that was accepted withdraws it.</summary>
    /// <returns>False when its state allows no such decision.</returns>
    public async Task<bool> DecideAsync(long proposalId, bool accept, string by, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var parameters = new { proposalId, by, state = accept ? "accepted" : "rejected" };
        return await connection.ExecuteAsync(new CommandDefinition(Decide, parameters, cancellationToken: cancellationToken))
            .ConfigureAwait(false) > 0
            || (!accept
                && await connection.ExecuteAsync(new CommandDefinition(Withdraw, parameters, cancellationToken: cancellationToken))
                .ConfigureAwait(false) > 0);
    }
}
