using System.Globalization;
using System.Text.RegularExpressions;
using Workflow.Graphs;

namespace Workflow.Simulation;

/// <summary>
/// How long tasks take in a simulation, as a person says it: <c>30s</c> for all, or <c>extract=2m,train=1h30m,*=30s</c>, or
/// <c>measured</c> for what they took so far, which may be one of the entries.
/// </summary>
public sealed partial class DurationSpec
{
    /// <summary>What a task takes that was never measured and is not named.</summary>
    public static readonly TimeSpan Assumed = TimeSpan.FromMinutes(1);

    private const string MeasuredWord = "measured";
    private const string Others = "*";

    private readonly Dictionary<string, TimeSpan> given = [];

    private DurationSpec()
    {
    }

    /// <summary>Whether it wants the durations of the past.</summary>
    public bool IsMeasured { get; private set; }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is wrong; the message says where, and what is right.</exception>
    public static DurationSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spec = new DurationSpec();
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (entry == MeasuredWord)
                spec.IsMeasured = true;
            else if (entry.Split('=', 2, StringSplitOptions.TrimEntries) is [var task, var duration])
                spec.Add(task, Duration(duration));
            else
                spec.Add(Others, Duration(entry));
        }

        return spec;
    }

    /// <summary>Says which name is no task of a graph, or what is left open, or null when it says how long every task takes.</summary>
    public string? Complaint(DagGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var ids = graph.Tasks.Where(task => task.Kind != TaskDefinition.ExpandKind).Select(task => task.Id).ToList();
        if (given.Keys.FirstOrDefault(name => name != Others && !ids.Contains(name)) is { } unknown)
            return $"names '{unknown}', which is no task of the DAG: {string.Join(", ", ids)}";
        return IsMeasured || given.ContainsKey(Others) || ids.TrueForAll(given.ContainsKey)
            ? null
            : $"does not say how long '{ids.First(id => !given.ContainsKey(id))}' takes: add '*=30s' for the tasks that are not named";
    }

    /// <summary>How long a task takes.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="measured">How long it took so far; null when it never succeeded.</param>
    public TaskDuration Of(string taskId, TimeSpan? measured)
    {
        if (given.TryGetValue(taskId, out var named))
            return new TaskDuration(named, DurationSource.Given);
        if (IsMeasured && measured is { } known)
            return new TaskDuration(known, DurationSource.Measured);
        return given.TryGetValue(Others, out var other)
            ? new TaskDuration(other, DurationSource.Given)
            : new TaskDuration(Assumed, DurationSource.Assumed);
    }

    private void Add(string task, TimeSpan duration)
    {
        if (!given.TryAdd(task, duration))
            throw new FormatException($"'{task}' is said twice");
    }

    private static TimeSpan Duration(string text)
    {
        var match = Text().Match(text);
        if (!match.Success)
            throw new FormatException($"'{text}' is no duration: write 90s, 2m, 1h30m or 1.5d, or 'measured'");
        var seconds = match.Groups[1].Captures.Zip(match.Groups[2].Captures).Sum(
            part => double.Parse(part.First.Value, CultureInfo.InvariantCulture) * part.Second.Value switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => 86_400,
            });
        return seconds <= TimeSpan.FromDays(3650).TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{text}' is longer than ten years");
    }

    [GeneratedRegex(@"^(?:(\d+(?:\.\d+)?)(ms|s|m|h|d))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Text();
}

/// <summary>How long a task takes in a simulation.</summary>
/// <param name="Duration">How long.</param>
/// <param name="Source">Who says so.</param>
public readonly record struct TaskDuration(TimeSpan Duration, DurationSource Source);

/// <summary>Where a duration comes from.</summary>
public enum DurationSource
{
    /// <summary>The person who simulates.</summary>
    Given,

    /// <summary>The median of the task's last successful instances.</summary>
    Measured,

    /// <summary>Nobody said and nothing was measured.</summary>
    Assumed,
}
