using System.Text.Json;
using Dapper;
using Workflow.Postgres.Datasets;
using Workflow.Runs;

namespace Workflow.Postgres.Effects;

/// <content>Reviews and learnt checks.</content>
public sealed partial class EffectStore
{
    /// <inheritdoc />
    public async Task<Review?> ReviewAsync(AttemptSource source, long versionId, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new { versionId });
        var row = await dataSource.AskPatientlyAsync(
            connection => connection.QuerySingleOrDefaultAsync<ReviewRow>(FindReview, parameters), cancellationToken).ConfigureAwait(false);
        return row is null
            ? null
            : new Review(
                row.ReviewId, StateNames.Parse<ReviewState>(row.State), row.DecidedBy, row.Reason,
                row.VersionId is { } id ? new VersionRow(id, row.Dataset!, row.Sha256!, row.Rows!.Value, row.Partition!).ToVersion() : null,
                JsonSerializer.Deserialize<CheckResult[]>(row.Checks, Json)!);
    }

    /// <inheritdoc />
    public async Task<Review> HoldAsync(
        AttemptSource source, long versionId, IReadOnlyList<CheckResult> checks, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new { versionId, checks = Stored(checks) });

        // Its own transaction: a kill after it leaves an open review, which the next attempt finds and waits for. So does asking once more.
        await dataSource.AskPatientlyAsync(connection => connection.ExecuteScalarAsync<long>(OpenReview, parameters), cancellationToken)
            .ConfigureAwait(false);
        return (await ReviewAsync(source, versionId, cancellationToken).ConfigureAwait(false))!;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<LearntCheck>> LearntAsync(string dataset, string gate, CancellationToken cancellationToken)
    {
        var rows = await dataSource.AskPatientlyAsync(
            connection => connection.QueryAsync<(long ProposalId, string Spec)>(LearntChecks, new { dataset, gate }), cancellationToken)
            .ConfigureAwait(false);
        return [.. rows.Select(row => new LearntCheck(row.ProposalId, JsonSerializer.Deserialize<DataCheck>(row.Spec, Json)!))];
    }

    private sealed record ReviewRow(
        long ReviewId, string State, string? DecidedBy, string? Reason, string Checks, long? VersionId, string? Dataset, string? Sha256,
        long? Rows, string? Partition);
}
