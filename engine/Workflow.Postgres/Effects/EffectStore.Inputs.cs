using Dapper;
using Workflow.Postgres.Datasets;

namespace Workflow.Postgres.Effects;

/// <content>What attempts read.</content>
public sealed partial class EffectStore
{
    /// <inheritdoc />
    public Task<DatasetSnapshot?> SnapshotAsync(string dataset, AsOf at, CancellationToken cancellationToken) =>
        Patience.AskAsync(() => new SnapshotReads(dataSource).FindAsync(dataset, at, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runKey, CancellationToken cancellationToken) =>
        VersionsAsync(OfRun, new { dagId, runKey }, cancellationToken);

    /// <inheritdoc />
    public async Task RecordInputsAsync(AttemptSource source, IReadOnlyList<long> versionIds, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new { versionIds = versionIds.Distinct().ToArray() });

        // Recording them again changes nothing.
        var expired = await dataSource.AskPatientlyAsync(
            async connection =>
            {
                await connection.ExecuteAsync(RecordInputs, parameters).ConfigureAwait(false);
                return await connection.QuerySingleOrDefaultAsync<(string Dataset, int Version, DateTime At)?>(Expired, parameters)
                    .ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (expired is { } gone)
        {
            throw new TaskFailureException(
                $"The content of {gone.Dataset} version {gone.Version} went on {gone.At:yyyy-MM-dd} by the dataset's retention. "
                + "Make it anew by clearing the run that made it.",
                retryable: false);
        }
    }
}
