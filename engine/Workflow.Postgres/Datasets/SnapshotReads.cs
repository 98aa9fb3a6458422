using System.Text.Json;
using Dapper;
using Npgsql;

namespace Workflow.Postgres.Datasets;

/// <summary>A published version with its number.</summary>
/// <param name="Number">Its number in its dataset.</param>
/// <param name="Version">The version.</param>
/// <param name="IsExpired">Whether its content may be gone.</param>
public sealed record NumberedVersion(int Number, DatasetVersion Version, bool IsExpired);

/// <summary>Versions of datasets, as a whole and one by one.</summary>
public sealed partial class SnapshotReads(NpgsqlDataSource dataSource)
{
    /// <summary>A dataset as a whole at a version; null when it has none such.</summary>
    public async Task<DatasetSnapshot?> FindAsync(string dataset, AsOf at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(at);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var command = new CommandDefinition(
            Snapshot, new { dataset, at.Number, time = at.Time?.UtcDateTime }, cancellationToken: cancellationToken);
        var rows = (await connection.QueryAsync<(int At, long VersionId, string Dataset, string Sha256, long Rows, string Partition)>(command)
            .ConfigureAwait(false)).AsList();
        return rows.Count == 0 || (at.Number is { } asked && rows[0].At != asked)
            ? null
            : new DatasetSnapshot(dataset, rows[0].At, [.. rows.Select(row => Version(row.VersionId, row.Dataset, row.Sha256, row.Rows, row.Partition))]);
    }

    /// <summary>One version: the one with a number, or the newest of a slice; null when there is none.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="number">Its number; null for a slice.</param>
    /// <param name="partition">The slice's keys, or some of them; null for a number.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<NumberedVersion?> FindOneAsync(
        string dataset, int? number, IReadOnlyDictionary<string, string>? partition, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var parameters = new { dataset, number, partition = partition is null ? null : JsonSerializer.Serialize(partition) };
        var row = await connection
            .QuerySingleOrDefaultAsync<(int Number, long VersionId, string Dataset, string Sha256, long Rows, string Partition, DateTime? ExpiredAt)?>(
                new CommandDefinition(One, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return row is { } found
            ? new NumberedVersion(
                found.Number, Version(found.VersionId, found.Dataset, found.Sha256, found.Rows, found.Partition), found.ExpiredAt is not null)
            : null;
    }

    /// <summary>A version as tasks hand it on.</summary>
    internal static DatasetVersion Version(long versionId, string dataset, string sha256, long rows, string partition) =>
        new(versionId, dataset, sha256, rows, JsonSerializer.Deserialize<Dictionary<string, string>>(partition)!);
}
