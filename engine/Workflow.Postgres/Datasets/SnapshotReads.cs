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
        var rows = (await connection.QueryAsync<SliceRow>(command).ConfigureAwait(false)).AsList();
        return rows.Count == 0 || (at.Number is { } asked && rows[0].At != asked)
            ? null
            : new DatasetSnapshot(dataset, rows[0].At, [.. rows.Select(row => row.ToVersion())]);
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
        var row = await connection.QuerySingleOrDefaultAsync<NumberedRow>(
            new CommandDefinition(One, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return row is null ? null : new NumberedVersion(row.Number, row.ToVersion(), row.ExpiredAt is not null);
    }

    private sealed record SliceRow(int At, long VersionId, string Dataset, string Sha256, long Rows, string Partition)
        : VersionRow(VersionId, Dataset, Sha256, Rows, Partition);

    private sealed record NumberedRow(
        int Number, long VersionId, string Dataset, string Sha256, long Rows, string Partition, DateTime? ExpiredAt)
        : VersionRow(VersionId, Dataset, Sha256, Rows, Partition);
}
