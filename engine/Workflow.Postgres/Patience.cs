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
    public static Task<T> AskPatientlyAsync<T>(
        this NpgsqlDataSource data, Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(
            async () =>
            {
                await using var connection = await data.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                return await ask(connection).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>
    /// Carries out a transaction once, also when the answer to its commit is lost. What it wrote says whether it was: a server that crashed
    /// has forgotten a transaction of which nothing had reached its disk, and gives the same number, and the same keys, to others.
    /// </summary>
    /// <param name="data">The database.</param>
    /// <param name="perform">What to do in the transaction.</param>
    /// <param name="isThere">Whether what it wrote is there, from what it gave.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<T> CommitOnceAsync<T>(
        this NpgsqlDataSource data, Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> perform,
        Func<NpgsqlConnection, T, Task<bool>> isThere, CancellationToken cancellationToken)
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
                if (number is not null)
                {
                    await UntilOverAsync(data, number, cancellationToken).ConfigureAwait(false);
                    if (await data.AskPatientlyAsync(connection => isThere(connection, result), cancellationToken).ConfigureAwait(false))
                        return result;
                }

                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for the end of a transaction: its session may not have noticed yet that nobody listens.</summary>
    private static async Task UntilOverAsync(NpgsqlDataSource data, string number, CancellationToken cancellationToken)
    {
        try
        {
            while (await data.AskPatientlyAsync(
                connection => connection.ExecuteScalarAsync<string>(Status, new { number }), cancellationToken).ConfigureAwait(false)
                == "in progress")
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException unknown) when (unknown.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // A number of the future: the server forgot the transaction in a crash, so that it is over.
        }
    }
}
