using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Workflow.Graphs;
using Workflow.Postgres.Reads;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>A tag of a DAG.</summary>
public sealed record Tag(string Name);

/// <summary>A run as the list of DAGs shows it.</summary>
public sealed record RecentRun(
    string DagRunId, RunState State, RunType RunType, DateTime? StartDate, DateTime? EndDate, DateTime? LogicalDate);

/// <summary>A DAG.</summary>
/// <param name="IsActive">False when its file is gone.</param>
/// <param name="TimetableSummary">The schedule as people read it, such as a cron expression; null without one.</param>
/// <param name="Message">A sentence about the DAG as a whole, such as when its file was deleted.</param>
/// <param name="RecentRuns">Newest first, up to 14.</param>
public sealed record Dag(
    string DagId, string DagDisplayName, string? Description, bool IsPaused, bool IsActive, string? TimetableSummary,
    string TimetableTimezone, DateTime? NextDagrunRunAfter, IReadOnlyList<string> Owners, IReadOnlyList<Tag> Tags, string Fileloc,
    bool HasImportErrors, int? LatestVersion, DateTime LastSeenAt, string? Message, IReadOnlyList<RecentRun> RecentRuns);

/// <summary>A page of dags.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record DagCollection(IReadOnlyList<Dag> Dags, int TotalEntries);

/// <summary>Changes a DAG; the fields to take are named in update_mask.</summary>
public sealed record DagPatch(bool IsPaused);

/// <summary>A DAG with its parameters and graph.</summary>
/// <param name="IsActive">False when its file is gone.</param>
/// <param name="TimetableSummary">The schedule as people read it, such as a cron expression; null without one.</param>
/// <param name="Message">A sentence about the DAG as a whole, such as when its file was deleted.</param>
/// <param name="RecentRuns">Newest first, up to 14.</param>
/// <param name="Params">What a run may be given, in the order of definition.</param>
/// <param name="Graph">The tasks of the current version.</param>
/// <param name="StartDate">The first instant at which a run may be due; null for no bound.</param>
/// <param name="EndDate">The last.</param>
/// <param name="Catchup">Whether times that were missed get their runs later.</param>
/// <param name="ScheduleError">Why the schedule gives no next time; null when it gives one.</param>
/// <param name="Limits">What holds for runs as a whole; null while there is no version.</param>
public sealed record DagDetails(
    string DagId, string DagDisplayName, string? Description, bool IsPaused, bool IsActive, string? TimetableSummary,
    string TimetableTimezone, DateTime? NextDagrunRunAfter, IReadOnlyList<string> Owners, IReadOnlyList<Tag> Tags, string Fileloc,
    bool HasImportErrors, int? LatestVersion, DateTime LastSeenAt, string? Message, IReadOnlyList<RecentRun> RecentRuns,
    IReadOnlyList<Param> Params, Graph Graph, DateTime? StartDate, DateTime? EndDate, bool Catchup, string? ScheduleError, DagLimits? Limits)
{
    internal static DagDetails Of(
        Dag dag, IReadOnlyList<Param> parameters, Graph graph, DagDefinitionRow? definition = null, DagLimits? limits = null) => new(
        dag.DagId, dag.DagDisplayName, dag.Description, dag.IsPaused, dag.IsActive, dag.TimetableSummary, dag.TimetableTimezone,
        dag.NextDagrunRunAfter, dag.Owners, dag.Tags, dag.Fileloc, dag.HasImportErrors, dag.LatestVersion, dag.LastSeenAt, dag.Message,
        dag.RecentRuns, parameters, graph, definition?.StartDate, definition?.EndDate, definition?.Catchup ?? false, definition?.ScheduleError, limits);
}

/// <summary>What a DAG says of its runs as a whole.</summary>
/// <param name="MaxActiveRuns">How many runs may run at once, those of backfills aside.</param>
/// <param name="MaxActiveTasks">How many task instances may be under way at once over all runs; null for no limit.</param>
/// <param name="MaxActiveTasksPerRun">How many within a run; null for no limit.</param>
/// <param name="RunTimeoutSeconds">How long a run may take; null for no limit.</param>
/// <param name="Deadlines">By when a run should have ended.</param>
public sealed record DagLimits(
    int MaxActiveRuns, int? MaxActiveTasks, int? MaxActiveTasksPerRun, double? RunTimeoutSeconds, IReadOnlyList<DagDeadline> Deadlines);

