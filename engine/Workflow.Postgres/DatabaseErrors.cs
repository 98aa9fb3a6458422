using System.Net.Sockets;
using Npgsql;

namespace Workflow.Postgres;

/// <summary>Tells a database that stumbles from one that refuses.</summary>
public static class DatabaseErrors
{
    // Invalid transaction state (a server that became read-only), insufficient resources, operator intervention (shutdown, crash, cancelled
    // statement): they say nothing about what was asked.
    private static readonly string[] PassingClasses = ["25", "53", "57"];

    /// <summary>
    /// Whether the same request may succeed later: the database is away, or gave the statement up for a reason of its own.
    /// </summary>
    public static bool IsPassing(this Exception exception) => exception switch
    {
        PostgresException refused => refused.IsTransient || refused.SqlState == PostgresErrorCodes.DeadlockDetected
            || PassingClasses.Any(start => refused.SqlState.StartsWith(start, StringComparison.Ordinal)),
        _ => exception is NpgsqlException or SocketException or IOException or TimeoutException,
    };
}
