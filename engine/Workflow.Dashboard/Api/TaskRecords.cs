using System.Text.Json;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>A task of a run.</summary>
/// <param name="MapIndex">-1 when the task is not mapped, and for a mapped task as a whole.</param>
/// <param name="Mapped">For a mapped task as a whole: how many elements it has; null until it is expanded.</param>
/// <param name="MappedStates">For a mapped task as a whole: how many of its elements are in which state.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Hostname">Name of the worker.</param>
/// <param name="NextTryAt">When it is tried again, if it waits for that.</param>
/// <param name="Message">Why it failed, was skipped or waits, in the engine's own words.</param>
public sealed record TaskInstance(
    string TaskId, int MapIndex, TaskState State, int TryNumber, int MaxTries, string Queue, DateTime? StartDate, DateTime? EndDate,
    double? Duration, string? Hostname, DateTime? NextTryAt, string? Message, TaskKind Kind, int? Mapped,
    IReadOnlyDictionary<string, int>? MappedStates);

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

    /// <summary>It waits for something and was to look again.</summary>
    Deferred,
}

/// <summary>One attempt of a task instance.</summary>
/// <param name="Duration">Seconds.</param>
/// <param name="Hostname">Name of the worker.</param>
public sealed record TaskTry(
    int TryNumber, TryState State, DateTime? StartDate, DateTime? EndDate, double? Duration, string? Hostname, string? Message);

/// <summary>One attempt of a task instance with what went in and out.</summary>
/// <param name="Duration">Seconds.</param>
/// <param name="Hostname">Name of the worker.</param>
/// <param name="Inputs">What the tasks before it had handed on when it began; of many, the first 100.</param>
/// <param name="Output">What it handed on; null for nothing.</param>
public sealed record TaskTryDetails(
    int TryNumber, TryState State, DateTime? StartDate, DateTime? EndDate, double? Duration, string? Hostname, string? Message,
    IReadOnlyList<TaskInput> Inputs, JsonElement? Output);

/// <summary>What another task had handed on.</summary>
/// <param name="MapIndex">-1 when that task is not mapped.</param>
/// <param name="TryNumber">The attempt of that task which gave it.</param>
public sealed record TaskInput(string TaskId, int MapIndex, int TryNumber, JsonElement Value);

/// <summary>Why a task instance does not run.</summary>
/// <param name="Message">The reason in a sentence; null for one that runs or succeeded.</param>
/// <param name="Dependencies">The reason in Airflow's form; empty when nothing keeps it from running.</param>
/// <param name="Awaited">What it waits for, and what has become of that.</param>
public sealed record TaskDependencies(
    string TaskId, int MapIndex, TaskState? State, string? Message, IReadOnlyList<TaskDependency> Dependencies,
    IReadOnlyList<AwaitedTask> Awaited);

/// <summary>Something that keeps a task from running.</summary>
public sealed record TaskDependency(string Name, string Reason);

/// <summary>A task that another waits for.</summary>
/// <param name="Kinds">What it is to the other: upstream, setup, decider.</param>
public sealed record AwaitedTask(string TaskId, int MapIndex, IReadOnlyList<string> Kinds, TaskState State);

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
