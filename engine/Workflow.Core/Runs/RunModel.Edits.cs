using Workflow.Graphs;

namespace Workflow.Runs;

/// <content>What a person may do to a run: the only ways out of a terminal state.</content>
public sealed partial class RunModel
{
    /// <summary>
    /// Makes instances run again, with all of their retries; what waits for them waits again, as does what was queued because of them. One
    /// that runs is stopped first.
    /// </summary>
    /// <param name="keys">
    /// Tasks and elements. A mapped task as a whole is expanded anew, over the list as it is by then; an element runs again by itself,
    /// unless it belongs to an earlier expansion.
    /// </param>
    public void Clear(IEnumerable<(int Task, int MapIndex)> keys)
    {
        Ordered = null;
        foreach (var (task, mapIndex) in keys)
        {
            if (mapIndex != TaskKey.Whole)
                ClearElement(task, mapIndex);
            else if (Graph.Tasks[task].Expands)
                ClearExpansion(task);
            else
                ClearWhole(task);
        }

        // No attempt of these has begun: they look again, and are queued again where their rule holds all the same.
        foreach (var queued in Instances.Where(instance => instance.State == TaskState.Pending).SelectMany(Awaiting)
            .Select(edge => edge.Target).Where(target => target.State == TaskState.Queued).Distinct().ToList())
            Set(queued, TaskState.Pending, null);
        Recount();
    }

    /// <summary>Gives instances an end by hand. One that runs is stopped first; what waits for them goes on accordingly.</summary>
    /// <param name="keys">
    /// Tasks and elements; a mapped task as a whole takes its elements with it. A task of a mapped group that has none yet is left alone,
    /// since it is not known what there is to mark; so are elements of an earlier expansion.
    /// </param>
    /// <param name="end">Success, failed or skipped.</param>
    /// <param name="message">Who did so and why.</param>
    public void Mark(IEnumerable<(int Task, int MapIndex)> keys, TaskState end, string message)
    {
        foreach (var (task, mapIndex) in keys)
        {
            if (mapIndex == TaskKey.Whole)
            {
                if (Graph.Tasks[task] is { IsMapped: true, Expands: false } && wholes[task].Mapped is null)
                    continue;
                foreach (var element in Current(task))
                    Mark(element, end, message);
                Mark(wholes[task], end, message);
            }
            else if (IsCurrent(task, mapIndex))
            {
                Mark(elements[task][mapIndex], end, message);
                Reopen(wholes[task]);
            }
        }

        Recount();
    }

    /// <summary>Stops the run: see <see cref="RunStop"/>.</summary>
    public void Stop(RunStop stop)
    {
        Ordered = stop.State;
        foreach (var instance in Instances.Where(instance => !instance.State.IsTerminal()
            && Graph.Tasks[instance.Task].Role != TaskRole.Teardown))
        {
            if (instance.State != TaskState.Running)
                Move(instance, TaskState.Cancelled, stop.Message);
        }

        Recount();
    }

    private void ClearExpansion(int root)
    {
        ClearWhole(root);
        foreach (var task in Graph.Mapped(root))
        {
            foreach (var element in elements[task])
            {
                if (element.State == TaskState.Running)
                    element.Ordered = TaskState.Removed;
                else
                    Set(element, TaskState.Removed, null);
                element.IsChanged = true;
            }

            wholes[task].Mapped = null;
            Reset(wholes[task]);
        }
    }

    private void ClearWhole(int task)
    {
        ClearInstance(wholes[task]);
        foreach (var element in Current(task))
            ClearInstance(element);
    }

    private void ClearElement(int task, int mapIndex)
    {
        if (!IsCurrent(task, mapIndex))
            return;
        ClearInstance(elements[task][mapIndex]);
        Reopen(wholes[task]);
    }

    /// <summary>The elements that the task's last expansion gave it.</summary>
    private IEnumerable<TaskInstance> Current(int task) => elements[task].Take(wholes[task].Mapped ?? 0);

    private bool IsCurrent(int task, int mapIndex) => mapIndex < (wholes[task].Mapped ?? 0);

    private void ClearInstance(TaskInstance instance)
    {
        instance.IsChanged = true;
        if (instance.State == TaskState.Running)
            instance.Ordered = TaskState.Pending;
        else
            Reset(instance);
    }

    private void Reset(TaskInstance instance)
    {
        instance.Uncounted = instance.Attempt;
        instance.Lost = 0;
        instance.Unchosen = [];
        instance.Ordered = null;
        instance.Seen = default;
        Set(instance, TaskState.Pending, null);
    }

    private void Mark(TaskInstance instance, TaskState end, string message)
    {
        instance.IsChanged = true;
        if (instance.State == TaskState.Running)
            (instance.Ordered, instance.Message) = (end, message);
        else
            Set(instance, end, message);
    }

    /// <summary>The summary of a task whose element changed waits for its elements again.</summary>
    private void Reopen(TaskInstance summary) => Set(summary, TaskState.Pending, null);

    /// <summary>
    /// Carries out what was ordered while the instance ran. In a run that was stopped since, nothing but teardowns runs again.
    /// </summary>
    private void Obey(TaskInstance instance, TaskState order)
    {
        if (order == TaskState.Pending)
        {
            Reset(instance);
            if (Ordered is not null && Graph.Tasks[instance.Task].Role != TaskRole.Teardown)
                Set(instance, TaskState.Cancelled, RunStop.CancelledMessage);
        }
        else
        {
            Set(instance, order, order == TaskState.Removed ? null : instance.Message);
        }

        instance.Ordered = null;
        Recount();
    }

    /// <summary>Counts anew what every pending instance waits for, and decides what follows.</summary>
    private void Recount()
    {
        foreach (var instance in Instances.Where(instance => instance.State == TaskState.Pending))
        {
            instance.IsChanged |= instance.Seen != default;
            instance.Seen = default;
        }

        foreach (var instance in Instances.Where(instance => instance.State.IsTerminal()))
        {
            foreach (var (target, kind) in Awaiting(instance))
                Count(instance, target, kind);
        }

        DecideAll();
    }
}
