using Dapper;
using Npgsql;

namespace Workflow.Postgres.Workers;

/// <summary>
/// Lets workers of an embedded server log in under the role that may claim, complete and stage, so that authors' code never holds the
/// credentials of the owner.
/// </summary>
public static partial class WorkerLogin
{
    /// <summary>Gives the role a password.</summary>
    /// <returns>The connection string of a worker.</returns>
    public static async Task<string> EnsureAsync(
        NpgsqlDataSource dataSource, string connectionString, string password, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(Remember, new { password }).ConfigureAwait(false);
        await connection.ExecuteAsync(AllowLogin).ConfigureAwait(false);
        return new NpgsqlConnectionStringBuilder(connectionString) { Username = "workflow_worker", Password = password }.ConnectionString;
    }
}
