using Npgsql;

namespace Workflow.Postgres;

/// <summary>Opens the database.</summary>
public static class Database
{
    private static readonly string[] QueuePlanning =
        ["enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off", "plan_cache_mode=force_generic_plan", "jit=off"];

    // A process that stops in the middle of a transaction, or whose machine drops off the network, holds its locks until its connection
    // ends; the kernel notices after hours, and meanwhile nobody could rescue the runs that it has locked.
    private const string LockLimit = "idle_in_transaction_session_timeout=10s";

    /// <summary>A pool of connections for stores and queries.</summary>
    /// <param name="connectionString">As Npgsql reads it.</param>
    /// <param name="applicationName">What <c>pg_stat_activity</c> shows.</param>
    public static NpgsqlDataSource Open(string connectionString, string applicationName)
    {
        var settings = new NpgsqlConnectionStringBuilder(WithOption(connectionString, LockLimit))
        {
            ApplicationName = applicationName,
            // Nothing here changes a session's settings, so there is nothing to reset when a connection returns to the pool.
            NoResetOnClose = true,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
        };
        return NpgsqlDataSource.Create(settings);
    }

    /// <summary>
    /// A pool for the task queue. Its statements touch few rows by key; a plan that was made while the tables were small must not outlive
    /// that, so whatever would scan or hash a table is priced out of the planner's choice.
    /// </summary>
    public static NpgsqlDataSource OpenQueue(string connectionString, string applicationName) =>
        Open(QueuePlanning.Aggregate(connectionString, WithOption), applicationName);

    /// <summary>Adds a setting that every session of a connection string starts with, such as <c>role=somebody</c>.</summary>
    public static string WithOption(string connectionString, string option)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.Options = $"{settings.Options} -c {option}".TrimStart();
        return settings.ConnectionString;
    }
}
