using Workflow.Graphs;

namespace Workflow;

/// <summary>A task within a DAG that is being defined. Passing it to another task makes the dependency.</summary>
public class TaskHandle
{
    internal TaskHandle(DagBuilder dag, TaskDraft draft)
    {
        Dag = dag;
        Draft = draft;
    }

    /// <summary>The task's id, with those of the groups that it is in before it.</summary>
    public string Id => Draft.Id;

    internal DagBuilder Dag { get; }

    internal TaskDraft Draft { get; }

    /// <summary>The input that a task makes of it by taking it.</summary>
    internal virtual InputDraft Input() => throw new DagDefinitionException($"Task '{Id}' has no output to take.");
}

/// <summary>Something that gives a value of type <typeparamref name="T"/>: a task that gives an array also gives a list.</summary>
/// <typeparam name="T">The value.</typeparam>
public interface ITaskHandle<out T>
{
    /// <summary>The task.</summary>
    TaskHandle Task { get; }
}

/// <summary>
/// A task whose output is of type <typeparamref name="T"/>. A task that takes it gets the value; a wrong type does not compile.
/// </summary>
/// <typeparam name="T">The output: small, and written as JSON. Large data is a dataset.</typeparam>
public class TaskHandle<T> : TaskHandle, ITaskHandle<T>
{
    internal TaskHandle(DagBuilder dag, TaskDraft draft)
        : base(dag, draft)
    {
    }

    /// <inheritdoc />
    public TaskHandle Task => this;

    internal override InputDraft Input() => new(Draft, typeof(T), InputKind.Value);
}

/// <summary>A mapped task: to others it is the list of what its elements gave, in order, without those that were skipped.</summary>
/// <typeparam name="T">The output of one element.</typeparam>
public sealed class MapHandle<T> : TaskHandle<IReadOnlyList<T>>
{
    internal MapHandle(DagBuilder dag, TaskDraft draft)
        : base(dag, draft)
    {
    }

    internal override InputDraft Input() => new(Draft, typeof(IReadOnlyList<T>), InputKind.Gathered);
}

/// <summary>Within a mapped group: the item of the list that one element of the group is for.</summary>
/// <typeparam name="T">The item.</typeparam>
public sealed class ItemHandle<T> : TaskHandle<T>
{
    private readonly TaskDraft source;

    internal ItemHandle(DagBuilder dag, TaskDraft expander, TaskDraft source)
        : base(dag, expander) => this.source = source;

    internal override InputDraft Input() => new(source, typeof(T), InputKind.Item);
}

/// <summary>A gate: it hands its subject on unchanged when it passes. Only what went through a gate can be promoted.</summary>
/// <typeparam name="T">The subject.</typeparam>
public sealed class GateHandle<T> : TaskHandle<T>
{
    internal GateHandle(DagBuilder dag, TaskDraft draft)
        : base(dag, draft)
    {
    }
}

/// <summary>A group of tasks: it names and folds them, and can be waited for, and made to wait, as a whole.</summary>
public sealed class TaskGroup
{
    private readonly IReadOnlyList<TaskDraft> roots;

    internal TaskGroup(DagBuilder dag, string path, TaskDraft? expander, IReadOnlyList<TaskDraft> members)
    {
        Dag = dag;
        Path = path;
        Leaves = [.. members.Where(member => !members.Any(other => other.Upstreams.Contains(member)))];
        roots = expander is not null ? [expander] : [.. members.Where(member => !member.Upstreams.Any(members.Contains))];
    }

    /// <summary>Its id, with those of the groups around it before it.</summary>
    public string Path { get; }

    internal DagBuilder Dag { get; }

    internal IReadOnlyList<TaskDraft> Leaves { get; }

    /// <summary>Makes all of the group wait for other tasks.</summary>
    public TaskGroup After(params TaskHandle[] upstreams)
    {
        foreach (var upstream in upstreams)
        {
            foreach (var root in roots)
                Dag.Connect(upstream, new TaskHandle(Dag, root));
        }

        return this;
    }
}
