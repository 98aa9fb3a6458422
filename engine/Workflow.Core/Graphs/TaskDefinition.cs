namespace Workflow.Graphs;

/// <summary>A node of a DAG as everyone but its own code sees it: what scheduling needs, nothing that runs.</summary>
/// <param name="Index">Its place in the graph, from 0; every task that it waits for has a lower one.</param>
/// <param name="Id">Its id, with the ids of the groups that it is in before it: <c>group.task</c>.</param>
/// <param name="Kind"><c>task</c>, <c>sql</c>, <c>gate</c>, <c>train</c>, <c>promote</c>, <c>branch</c>, <c>short_circuit</c>, <c>wait</c>
/// or <c>expand</c>.</param>
/// <param name="Queue">The queue that workers subscribe to.</param>
/// <param name="Retries">How often a failure is tried again.</param>
/// <param name="Backoff">The waits between.</param>
/// <param name="Timeout">The limit of one attempt, if any.</param>
/// <param name="TriggerRule">When it runs.</param>
/// <param name="Upstreams">The indexes of its direct upstreams, ascending.</param>
/// <param name="Outlets">Datasets and models that it writes, as far as the definition says.</param>
/// <remarks>What is not a parameter has a default, so that a graph that was stored before it existed still reads.</remarks>
public sealed record TaskDefinition(
    int Index, string Id, string Kind, string Queue, int Retries, Backoff Backoff, TimeSpan? Timeout, TriggerRule TriggerRule,
    IReadOnlyList<int> Upstreams, IReadOnlyList<string> Outlets)
{
    /// <summary>The pool that every task is in unless it says otherwise. It has no limit until somebody sets one.</summary>
    public const string DefaultPool = "default_pool";

    /// <summary>The kind of the node that expands a mapped group: nobody executes it, the step that decides it does all.</summary>
    public const string ExpandKind = "expand";

    /// <summary>Work, setup or teardown.</summary>
    public TaskRole Role { get; init; }

    /// <summary>For a teardown: whether its failure makes the run fail.</summary>
    public bool FailsRun { get; init; }

    /// <summary>
    /// What must succeed before it runs, whatever its rule: the setups in whose scope it lies, the node that expands its group, the lists
    /// that it is mapped over. For a teardown, the setups that it belongs to.
    /// </summary>
    public IReadOnlyList<int> Setups { get; init; } = [];

    /// <summary>The branches and short circuits that may decide against it.</summary>
    public IReadOnlyList<int> Deciders { get; init; } = [];

    /// <summary>The node that gives it its elements when it is mapped: itself, or the node of its mapped group.</summary>
    public int? MapRoot { get; init; }

    /// <summary>For a node that expands: the tasks whose outputs it is mapped over.</summary>
    public IReadOnlyList<int> MapSources { get; init; } = [];

    /// <summary>For a node that expands over several lists: whether they go in step rather than every item with every other.</summary>
    public bool IsZipped { get; init; }

    /// <summary>The group that it is in, such as <c>outer.inner</c>; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>The pool that its attempts take slots of.</summary>
    public string Pool { get; init; } = DefaultPool;

    /// <summary>How many slots an attempt takes.</summary>
    public int PoolSlots { get; init; } = 1;

    /// <summary>Where slots are scarce, the higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>How many of its instances may be under way at once, over all runs.</summary>
    public int? MaxActive { get; init; }

    /// <summary>How many of its instances may be under way at once within a run.</summary>
    public int? MaxActivePerRun { get; init; }

    /// <summary>Whether it waits for the same task of the run before to succeed or be skipped.</summary>
    public bool DependsOnPast { get; init; }

    /// <summary>For a wait: how long it may last in all, over attempts and retries.</summary>
    public TimeSpan? WaitTimeout { get; init; }

    /// <summary>After which ends the author's code wants to be called.</summary>
    public IReadOnlyList<CallbackKind> Callbacks { get; init; } = [];

    /// <summary>The line of the file at which it is defined, for messages; 0 when unknown.</summary>
    public int Line { get; init; }

    /// <summary>Whether an attempt runs in a process of its own.</summary>
    public bool Isolated { get; init; }

    /// <summary>The limit of one attempt after which its process is ended, if any.</summary>
    public TimeSpan? HardTimeout { get; init; }

    /// <summary>How many bytes of memory the process of an attempt may take, if there is a limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Whether the types that it takes or gives say that it reads or writes datasets or models; null when they do not.</summary>
    public bool? UsesData { get; init; }

    /// <summary>Whether it has elements.</summary>
    public bool IsMapped => MapRoot is not null && Kind != ExpandKind;

    /// <summary>Whether it gives elements to itself or to its group.</summary>
    public bool Expands => MapRoot == Index;
}

/// <summary>What a task is for.</summary>
public enum TaskRole
{
    /// <summary>The work itself.</summary>
    Work,

    /// <summary>Makes what the tasks in its scope need.</summary>
    Setup,

    /// <summary>Takes down what a setup made, whatever became of the work.</summary>
    Teardown,
}

/// <summary>The ends of an attempt that author's code may be called after.</summary>
public enum CallbackKind
{
    /// <summary>The task succeeded.</summary>
    Success,

    /// <summary>The task failed for good.</summary>
    Failure,

    /// <summary>An attempt failed and there will be another.</summary>
    Retry,

    /// <summary>The task was skipped.</summary>
    Skipped,

    /// <summary>The run was not finished at its deadline.</summary>
    Deadline,
}
