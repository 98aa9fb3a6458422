using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workflow.Graphs;

/// <summary>What a DAG version says of its runs as a whole.</summary>
public sealed record DagSettings
{
    /// <summary>The limit of a DAG that sets none, as in Airflow.</summary>
    public const int DefaultMaxActiveRuns = 16;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>How many runs may run at once, those of backfills aside.</summary>
    public int MaxActiveRuns { get; init; } = DefaultMaxActiveRuns;

    /// <summary>How many task instances may be under way at once over all runs; null for no limit.</summary>
    public int? MaxActiveTasks { get; init; }

    /// <summary>How many task instances may be under way at once within a run; null for no limit.</summary>
    public int? MaxActiveTasksPerRun { get; init; }

    /// <summary>How long a run may take; null for no limit.</summary>
    public TimeSpan? RunTimeout { get; init; }

    /// <summary>By when a run should have ended.</summary>
    public IReadOnlyList<DeadlineDefinition> Deadlines { get; init; } = [];

    /// <summary>After which ends of a run the author's code wants to be called.</summary>
    public IReadOnlyList<CallbackKind> Callbacks { get; init; } = [];

    /// <summary>
    /// What it says of the datasets that it answers for; null for nothing, so that the hash of a DAG that says nothing stays.
    /// </summary>
    public IReadOnlyList<DatasetSettings>? Datasets { get; init; }

    /// <summary>The contracts that the DAG declares, by dataset; null for none.</summary>
    /// <remarks>Not empty for none: definitions that declare none keep the hash that they had before there were contracts.</remarks>
    public IReadOnlyList<DataContract>? Contracts { get; init; }

    /// <summary>Reads the stored form.</summary>
    public static DagSettings FromJson(string json) => JsonSerializer.Deserialize<DagSettings>(json, Json)!;

    /// <summary>The stored form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>What a deadline counts from.</summary>
public enum DeadlineReference
{
    /// <summary>The creation of the run.</summary>
    Queued,

    /// <summary>The run's logical date; a run without one has no such deadline.</summary>
    LogicalDate,

    /// <summary>One instant for all runs.</summary>
    Fixed,

    /// <summary>The run's start plus the mean duration of the last successful runs.</summary>
    AverageRuntime,
}

/// <summary>By when a run should have ended: a reference and an interval from it.</summary>
/// <param name="Reference">What it counts from.</param>
/// <param name="Interval">How long after; negative for before.</param>
/// <param name="At">The instant of a fixed one.</param>
/// <param name="Runs">For the mean duration: over how many runs. With fewer there is no deadline.</param>
public sealed record DeadlineDefinition(DeadlineReference Reference, TimeSpan Interval, DateTimeOffset? At = null, int Runs = 10)
{
    /// <summary>So long after the run was created.</summary>
    public static DeadlineDefinition AfterQueued(TimeSpan interval) => new(DeadlineReference.Queued, interval);

    /// <summary>So long after the run's logical date.</summary>
    public static DeadlineDefinition AfterLogicalDate(TimeSpan interval) => new(DeadlineReference.LogicalDate, interval);

    /// <summary>At an instant.</summary>
    public static DeadlineDefinition By(DateTimeOffset instant) => new(DeadlineReference.Fixed, TimeSpan.Zero, instant);

    /// <summary>So much longer than the mean of the last successful runs.</summary>
    public static DeadlineDefinition LongerThanAverage(TimeSpan interval, int runs = 10) =>
        new(DeadlineReference.AverageRuntime, interval, Runs: runs);

    /// <summary>The deadline of a run; null when it has none.</summary>
    /// <param name="queuedAt">When the run was created.</param>
    /// <param name="startedAt">When it started.</param>
    /// <param name="logicalDate">Its logical date.</param>
    /// <param name="durations">How long the last successful runs took.</param>
    public DateTimeOffset? Of(DateTimeOffset queuedAt, DateTimeOffset startedAt, DateTimeOffset? logicalDate,
        IReadOnlyList<TimeSpan> durations) =>
        Reference switch
        {
            DeadlineReference.Queued => queuedAt + Interval,
            DeadlineReference.LogicalDate => logicalDate + Interval,
            DeadlineReference.Fixed => At + Interval,
            DeadlineReference.AverageRuntime => durations.Count < Runs
                ? null
                : startedAt + TimeSpan.FromTicks((long)durations.Take(Runs).Average(duration => duration.Ticks)) + Interval,
            _ => throw new ArgumentOutOfRangeException(nameof(queuedAt), Reference, null),
        };
}
