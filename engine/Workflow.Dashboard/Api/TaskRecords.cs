using System.Text.Json;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>A task of a run.</summary>
/// <param name="MapIndex">-1 when the task is not mapped.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Hostname">Name of the worker.</param>
/// <param name="NextTryAt">When it is tried again, if it waits for that.</param>
/// <param name="Message">Why it failed, was skipped or waits.</param>
public sealed record TaskInstance(
    string TaskId, int MapIndex, TaskState State, int TryNumber, int MaxTries, string Queue, DateTime? StartDate, DateTime? EndDate,
    double? Duration, string? Hostname, DateTime? NextTryAt, string? Message, TaskKind Kind);

/// <summary>A page of task instances.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record TaskInstanceCollection(IReadOnlyList<TaskInstance> TaskInstances, int TotalEntries);

/// <summary>State of one attempt; a lost attempt's worker stopped answering.</summary>
public enum TryState
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It succeeded.</summary>
    Success,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It failed and is tried again.</summary>
    UpForRetry,

    /// <summary>It had nothing to do.</summary>
    Skipped,

    /// <summary>Its run was cancelled.</summary>
    Cancelled,

    /// <summary>Its worker stopped answering.</summary>
    Lost,
}

/// <summary>One attempt of a task instance.</summary>
/// <param name="Duration">Seconds.</param>
/// <param name="Hostname">Name of the worker.</param>
public sealed record TaskTry(
    int TryNumber, TryState State, DateTime? StartDate, DateTime? EndDate, double? Duration, string? Hostname, string? Message);

/// <summary>A page of tries.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record TaskTryCollection(IReadOnlyList<TaskTry> Tries, int TotalEntries);

/// <summary>A line of a log.</summary>
public sealed record LogLine(long Seq, DateTime Time, TaskLogLevel Level, string Text);

/// <summary>Lines of an attempt's log.</summary>
/// <param name="Next">Pass as after to get what follows.</param>
/// <param name="Complete">No more lines will come.</param>
public sealed record LogPage(IReadOnlyList<LogLine> Lines, long Next, bool Complete);

/// <summary>A value that a task handed on.</summary>
public sealed record XComEntry(string Key, JsonElement Value);

/// <summary>A page of xcom entries.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record XComCollection(IReadOnlyList<XComEntry> XcomEntries, int TotalEntries);
