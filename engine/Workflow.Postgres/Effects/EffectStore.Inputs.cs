using System.Text.Json;
using Dapper;

namespace Workflow.Postgres.Effects;

/// <content>What attempts read.</content>
public sealed partial class EffectStore
{
    /// <inheritdoc />
    public async Task<DatasetSnapshot?> SnapshotAsync(string dataset, AsOf at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(at);
        var rows = (await dataSource.AskPatientlyAsync(
            connection => connection.QueryAsync<(int At, long VersionId, string Dataset, string Sha256, long Rows, string Partition)>(
                Snapshot, new { dataset, at.Number, time = at.Time?.UtcDateTime }),
            cancellationToken).ConfigureAwait(false)).AsList();
        return rows.Count == 0 || (at.Number is { } asked && rows[0].At != asked)
            ? null
            : new DatasetSnapshot(dataset, rows[0].At, [.. rows.Select(row => Version(row.VersionId, row.Dataset, row.Sha256, row.Rows, row.Partition))]);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<DatasetVersion>> OfRunAsync(string dagId, string runKey, CancellationToken cancellationToken)
    {
        var rows = await dataSource.AskPatientlyAsync(
            connection => connection.QueryAsync<(long VersionId, string Dataset, string Sha256, long Rows, string Partition)>(
                OfRun, new { dagId, runKey }),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => Version(row.VersionId, row.Dataset, row.Sha256, row.Rows, row.Partition))];
    }

    /// <inheritdoc />
    public async Task RecordInputsAsync(AttemptSource source, IReadOnlyList<long> versionIds, CancellationToken cancellationToken)
    {
        var parameters = Of(source);
        parameters.AddDynamicParams(new { versionIds = versionIds.Distinct().ToArray() });
        var expired = await dataSource.CommitOnceAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(RecordInputs, parameters, transaction).ConfigureAwait(false);
                return await connection.QuerySingleOrDefaultAsync<(string Dataset, int Version, DateTime At)?>(Expired, parameters, transaction)
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

    private static DatasetVersion Version(long versionId, string dataset, string sha256, long rows, string partition) =>
        new(versionId, dataset, sha256, rows, JsonSerializer.Deserialize<Dictionary<string, string>>(partition)!);
}
