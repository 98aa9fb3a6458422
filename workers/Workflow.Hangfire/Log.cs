using Microsoft.Extensions.Logging;

namespace Workflow.Hangfire;

/// <summary>The events of the dispatch over Hangfire, 6000 to 6099.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Warning, "{Count} tasks were due without a job in Hangfire's queues; they get new ones")]
    public static partial void JobsLost(this ILogger logger, int count);

    [LoggerMessage(6001, LogLevel.Warning,
        "No scheduler has prepared this database for Hangfire; start one with Dispatch__Transport=Hangfire")]
    public static partial void NotPrepared(this ILogger logger);

    [LoggerMessage(6002, LogLevel.Warning, "Hangfire's tables cannot be read: {Reason}")]
    public static partial void DatabaseAway(this ILogger logger, string reason);
}
