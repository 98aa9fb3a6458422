using System.Text.Json;
using Dapper;
using Npgsql;

namespace Workflow.Postgres.Datasets;

/// <summary>Datasets as a whole.</summary>
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

    /// <summary>A version as tasks hand it on.</summary>
    internal static DatasetVersion Version(long versionId, string dataset, string sha256, long rows, string partition) =>
        new(versionId, dataset, sha256, rows, JsonSerializer.Deserialize<Dictionary<string, string>>(partition)!);
}
