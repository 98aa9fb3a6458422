using Workflow.Core.Tests.Runs.Histories;
using Workflow.Graphs;

namespace Workflow.Core.Tests.Graphs;

/// <summary>What a graph says of setups and deciders, held against their words over random definitions.</summary>
public sealed class GraphAssemblyTests
{
    private const int Seeds = 2000;

    [Fact]
    public void From_AnyDefinition_JoinsTasksWithTheSetupsAndDecidersOfTheirWords()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var graph = RandomDag.Graph(seed);
            foreach (var task in graph.Tasks)
            {
                var (setups, deciders) = (Setups(graph, task), Deciders(graph, task));
                if (!task.Setups.SequenceEqual(setups) || !task.Deciders.SequenceEqual(deciders))
                {
                    Assert.Fail(
                        $"seed {seed}: {task.Id} has setups {string.Join(',', task.Setups)}, deciders {string.Join(',', task.Deciders)}, and not "
                        + $"{string.Join(',', setups)}, {string.Join(',', deciders)}{Environment.NewLine}{Agreement.Describe(graph)}");
                }
            }
        }
    }

    [Fact]
    public void From_AnyDefinition_PutsEveryTaskAfterAllThatItWaitsFor()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            foreach (var task in RandomDag.Graph(seed).Tasks)
            {
                if (task.Upstreams.Concat(task.Setups).Concat(task.Deciders).Concat(task.MapSources).Any(other => other >= task.Index))
                    Assert.Fail($"seed {seed}: {task.Id} stands before what it waits for");
            }
        }
    }

    /// <summary>What a teardown belongs to is its own to say; for all others the words tell.</summary>
    private static List<int> Setups(DagGraph graph, TaskDefinition task)
    {
        var given = task.MapRoot is { } root && root != task.Index ? [root] : task.MapSources;
        if (task.Role == TaskRole.Teardown)
            return [.. task.Setups];
        return [.. Guards(graph, task, graph.Tasks.Where(setup => setup.Role == TaskRole.Setup), InScope).Concat(given).Distinct().Order()];

        bool InScope(TaskDefinition setup, TaskDefinition other)
        {
            var teardowns = graph.Tasks.Where(teardown => teardown.Role == TaskRole.Teardown && teardown.Setups.Contains(setup.Index))
                .ToList();
            return other.Role != TaskRole.Teardown && Follows(graph, other, setup)
                && (teardowns.Count == 0 || teardowns.Exists(teardown => Follows(graph, teardown, other)));
        }
    }

    private static List<int> Deciders(DagGraph graph, TaskDefinition task)
    {
        return [.. Guards(graph, task, graph.Tasks.Where(decider => decider.Kind is "branch" or "short_circuit"), Decides)];

        // Whether a short circuit stops all is not in the graph, but in what it has joined: all that follows, or the next ones.
        bool Decides(TaskDefinition decider, TaskDefinition other) => other.Role != TaskRole.Teardown
            && (other.Upstreams.Contains(decider.Index) || (StopsAll(decider) && Follows(graph, other, decider)));

        bool StopsAll(TaskDefinition decider) => decider.Kind == "short_circuit" && graph.Tasks.Any(other =>
            other.Deciders.Contains(decider.Index) && !Reached(graph, decider, other));
    }

    /// <summary>Whether a decider's next ones are reached: directly, or as the group that holds one.</summary>
    private static bool Reached(DagGraph graph, TaskDefinition decider, TaskDefinition other) => other.Upstreams.Contains(decider.Index)
        || graph.Tasks.Any(member => member.MapRoot == other.Index && member.Upstreams.Contains(decider.Index));

    /// <summary>The guards of a task. One outside a mapped group guards the group as a whole, not its tasks.</summary>
    private static IEnumerable<int> Guards(
        DagGraph graph, TaskDefinition task, IEnumerable<TaskDefinition> guards, Func<TaskDefinition, TaskDefinition, bool> reaches) =>
        guards.Where(guard => guard.Index != task.Index
            && graph.Tasks.Any(other => Target(guard, other) == task.Index && reaches(guard, other)))
            .Select(guard => guard.Index).Order();

    private static int Target(TaskDefinition guard, TaskDefinition task) =>
        task.MapRoot is { } root && root != task.Index && guard.MapRoot != root ? root : task.Index;

    private static bool Follows(DagGraph graph, TaskDefinition task, TaskDefinition from) =>
        graph.Descendants(from.Index).Contains(task.Index);
}
