using Npgsql;
using Workflow.Postgres;

namespace Workflow.Engine.Hosting;

/// <summary>
/// Waits for PostgreSQL when a process starts: machines and containers that start together come up in any order. Later on each service
/// waits for itself.
/// </summary>
/// <param name="limit">How long to wait; zero asks once.</param>
/// <param name="time">Measures the wait.</param>
/// <param name="notes">Where the wait is told.</param>
internal sealed class DatabaseStart(TimeSpan limit, TimeProvider time, TextWriter notes)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Returns once the server answers.</summary>
    /// <exception cref="WorkflowException">It did not within the limit; the message names it.</exception>
    /// <exception cref="PostgresException">It answers, and refuses.</exception>
    public async Task UntilReachableAsync(NpgsqlDataSource data, CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(data.ConnectionString);
        var name = $"PostgreSQL at {server.Host}:{server.Port}";
        var begun = time.GetTimestamp();
        var isTold = false;
        while (true)
        {
            try
            {
                await using var connection = await data.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                if (isTold)
                    await notes.WriteLineAsync($"{name} answers.").ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException away) when (away.IsPassing())
            {
                if (time.GetElapsedTime(begun) >= limit)
                {
                    throw new WorkflowException(
                        $"{name} cannot be reached: {away.Message}. Check that it runs and that Database__ConnectionString names it, its user and "
                        + "its database.",
                        away);
                }

                if (!isTold)
                {
                    await notes.WriteLineAsync(
                        $"{name} cannot be reached yet: {away.Message}. Waiting up to {limit.TotalSeconds:0} seconds (Database__WaitSeconds).")
                        .ConfigureAwait(false);
                }

                isTold = true;
            }

            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
