using System.Runtime.CompilerServices;
using Workflow.Graphs;

namespace Workflow;

/// <content>What decides which tasks go on, groups, and waits.</content>
public sealed partial class DagBuilder
{
    /// <summary>
    /// Chooses which of its direct downstreams go on; the others are skipped, unless they also follow from one that was chosen. Join the
    /// branches with <see cref="TriggerRule.NoneFailedMinOneSuccess"/>.
    /// </summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="choose">Gives the ids of the tasks that go on; within a group, without the group's.</param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    public TaskHandle Branch(string taskId, Func<TaskContext, Task<IReadOnlyList<string>>> choose, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [], new BranchSpec((context, _) => choose(context)), line));

    /// <inheritdoc cref="Branch(string, Func{TaskContext, Task{IReadOnlyList{string}}}, int)"/>
    public TaskHandle Branch<TIn>(
        string taskId, TaskHandle<TIn> input, Func<TaskContext, TIn, Task<IReadOnlyList<string>>> choose,
        [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [input], new BranchSpec((context, inputs) => choose(context, (TIn)inputs[0]!)), line));

    /// <summary>Lets what follows go on only if a condition holds; otherwise skips it. Teardowns run all the same.</summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="goOn">The condition.</param>
    /// <param name="all">
    /// Whether everything after it is skipped; if not, only its direct downstreams are, and trigger rules decide about the rest.
    /// </param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    public TaskHandle ShortCircuit(string taskId, Func<TaskContext, Task<bool>> goOn, bool all = true, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [], new ShortCircuitSpec((context, _) => goOn(context), all), line));

    /// <inheritdoc cref="ShortCircuit(string, Func{TaskContext, Task{bool}}, bool, int)"/>
    public TaskHandle ShortCircuit<TIn>(
        string taskId, TaskHandle<TIn> input, Func<TaskContext, TIn, Task<bool>> goOn, bool all = true, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [input], new ShortCircuitSpec((context, inputs) => goOn(context, (TIn)inputs[0]!), all), line));

    /// <summary>A group of tasks: their ids get the group's before them, and pages fold them into one.</summary>
    /// <param name="groupId">The group's id.</param>
    /// <param name="define">Defines the group's tasks, other groups included.</param>
    public TaskGroup Group(string groupId, Action define)
    {
        Identifier.Require(groupId, "group id");
        return InGroup(groupId, group?.Expander, () =>
        {
            define();
            return true;
        }).Group;
    }

    /// <summary>Waits for a time, without a worker.</summary>
    public TaskHandle WaitUntil(string taskId, Func<RunInfo, DateTimeOffset> time, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [], new WaitUntilSpec(time), line));

    /// <summary>Waits for a condition that is looked at every so often; between two looks no worker is occupied.</summary>
    public TaskHandle WaitFor(string taskId, Func<TaskContext, Task<bool>> condition, TimeSpan every, [CallerLineNumber] int line = 0)
    {
        if (every < TimeSpan.FromSeconds(1))
            throw new DagDefinitionException($"Task '{taskId}': look at a condition once a second at the most, got {every}.");
        return new(this, Draft(taskId, [], new WaitForSpec(condition, every), line));
    }

    /// <summary>Waits for a version of a dataset that was published since the run's time had come, and hands it on.</summary>
    public TaskHandle<DatasetVersion> WaitForDataset(string taskId, string dataset, [CallerLineNumber] int line = 0)
    {
        Identifier.Require(dataset, "dataset name");
        return new(this, Draft(taskId, [], new WaitForDatasetSpec(dataset), line, typeof(DatasetVersion)));
    }

    /// <summary>Waits for a run of another DAG to succeed; fails when that run failed.</summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="dagId">The other DAG.</param>
    /// <param name="logicalDate">The logical date of the run waited for; that of this run unless given.</param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    public TaskHandle WaitForRun(
        string taskId, string dagId, Func<RunInfo, DateTimeOffset>? logicalDate = null, [CallerLineNumber] int line = 0)
    {
        Identifier.Require(dagId, "DAG id");
        return new(this, Draft(taskId, [], new WaitForRunSpec(dagId, logicalDate ?? (run => run.LogicalDate ?? run.RunAfter)), line));
    }

    /// <summary>
    /// Waits for an event that something outside posts under a key since the run was created, and hands on what came with it.
    /// </summary>
    /// <param name="taskId">The task's id.</param>
    /// <param name="key">The event's key, such as <c>$"approved/{run.RunKey}"</c>.</param>
    /// <param name="line">Given by the compiler: where messages say that the task is.</param>
    public TaskHandle<System.Text.Json.Nodes.JsonNode?> WaitForEvent(
        string taskId, Func<RunInfo, string> key, [CallerLineNumber] int line = 0) =>
        new(this, Draft(taskId, [], new WaitForEventSpec(key), line, typeof(System.Text.Json.Nodes.JsonNode)));

    private (TaskGroup Group, T Result) InGroup<T>(string groupId, TaskDraft? expander, Func<T> define)
    {
        var outer = group;
        var path = outer is null ? groupId : $"{outer.Path}.{groupId}";
        if (!groupPaths.Add(path))
            throw new DagDefinitionException($"Two groups are called '{path}': give one of them another id.");
        var first = tasks.Count;
        group = new GroupDraft(path, outer, expander);
        var result = define();
        group = outer;
        if (tasks.Count == first)
            throw new DagDefinitionException($"Group '{path}' has no tasks.");
        return (new TaskGroup(this, path, expander != outer?.Expander ? expander : null, tasks[first..]), result);
    }
}
