namespace Workflow.Graphs;

/// <summary>A task while its DAG is being defined.</summary>
internal sealed class TaskDraft(string id, TaskSpec spec, IReadOnlyList<TaskDraft> inputs, Type? output)
{
    public string Id { get; } = id;

    public TaskSpec Spec { get; } = spec;

    public IReadOnlyList<TaskDraft> Inputs { get; } = inputs;

    public Type? Output { get; } = output;

    public List<TaskDraft> Upstreams { get; } = [];

    public string Queue { get; set; } = "default";

    public int Retries { get; set; }

    public Backoff Backoff { get; set; } = Backoff.Constant();

    public TimeSpan? Timeout { get; set; }

    public TriggerRule TriggerRule { get; set; } = TriggerRule.AllSuccess;

    public bool? Isolated { get; set; }

    public TimeSpan? HardTimeout { get; set; }

    public long? MemoryLimit { get; set; }
}
