using Microsoft.Extensions.Logging;

namespace Workflow.Scheduler;

/// <summary>The scheduler's log events, 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Error, "{Service} failed and goes on at its next turn")]
    public static partial void ServiceFailed(this ILogger logger, Exception exception, string service);

    [LoggerMessage(2001, LogLevel.Warning, "{Service} waits for the database: {Reason}")]
    public static partial void DatabaseAway(this ILogger logger, string service, string reason);

    [LoggerMessage(2002, LogLevel.Information, "{Summary} {Compiled} compiled, {Stored} new versions, {Errors} import errors")]
    public static partial void Loaded(this ILogger logger, string summary, int compiled, int stored, int errors);

    [LoggerMessage(2003, LogLevel.Information, "DAG {DagId} is out of service: its file is gone")]
    public static partial void DagRemoved(this ILogger logger, string dagId);

    [LoggerMessage(2004, LogLevel.Information, "DAG {DagId} moved from {From} to {To}")]
    public static partial void DagMoved(this ILogger logger, string dagId, string from, string to);

    [LoggerMessage(2005, LogLevel.Information, "Created run {RunKey} of DAG {DagId}")]
    public static partial void RunCreated(this ILogger logger, string dagId, string runKey);

    [LoggerMessage(2006, LogLevel.Warning, "Worker {WorkerId} is dead; rescued {Count} of its attempts")]
    public static partial void Rescued(this ILogger logger, long workerId, int count);

    [LoggerMessage(2007, LogLevel.Warning, "Import error in {File}({Line},{Column}): {Code}: {Message}")]
    public static partial void ImportError(this ILogger logger, string file, int line, int column, string code, string message);

    [LoggerMessage(2008, LogLevel.Error, "Run {RunKey} of DAG {DagId} cannot be created: {Reason}")]
    public static partial void RunRefused(this ILogger logger, string dagId, string runKey, string reason);

    [LoggerMessage(2009, LogLevel.Error, "The schedule of DAG {DagId} cannot be read: {Reason}")]
    public static partial void ScheduleFailed(this ILogger logger, string dagId, string reason);

    [LoggerMessage(2010, LogLevel.Warning,
        "The DAG folder {Folder} of this scheduler is ignored: scheduler {Holder} has the say with its folder {HoldersFolder}. Give all schedulers the same files")]
    public static partial void FolderIgnored(this ILogger logger, string folder, string holder, string holdersFolder);

    [LoggerMessage(2011, LogLevel.Information,
        "Pruned by age: {Partitions} partitions of runs, {Runs} runs, the logs of {Logs} partitions, {Events} events, {Processes} processes, {Staged} staged rows, {Expired} versions of datasets")]
    public static partial void Pruned(
        this ILogger logger, int partitions, int runs, int logs, int events, int processes, int staged, int expired);

    [LoggerMessage(2012, LogLevel.Information, "Partition {Part} of old runs is in use; it is dropped at a later turn")]
    public static partial void PartitionInUse(this ILogger logger, int part);

    [LoggerMessage(2013, LogLevel.Information,
        "Deleted {Artifacts} artifacts ({Bytes} bytes) that nothing refers to, and {Staged} files that were never committed")]
    public static partial void ArtifactsPruned(this ILogger logger, int artifacts, long bytes, int staged);

    [LoggerMessage(2014, LogLevel.Information, "Moved {Artifacts} artifacts to the cold store")]
    public static partial void Cooled(this ILogger logger, int artifacts);

    [LoggerMessage(2015, LogLevel.Error, "The artifact {Sha256} cannot move to the cold store: {Reason}")]
    public static partial void CoolingFailed(this ILogger logger, string sha256, string reason);

    [LoggerMessage(2016, LogLevel.Warning, "Lineage event {Event} cannot be delivered and waits: {Reason}")]
    public static partial void LineageWaits(this ILogger logger, long @event, string reason);

    [LoggerMessage(2017, LogLevel.Error, "Lineage event {Event} was given up: {Reason}")]
    public static partial void LineageRefused(this ILogger logger, long @event, string reason);

    [LoggerMessage(2018, LogLevel.Warning, "Pruning of {Step} failed and goes on at the next turn: {Reason}")]
    public static partial void PruningFailed(this ILogger logger, string step, string reason);

    [LoggerMessage(2020, LogLevel.Information, "Backfill {BackfillId} is completed")]
    public static partial void BackfillCompleted(this ILogger logger, long backfillId);

    [LoggerMessage(2021, LogLevel.Error, "Backfill {BackfillId} was paused: its parameters no longer fit its DAG")]
    public static partial void BackfillRefused(this ILogger logger, long backfillId);

    [LoggerMessage(2022, LogLevel.Warning, "Backfill {BackfillId} waits: {Reason}")]
    public static partial void BackfillFailed(this ILogger logger, long backfillId, string reason);
}
