using FsCheck;
using FsCheck.Fluent;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

public sealed class RunPropertyTests
{
    private static readonly TaskState[] Outcomes = [TaskState.Success, TaskState.Failed, TaskState.Skipped];
    private static readonly TriggerRule[] Rules = Enum.GetValues<TriggerRule>();

    /// <remarks>A failure prints the seed; the same seed gives the same graph, outcomes and order.</remarks>
    [Fact]
    public void RunToEnd_RandomRuns_EndAsTheReferenceSays() => ForAnySeed(seed =>
    {
        var random = new Random(seed);
        var (graph, outcomes) = RandomRun(random, Rules);
        var run = new RunSimulator(graph, outcomes);

        run.RunToEnd(random.Next);

        Check(graph, outcomes, run);
    });

    /// <remarks>
    /// A rule that does not wait only changes when a task starts.
    /// </remarks>
    [Fact]
    public void RunToEnd_AnyOrderOfIndependentTasks_EndsInTheSameStates() => ForAnySeed(seed =>
    {
        var random = new Random(seed);
        var (graph, outcomes) = RandomRun(random, Rules);
        var first = new RunSimulator(graph, outcomes);
        first.RunToEnd(_ => 0);

        for (var again = 0; again < 5; again++)
        {
            var other = new RunSimulator(graph, outcomes);
            other.RunToEnd(random.Next);
            other.States.ShouldBe(first.States);
            other.RunState.ShouldBe(first.RunState);
        }
    });

    /// <remarks>Every graph of one to three tasks, every rule on every task with upstreams, every outcome, every order.</remarks>
    [Fact]
    public void RunToEnd_EveryGraphOfUpToThreeTasks_EndsAsTheReferenceSays()
    {
        var runs = 0;
        foreach (var graph in SmallGraphs())
        {
            foreach (var outcomes in Combinations(graph.Tasks.Count, Outcomes))
            {
                // Two choices of at most three tasks decide the order; the third has no choice left.
                for (var choice = 0; choice < 6; choice++)
                {
                    int[] picks = [choice % 3, choice / 3, 0];
                    var at = 0;
                    var run = new RunSimulator(graph, outcomes);
                    run.RunToEnd(count => picks[at++] % count);
                    Check(graph, outcomes, run);
                    runs++;
                }
            }
        }

        // Of the eight graphs of three tasks, one has no task with upstreams, four have one and three have two.
        runs.ShouldBe(6 * (3 + (9 * (1 + 13)) + (27 * (1 + (4 * 13) + (3 * 169)))));
    }

    private static void Check(DagGraph graph, TaskState[] outcomes, RunSimulator run)
    {
        run.States.ShouldAllBe(state => state.IsTerminal());
        run.States.ShouldBe(ReferenceInterpreter.Interpret(graph, outcomes), graph.ToJson());
        run.RunState.ShouldBe(ReferenceInterpreter.RunState(graph, run.States), graph.ToJson());
        run.CheckCounters();
    }

    private static void ForAnySeed(Action<int> property) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(int.MaxValue / 2));

    private static (DagGraph Graph, TaskState[] Outcomes) RandomRun(Random random, TriggerRule[] rules)
    {
        var count = random.Next(1, 13);
        var density = random.NextDouble();
        var tasks = Enumerable.Range(0, count).Select(at => Task(
            at, rules[random.Next(rules.Length)], [.. Enumerable.Range(0, at).Where(_ => random.NextDouble() < density)]));
        return (new DagGraph([.. tasks]), [.. Enumerable.Range(0, count).Select(_ => Outcomes[random.Next(Outcomes.Length)])]);
    }

    private static IEnumerable<DagGraph> SmallGraphs()
    {
        for (var count = 1; count <= 3; count++)
        {
            var pairs = (from down in Enumerable.Range(0, count) from up in Enumerable.Range(0, down) select (up, down)).ToList();
            foreach (var edges in Combinations(pairs.Count, [false, true]))
            {
                var upstreams = Enumerable.Range(0, count).Select(down => pairs.Where((pair, at) => edges[at] && pair.down == down).Select(pair => pair.up).ToArray());
                foreach (var rules in upstreams.Aggregate(
                    (IEnumerable<DagGraph>)[new DagGraph([])],
                    (graphs, ups) => graphs.SelectMany(graph => (ups.Length == 0 ? [TriggerRule.AllSuccess] : Rules)
                        .Select(rule => new DagGraph([.. graph.Tasks, Task(graph.Tasks.Count, rule, ups)])))))
                {
                    yield return rules;
                }
            }
        }
    }

    private static IEnumerable<T[]> Combinations<T>(int length, T[] values) => length == 0
        ? [[]]
        : Combinations(length - 1, values).SelectMany(head => values.Select(value => (T[])[.. head, value]));

    private static TaskDefinition Task(int index, TriggerRule rule, int[] upstreams) =>
        new(index, $"t{index}", "task", "default", 0, Backoff.Constant(), null, rule, upstreams, []);
}
