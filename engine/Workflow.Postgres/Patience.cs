using Dapper;
using Npgsql;

namespace Workflow.Postgres;

/// <summary>Asks a database until it answers, for those whose work would be lost if it did not.</summary>
internal static partial class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks what may be asked any number of times.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception.IsPassing())
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc cref="AskAsync{T}"/>
    public static Task<T> AskPatientlyAsync<T>(this NpgsqlDataSource data, Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(
            async () =>
            {
                await using var connection = await data.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                return await ask(connection).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Carries out a transaction once, also when the answer to its commit is lost: PostgreSQL knows what became of it.</summary>
    public static async Task<T> CommitOnceAsync<T>(
        this NpgsqlDataSource data, Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> perform, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (result, number) = (default(T)!, (string?)null);
            try
            {
                await using var connection = await data.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                result = await perform(connection, transaction).ConfigureAwait(false);
                number = await connection.ExecuteScalarAsync<string>(Number, transaction: transaction).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
            catch (Exception exception) when (exception.IsPassing())
            {
                if (number is not null && await IsCommittedAsync(data, number, cancellationToken).ConfigureAwait(false))
                    return result;
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<bool> IsCommittedAsync(NpgsqlDataSource data, string number, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Its session may not have noticed yet that nobody listens.
            var status = await data.AskPatientlyAsync(
                connection => connection.ExecuteScalarAsync<string>(Status, new { number }), cancellationToken).ConfigureAwait(false);
            if (status != "in progress")
                return status == "committed";
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
