using Npgsql;

namespace Workflow.Postgres;

/// <summary>Opens the database.</summary>
public static class Database
{
    /// <summary>A pool of connections for stores and queries.</summary>
    /// <param name="connectionString">As Npgsql reads it.</param>
    /// <param name="applicationName">What <c>pg_stat_activity</c> shows.</param>
    public static NpgsqlDataSource Open(string connectionString, string applicationName)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
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
        Open(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                Options = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off",
            }.ConnectionString,
            applicationName);
}
