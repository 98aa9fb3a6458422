using Microsoft.Extensions.Logging;
using Npgsql;

namespace Workflow.Postgres;

/// <summary>Listens for notifications on a connection of its own, and connects again when it is lost.</summary>
/// <remarks>Whoever uses it polls too: a notification that is lost while there is no connection costs latency only.</remarks>
public sealed partial class Listener(NpgsqlDataSource dataSource, TimeProvider time, ILogger<Listener> logger)
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is cancelled.</summary>
    /// <param name="channels">The channels, of <see cref="Channels"/>.</param>
    /// <param name="notified">Gets channel and payload of each notification; called once with an empty payload after each connect, since
    /// some may have been missed.</param>
    /// <param name="cancellationToken">Ends it, without an exception.</param>
    public async Task RunAsync(IReadOnlyList<string> channels, Func<string, string, Task> notified, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                var arrived = new Queue<(string Channel, string Payload)>();
                connection.Notification += (_, notification) => arrived.Enqueue((notification.Channel, notification.Payload));
                foreach (var channel in channels)
                {
                    await using var listen = new NpgsqlCommand($"LISTEN {channel}", connection);
                    await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                    arrived.Enqueue((channel, ""));
                }

                while (true)
                {
                    while (arrived.TryDequeue(out var next))
                        await notified(next.Channel, next.Payload).ConfigureAwait(false);
                    await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or System.Net.Sockets.SocketException)
            {
                Lost(logger, exception.Message);
                await Task.Delay(ReconnectAfter, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(1000, Microsoft.Extensions.Logging.LogLevel.Warning,
        "The connection for notifications was lost, connecting again: {Reason}")]
    private static partial void Lost(ILogger logger, string reason);
}
