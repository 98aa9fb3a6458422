using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Workflow.Postgres.Workers;

namespace Workflow.Hangfire;

/// <summary>Hangfire's storage as every process opens it.</summary>
internal static class Storage
{
    /// <summary>The channel on which Hangfire.PostgreSql announces a job.</summary>
    public const string NewJobChannel = "new_job";

    /// <summary>Jobs tell nothing that the engine does not keep better.</summary>
    private static readonly TimeSpan KeepJobs = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The only filter: a job that fails is deleted and not tried again, because retries are the engine's. Filters that are global in the
    /// process do not apply.
    /// </summary>
    public static IJobFilterProvider Filters { get; } = new JobFilterProviderCollection(
        new JobFilterCollection { new AutomaticRetryAttribute { Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete } });

    /// <summary>Opens it.</summary>
    /// <param name="connectionString">How it reaches the database.</param>
    /// <param name="prepares">Whether to bring Hangfire's schema to its version; workers may not.</param>
    public static PostgreSqlStorage Open(string connectionString, bool prepares)
    {
        var options = new PostgreSqlStorageOptions
        {
            PrepareSchemaIfNecessary = prepares,

            // One connection of a worker listens, and not one for each of its threads; jobs are announced by whoever enqueues.
            EnableLongPolling = prepares,
            QueuePollInterval = TimeSpan.FromSeconds(1),

            // As long as a worker's lease. A job that is fetched twice claims nothing, so a server that pauses does no harm.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = WorkerStore.Lease,
            JobExpirationCheckInterval = TimeSpan.FromMinutes(5),
        };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(connectionString, options), options) { JobExpirationTimeout = KeepJobs };
    }
}
