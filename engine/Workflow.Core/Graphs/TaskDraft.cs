namespace Workflow.Graphs;

/// <summary>A task while its DAG is being defined.</summary>
internal sealed class TaskDraft(string id, TaskSpec spec, IReadOnlyList<InputDraft> inputs, Type? output)
{
    private static readonly Type[] Data =
        [typeof(DatasetVersion), typeof(DatasetSnapshot), typeof(DatasetInput), typeof(ModelVersion), typeof(Predictions)];

    public string Id { get; } = id;

    public TaskSpec Spec { get; } = spec;

    public IReadOnlyList<InputDraft> Inputs { get; } = inputs;

    public Type? Output { get; } = output;

    public List<TaskDraft> Upstreams { get; } = [];

    public int Line { get; init; }

    public GroupDraft? Group { get; init; }

    /// <summary>The tasks whose lists it is mapped over; empty when it is not mapped by itself.</summary>
    public IReadOnlyList<TaskDraft> MapSources { get; init; } = [];

    public bool IsZipped { get; init; }

    public string Queue { get; set; } = "default";

    public int Retries { get; set; }

    public Backoff Backoff { get; set; } = Backoff.Constant();

    public List<RetryRule> RetryRules { get; } = [];

    public TimeSpan? Timeout { get; set; }

    public TimeSpan? WaitTimeout { get; set; }

    public TriggerRule TriggerRule { get; set; } = TriggerRule.AllSuccess;

    public TaskRole Role { get; set; }

    public bool FailsRun { get; set; }

    /// <summary>For a teardown: the setups that it belongs to.</summary>
    public List<TaskDraft> TearsDown { get; } = [];

    public string Pool { get; set; } = TaskDefinition.DefaultPool;

    public int PoolSlots { get; set; } = 1;

    public int Priority { get; set; }

    public int? MaxActive { get; set; }

    public int? MaxActivePerRun { get; set; }

    public bool DependsOnPast { get; set; }

    public Dictionary<CallbackKind, Func<CallbackContext, Task>> Callbacks { get; } = [];

    public bool? Isolated { get; set; }

    public TimeSpan? HardTimeout { get; set; }

    public long? MemoryLimit { get; set; }

    /// <summary>The mapped group that it is in; null for none.</summary>
    public TaskDraft? Expander => Group?.Expander;

    public bool IsMappedByItself => MapSources.Count > 0 && Spec is not ExpandSpec;

    /// <summary>Whether it takes or gives data. A wait only names what it waits for, and an expansion only counts it.</summary>
    public bool UsesData => Spec is not (WaitSpec or ExpandSpec) && (IsData(Output) || Inputs.Any(input => IsData(input.Type)));

    private static bool IsData(Type? type) =>
        type is not null && (Data.Contains(type) || IsData(type.GetElementType()) || type.GenericTypeArguments.Any(IsData));
}

/// <summary>An output that a task takes, while its DAG is being defined.</summary>
/// <param name="From">The task that gives it; for an item of a list, the task that gives the list.</param>
/// <param name="Type">The type that the body takes.</param>
/// <param name="Kind">What part of the output it takes.</param>
/// <param name="Place">For an item: of which of the lists that are mapped over.</param>
internal sealed record InputDraft(TaskDraft From, Type Type, InputKind Kind, int Place = 0);

/// <summary>A group of tasks while its DAG is being defined.</summary>
/// <param name="Path">Its id with those of the groups around it before it.</param>
/// <param name="Outer">The group around it.</param>
/// <param name="Expander">The node that expands it, or the mapped group around it; null when neither is mapped.</param>
internal sealed record GroupDraft(string Path, GroupDraft? Outer, TaskDraft? Expander);
