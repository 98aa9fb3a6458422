using System.Runtime.CompilerServices;
using Workflow.Graphs;

namespace Workflow;

/// <content>
/// Tasks that run once for each item of a list that is known only when another task gave it. To what follows, a mapped task is one upstream
/// that hands on the list of its elements' outputs.
/// </content>
public sealed partial class DagBuilder
{
    /// <summary>A task for each item of a list.</summary>
    public TaskHandle Map<TItem>(
        string taskId, ITaskHandle<IReadOnlyList<TItem>> items, Func<TaskContext, TItem, Task> body, [CallerLineNumber] int line = 0) =>
        new(this, MapDraft(taskId, [(items.Task, typeof(TItem))], [], Plain((context, inputs) => body(context, (TItem)inputs[0]!)), line));

    /// <summary>A task with an output for each item of a list.</summary>
    public MapHandle<TOut> Map<TItem, TOut>(
        string taskId, ITaskHandle<IReadOnlyList<TItem>> items, Func<TaskContext, TItem, Task<TOut>> body,
        [CallerLineNumber] int line = 0) =>
        new(this,
            MapDraft(taskId, [(items.Task, typeof(TItem))], [], Plain((context, inputs) => body(context, (TItem)inputs[0]!)), line,
                typeof(TOut)));

    /// <summary>A task with an output for each item of one list with each of another: the last list goes round fastest.</summary>
    public MapHandle<TOut> Map<T1, T2, TOut>(
        string taskId, ITaskHandle<IReadOnlyList<T1>> first, ITaskHandle<IReadOnlyList<T2>> second,
        Func<TaskContext, T1, T2, Task<TOut>> body,
        [CallerLineNumber] int line = 0) =>
        new(this, MapDraft(
            taskId, [(first.Task, typeof(T1)), (second.Task, typeof(T2))], [],
            Plain((context, inputs) => body(context, (T1)inputs[0]!, (T2)inputs[1]!)), line, typeof(TOut)));

    /// <summary>
    /// A task with an output for each pair of items at the same place of two lists; what the longer list has more is left out.
    /// </summary>
    public MapHandle<TOut> MapZipped<T1, T2, TOut>(
        string taskId, ITaskHandle<IReadOnlyList<T1>> first, ITaskHandle<IReadOnlyList<T2>> second,
        Func<TaskContext, T1, T2, Task<TOut>> body,
        [CallerLineNumber] int line = 0) =>
        new(this, MapDraft(
            taskId, [(first.Task, typeof(T1)), (second.Task, typeof(T2))], [],
            Plain((context, inputs) => body(context, (T1)inputs[0]!, (T2)inputs[1]!)), line, typeof(TOut), isZipped: true));

    /// <summary>A task with an output for each item of a list, each of which also takes one and the same value.</summary>
    public MapHandle<TOut> MapWith<TItem, TShared, TOut>(
        string taskId, ITaskHandle<IReadOnlyList<TItem>> items, TaskHandle<TShared> shared,
        Func<TaskContext, TItem, TShared, Task<TOut>> body,
        [CallerLineNumber] int line = 0) =>
        new(this, MapDraft(
            taskId, [(items.Task, typeof(TItem))], [shared],
            Plain((context, inputs) => body(context, (TItem)inputs[0]!, (TShared)inputs[1]!)),
            line, typeof(TOut)));

    /// <summary>
    /// A group of tasks for each item of a list. Element i of a task within it waits for element i of the others only; what the group takes
    /// from outside, all of it waits for.
    /// </summary>
    /// <param name="groupId">The group's id.</param>
    /// <param name="items">The task that gives the list.</param>
    /// <param name="define">Defines the group's tasks for an item, and returns the one whose outputs the group hands on as a list.</param>
    /// <param name="line">Given by the compiler: where messages say that the group is.</param>
    public MapHandle<TOut> MapGroup<TItem, TOut>(
        string groupId, ITaskHandle<IReadOnlyList<TItem>> items, Func<ItemHandle<TItem>, TaskHandle<TOut>> define,
        [CallerLineNumber] int line = 0)
    {
        if (group?.Expander is not null)
            throw new DagDefinitionException(
                $"Group '{groupId}' is mapped within the mapped group '{group.Path}': map over the product of both lists instead.");
        var source = items.Task;
        var expander = Draft(groupId, [], [source], new ExpandSpec(), line, null, [source.Draft]);
        var last = InGroup(groupId, expander, () => define(new ItemHandle<TItem>(this, expander, source.Draft)));
        return last.Result.Draft.Expander == expander
            ? new MapHandle<TOut>(this, last.Result.Draft)
            : throw new DagDefinitionException($"Group '{groupId}' must return one of its own tasks, got '{last.Result.Id}'.");
    }

    private TaskDraft MapDraft(
        string taskId, (TaskHandle Source, Type Item)[] lists, TaskHandle[] shared, TaskSpec spec, int line, Type? output = null,
        bool isZipped = false)
    {
        if (group?.Expander is not null)
            throw new DagDefinitionException(
                $"Task '{taskId}' is mapped within the mapped group '{group.Path}': map over the product of both lists instead.");
        InputDraft[] inputs =
        [
            .. lists.Select((list, place) => new InputDraft(list.Source.Draft, list.Item, InputKind.Item, place)),
            .. shared.Select(input => input.Input()),
        ];
        return Draft(
            taskId, inputs, [.. lists.Select(list => list.Source), .. shared], spec, line, output,
            [.. lists.Select(list => list.Source.Draft)], isZipped);
    }
}
