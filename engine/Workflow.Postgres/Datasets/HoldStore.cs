using Dapper;
using Npgsql;

namespace Workflow.Postgres.Datasets;

/// <summary>Keeps the content of dataset versions by hand. Holds that were lifted stay on record.</summary>
public sealed partial class HoldStore(NpgsqlDataSource dataSource)
{
    /// <summary>Holds a version, so that its content stays whatever the dataset's retention says.</summary>
    /// <returns>False when it is held already, or there is no such version with content.</returns>
    public Task<bool> PlaceAsync(string dataset, int version, string reason, string by, CancellationToken cancellationToken) =>
        ExecuteAsync(Place, new { dataset, version, reason, by }, cancellationToken);

    /// <summary>Lifts the hold on a version.</summary>
    /// <returns>False when there is none.</returns>
    public Task<bool> LiftAsync(string dataset, int version, string by, CancellationToken cancellationToken) =>
        ExecuteAsync(Lift, new { dataset, version, by }, cancellationToken);

    /// <summary>
    /// Says that a version lies in the store in front again. It is young from now on, for the age at which it grows cold.
    /// </summary>
    /// <returns>False when it was not cold.</returns>
    public Task<bool> RecallAsync(string dataset, int version, CancellationToken cancellationToken) =>
        ExecuteAsync(Recall, new { dataset, version }, cancellationToken);

    private async Task<bool> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))
            .ConfigureAwait(false) > 0;
    }
}
