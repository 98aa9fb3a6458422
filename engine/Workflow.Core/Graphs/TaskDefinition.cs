using System.Text.Json.Serialization;

namespace Workflow.Graphs;

/// <summary>A node of a DAG as everyone but its own code sees it: what scheduling needs, nothing that runs.</summary>
/// <param name="Index">Its place in the graph, from 0; every upstream has a lower one.</param>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>task</c>, <c>sql</c>, <c>gate</c>, <c>train</c> or <c>promote</c>.</param>
/// <param name="Queue">The queue that workers subscribe to.</param>
/// <param name="Retries">How often a failure is tried again.</param>
/// <param name="Backoff">The waits between.</param>
/// <param name="Timeout">The limit of one attempt, if any.</param>
/// <param name="TriggerRule">When it runs.</param>
/// <param name="Upstreams">The indexes of its direct upstreams, ascending.</param>
/// <param name="Outlets">Datasets and models that it writes, as far as the definition says.</param>
public sealed record TaskDefinition(
    int Index, string Id, string Kind, string Queue, int Retries, Backoff Backoff, TimeSpan? Timeout, TriggerRule TriggerRule,
    IReadOnlyList<int> Upstreams, IReadOnlyList<string> Outlets)
{
    // Absent when they have their defaults, so that graphs stored before there was isolation read and hash as they did.

    /// <summary>Whether an attempt runs in a process of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Isolated { get; init; }

    /// <summary>The limit of one attempt after which its process is ended, if any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan? HardTimeout { get; init; }

    /// <summary>How many bytes of memory the process of an attempt may take, if there is a limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long? MemoryLimit { get; init; }
}
