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
    IReadOnlyList<int> Upstreams, IReadOnlyList<string> Outlets);
