using Microsoft.Extensions.Logging;

namespace Workflow.Worker;

/// <summary>The worker's log events, 3000 to 3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Worker {Name} has id {WorkerId}: {Slots} slots, queues {Queues}")]
    public static partial void Registered(this ILogger logger, string name, long workerId, int slots, string queues);

    [LoggerMessage(3001, LogLevel.Warning, "The step failed and is tried again: {Reason}")]
    public static partial void StepFailed(this ILogger logger, string reason);

    [LoggerMessage(3002, LogLevel.Error, "Completing attempt {Attempt} of task {TaskIndex} in run {RunId} was refused: {Reason}")]
    public static partial void CompletionRefused(this ILogger logger, long runId, int taskIndex, int attempt, string reason);

    [LoggerMessage(3003, LogLevel.Warning,
        "Attempt {Attempt} of task {TaskIndex} in run {RunId} had lost its lease; what it did is discarded")]
    public static partial void LostLease(this ILogger logger, long runId, int taskIndex, int attempt);

    [LoggerMessage(3004, LogLevel.Warning, "The heartbeat failed: {Reason}")]
    public static partial void HeartbeatFailed(this ILogger logger, string reason);

    [LoggerMessage(3005, LogLevel.Error,
        "Worker {WorkerId} was declared dead; its {Running} running tasks are stopped and it registers anew")]
    public static partial void DeclaredDead(this ILogger logger, long workerId, int running);

    [LoggerMessage(3006, LogLevel.Information, "Stopping: {Running} tasks may go on for {Limit}")]
    public static partial void Draining(this ILogger logger, int running, TimeSpan limit);

    [LoggerMessage(3007, LogLevel.Warning, "Task logs could not be written and are kept: {Reason}")]
    public static partial void LogFlushFailed(this ILogger logger, string reason);

    [LoggerMessage(3008, LogLevel.Warning, "A task ignored its cancellation; its slot is lost, {Left} are left")]
    public static partial void SlotLost(this ILogger logger, int left);

    [LoggerMessage(3009, LogLevel.Information, "Took up {Count} tasks that were claimed in a step whose answer was lost")]
    public static partial void Adopted(this ILogger logger, int count);

    [LoggerMessage(3010, LogLevel.Warning, "A task waits for the database before it can begin: {Reason}")]
    public static partial void PreparationWaits(this ILogger logger, string reason);

    [LoggerMessage(3011, LogLevel.Error, "{Count} lines of task logs could not be written and are lost")]
    public static partial void LogLinesLost(this ILogger logger, Exception exception, int count);

    [LoggerMessage(3012, LogLevel.Warning, "The end of worker {WorkerId} could not be reported, its lease runs out instead: {Reason}")]
    public static partial void StopNotReported(this ILogger logger, long workerId, string reason);

    [LoggerMessage(3013, LogLevel.Warning, "Callbacks wait for the database: {Reason}")]
    public static partial void CallbacksWait(this ILogger logger, string reason);

    [LoggerMessage(3014, LogLevel.Warning, "The {Kind} callback of run {RunKey} of DAG {DagId} failed, call {Tries}: {Error}")]
    public static partial void CallbackFailed(this ILogger logger, string runKey, string dagId, string kind, int tries, string error);

    [LoggerMessage(3015, LogLevel.Warning,
        "Run {RunKey} of DAG {DagId} was stored by a newer engine; its tasks are left to workers of that build")]
    public static partial void NewerEngine(this ILogger logger, string runKey, string dagId);

    [LoggerMessage(3020, LogLevel.Warning, "The worker waits for the database before it can register: {Reason}")]
    public static partial void RegistrationFailed(this ILogger logger, string reason);
}
