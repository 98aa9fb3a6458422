using Dapper;
using Npgsql;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Postgres.Datasets;

/// <summary>A version that a gate holds, or held.</summary>
public sealed record ReviewItem(
    long ReviewId, string DagId, string RunKey, string TaskId, int MapIndex, string Dataset, int? Version, string Partition, long Rows,
    string State, string Checks, DateTime OpenedAt, DateTime? DecidedAt, string? DecidedBy, string? Reason, int? Replacement);

/// <summary>The versions that wait for a person, and what was decided of them.</summary>
public sealed partial class ReviewStore(NpgsqlDataSource dataSource)
{
    /// <summary>Reviews, newest first.</summary>
    /// <param name="state">Only those in this state, of the open ones only those whose tasks wait for them; null for all.</param>
    /// <param name="dataset">Only those of this dataset; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task<PageOf<ReviewItem>> ListAsync(
        ReviewState? state, string? dataset, int limit, int offset, CancellationToken cancellationToken) =>
        dataSource.PageAsync<ReviewItem>(
            List, Count, new { state = state?.Name(), dataset, reviewId = (long?)null, limit, offset }, cancellationToken);

    /// <summary>One review; null when there is none.</summary>
    public async Task<ReviewItem?> FindAsync(long reviewId, CancellationToken cancellationToken) =>
        (await dataSource.ListAsync<ReviewItem>(
            List, new { state = (string?)null, dataset = (string?)null, reviewId = (long?)reviewId, limit = 1, offset = 0 },
            cancellationToken)
            .ConfigureAwait(false)).SingleOrDefault();

    /// <summary>The key of a version that may take the place of a review's: another published one of the same slice, which this one does
    /// not replace in turn. Null when it is none.</summary>
    public Task<long?> ReplacementAsync(long reviewId, int version, CancellationToken cancellationToken) =>
        dataSource.FirstAsync<long?>(Replacement, new { reviewId, version }, cancellationToken);

    /// <summary>Decides an open review; its task wakes in the same transaction.</summary>
    /// <param name="reviewId">The review.</param>
    /// <param name="state">What was decided.</param>
    /// <param name="by">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="replacementId">What takes the version's place, for a repair.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False when it was decided before, or its task waits for it no longer.</returns>
    public async Task<bool> DecideAsync(
        long reviewId, ReviewState state, string by, string reason, long? replacementId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var parameters = new { reviewId, state = state.Name(), by, reason, replacementId };
        return await connection.ExecuteAsync(new CommandDefinition(Decide, parameters, cancellationToken: cancellationToken))
            .ConfigureAwait(false) > 0;
    }
}