/// <summary>By when a run should have ended.</summary>
/// <param name="Reference">What it counts from.</param>
/// <param name="IntervalSeconds">How long after; negative for before.</param>
/// <param name="At">The instant of a fixed one.</param>
/// <param name="Runs">For the mean duration: over how many runs.</param>
public sealed record DagDeadline(DeadlineReference Reference, double IntervalSeconds, DateTimeOffset? At, int Runs);

/// <summary>Type of a DAG parameter.</summary>
public enum ParamType
{
    /// <summary>A text.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A list of texts.</summary>
    Array,
}

/// <summary>A typed parameter of a DAG.</summary>
public sealed record Param(string Name, ParamType Type, JsonNode? Default, string? Help, bool Required, ParamSchema Schema);

/// <summary>What a parameter's value must satisfy, as JSON Schema; what does not apply is left out.</summary>
/// <param name="Title">The parameter's name.</param>
/// <param name="Description">What it means.</param>
/// <param name="Format">date or date-time, for a text that stands for one.</param>
/// <param name="Items">For a list: what each of its texts must satisfy.</param>
public sealed record ParamSchema(
    ParamType Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Format = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pattern = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<JsonNode>? Enum = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Minimum = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Maximum = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ParamItems? Items = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonNode? Default = null);

/// <summary>What each text of a list must satisfy.</summary>
public sealed record ParamItems(
    ParamType Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pattern = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<JsonNode>? Enum = null);

/// <summary>What a task does, which chooses its icon.</summary>
public enum TaskKind
{
    /// <summary>Author's code.</summary>
    Task,

    /// <summary>A SQL transform into a dataset.</summary>
    Sql,

    /// <summary>A gate.</summary>
    Gate,

    /// <summary>Training of a model.</summary>
    Train,

    /// <summary>Moving an alias.</summary>
    Promote,

    /// <summary>Chooses which of its downstreams go on.</summary>
    Branch,

    /// <summary>Says whether what follows goes on at all.</summary>
    ShortCircuit,

    /// <summary>Waits for something without a worker.</summary>
    Wait,

    /// <summary>Gives a mapped group its elements.</summary>
    Expand,
}

/// <summary>The tasks of one version of a DAG.</summary>
public sealed record Graph(IReadOnlyList<GraphTask> Tasks);

/// <summary>A task of the graph.</summary>
/// <param name="Inlets">Names of datasets read.</param>
/// <param name="Outlets">Names of datasets written.</param>
/// <param name="GroupId">The group that it is in, such as outer.inner.</param>
/// <param name="MappedBy">The task that gives it its elements when it is mapped: itself, or that which expands its group.</param>
/// <param name="Role">Work, setup or teardown.</param>
/// <param name="MaxActive">How many of its instances may be under way at once over all runs.</param>
/// <param name="MaxActivePerRun">How many within a run.</param>
/// <param name="WaitTimeoutSeconds">For a wait: how long it may last in all.</param>
public sealed record GraphTask(
    string TaskId, TaskKind Kind, string Queue, int Retries, string TriggerRule, double? TimeoutSeconds,
    IReadOnlyList<string> UpstreamTaskIds, IReadOnlyList<string> Inlets, IReadOnlyList<string> Outlets, string? GroupId, string? MappedBy,
    TaskRole Role, string Pool, int PoolSlots, int Priority, bool DependsOnPast, int? MaxActive, int? MaxActivePerRun,
    double? WaitTimeoutSeconds);

/// <summary>A page of dag versions.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record DagVersionCollection(IReadOnlyList<DagVersion> DagVersions, int TotalEntries);

/// <summary>A version of a DAG's source.</summary>
public sealed record DagVersion(int VersionNumber, string Hash, DateTime CreatedAt, bool IsCurrent, int RunCount);

/// <summary>The source of one version.</summary>
/// <param name="Shared">Files that the DAG's own file uses.</param>
public sealed record DagSource(string Content, int VersionNumber, string File, IReadOnlyList<SourceFile> Shared);

/// <summary>A source file.</summary>
public sealed record SourceFile(string File, string Content);

/// <summary>A page of import errors.</summary>
/// <param name="TotalEntries">How many there are in all, whatever the limit.</param>
public sealed record ImportErrorCollection(IReadOnlyList<ImportError> ImportErrors, int TotalEntries);

/// <summary>A file that did not become a DAG.</summary>
/// <param name="DagId">The DAG that it was before, if any.</param>
/// <param name="StackTrace">All diagnostics as text.</param>
public sealed record ImportError(
    long ImportErrorId, string Filename, string? DagId, DateTime Timestamp, string StackTrace, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>One message of the compiler or of the DAG's checks.</summary>
public sealed record Diagnostic(string File, int Line, int Column, string Code, string Message, string Severity);
