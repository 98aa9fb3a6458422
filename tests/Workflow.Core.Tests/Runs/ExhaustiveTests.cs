using Workflow.Core.Tests.Runs.Histories;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>Every small graph, every outcome: the machine ends as the words of the rules say.</summary>
public sealed class ExhaustiveTests
{
    private static readonly TriggerRule[] AllRules = Enum.GetValues<TriggerRule>();

    private static readonly TriggerRule[] CommonRules =
    [
        TriggerRule.AllSuccess, TriggerRule.AllDone, TriggerRule.OneSuccess, TriggerRule.OneFailed, TriggerRule.NoneFailed,
        TriggerRule.NoneFailedMinOneSuccess,
    ];

    // The last decides against all that it may decide about.
    private static readonly TaskOutcome[] Outcomes =
    [
        new TaskOutcome.Succeeded(null), new TaskOutcome.Failed("", Retryable: false), new TaskOutcome.Skipped(""),
        new TaskOutcome.Succeeded(null, []),
    ];

    private static readonly TaskState[] Ends = [TaskState.Success, TaskState.Failed, TaskState.Skipped, TaskState.Success];

    private static readonly int[][] OrdersOfThree = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    [Fact]
    public void Run_EveryGraphOfUpToThreeTasks_EveryRuleOutcomeAndOrder()
    {
        var runs = 0;
        for (var count = 1; count <= 3; count++)
        {
            foreach (var edges in Edges(count, EdgeKind.None, EdgeKind.Upstream))
                runs += PlayAll(count, edges, AllRules, OrdersOfThree);
        }

        // Of the eight graphs of three tasks, one has no task with upstreams, four have one and three have two.
        runs.ShouldBe(6 * (3 + (9 * (1 + 13)) + (27 * (1 + (4 * 13) + (3 * 169)))));
    }

    /// <remarks>A setup or decider may be an upstream too, or not.</remarks>
    [Fact]
    public void Run_EveryGraphOfThreeTasksWithSetupsAndDeciders_EveryOutcome()
    {
        var runs = 0;
        EdgeKind[] kinds =
        [
            EdgeKind.None, EdgeKind.Upstream, EdgeKind.Setup, EdgeKind.Decider,
            EdgeKind.Upstream | EdgeKind.Setup, EdgeKind.Upstream | EdgeKind.Decider,
        ];
        TriggerRule[] rules =
        [
            TriggerRule.AllSuccess, TriggerRule.AllDone, TriggerRule.OneFailed, TriggerRule.NoneFailedMinOneSuccess,
            TriggerRule.AllDoneSetupSuccess,
        ];
        foreach (var edges in Edges(3, kinds))
            runs += PlayAll(3, edges, rules, [[0, 1, 2], [2, 1, 0]]);
        runs.ShouldBeGreaterThan(300_000);
    }

    [Fact]
    public void Run_EveryGraphOfFourTasksUpToIsomorphism_EveryCommonRuleAndOutcome()
    {
        var graphs = Edges(4, EdgeKind.None, EdgeKind.Upstream).DistinctBy(Canonical).ToList();
        graphs.Count.ShouldBe(31);

        var runs = graphs.Sum(edges => PlayAll(4, edges, CommonRules, [[0, 1, 2, 3], [3, 2, 1, 0]]));

        runs.ShouldBeGreaterThan(400_000);
    }

    /// <summary>Plays a shape with every rule on every task that waits for something, and every outcome.</summary>
    private static int PlayAll(int count, EdgeKind[] edges, TriggerRule[] rules, int[][] orders)
    {
        var runs = 0;
        var choice = new int[count];
        var outcomes = new int[count];
        do
        {
            var graph = Graph(count, edges, rules, choice);
            Array.Clear(outcomes);
            do
            {
                foreach (var order in orders)
                {
                    Play(graph, outcomes, order);
                    runs++;
                }
            }
            while (Next(outcomes, task => IsDecider(count, edges, task) ? 4 : 3));
        }
        while (Next(choice, task => Waits(count, edges, task) ? rules.Length : 1));

        return runs;
    }

    private static void Play(DagGraph graph, int[] outcomes, int[] order)
    {
        var run = RunModel.Start(graph, _ => []);
        for (var at = 0; at < order.Length; at++)
        {
            if (order[at] >= graph.Tasks.Count || run[order[at]].State != TaskState.Queued)
                continue;
            var task = run[order[at]];
            run.Claim(task);
            run.End(task, Outcomes[outcomes[order[at]]], "");

            // What became ready may come first in the order.
            at = -1;
        }

        Span<TaskState> ends = stackalloc TaskState[4];
        Interpret(graph, outcomes, ends);
        var failed = 0;
        var isRight = true;
        foreach (var task in graph.Tasks)
        {
            isRight &= run[task.Index].State == ends[task.Index];
            if (ends[task.Index] is TaskState.Failed or TaskState.UpstreamFailed && !IsUpstream(graph, task.Index))
                failed++;
        }

        if (!isRight || run.FailedLeaves != failed || run.Unfinished != 0 || run.State != (failed > 0 ? RunState.Failed : RunState.Success))
        {
            Assert.Fail(
                $"outcomes {string.Join(',', outcomes)} in order {string.Join(',', order)} end as "
                + $"{string.Join(',', run.Instances.Select(one => one.State))} "
                + $"and not {string.Join(',', ends[..graph.Tasks.Count].ToArray())}: {Agreement.Describe(graph)}");
        }
    }

    /// <summary>The ends by the words of the rules: each task looks once at all before it, which have ended.</summary>
    private static void Interpret(DagGraph graph, int[] outcomes, Span<TaskState> ends)
    {
        Span<TaskState> upstreams = stackalloc TaskState[4];
        Span<TaskState> setups = stackalloc TaskState[4];
        Span<TaskState> deciders = stackalloc TaskState[4];
        foreach (var task in graph.Tasks)
        {
            var isUnchosen = false;
            for (var at = 0; at < task.Deciders.Count; at++)
            {
                deciders[at] = ends[task.Deciders[at]];
                isUnchosen |= outcomes[task.Deciders[at]] == 3 && deciders[at] == TaskState.Success;
            }

            var decided = RuleWords.Decide(
                task.TriggerRule, Fill(upstreams, task.Upstreams, ends), Fill(setups, task.Setups, ends), deciders[..task.Deciders.Count],
                isUnchosen);
            ends[task.Index] = decided == TaskState.Queued ? Ends[outcomes[task.Index]] : decided!.Value;
        }
    }

    private static Span<TaskState> Fill(Span<TaskState> states, IReadOnlyList<int> tasks, Span<TaskState> ends)
    {
        for (var at = 0; at < tasks.Count; at++)
            states[at] = ends[tasks[at]];
        return states[..tasks.Count];
    }

    private static bool IsUpstream(DagGraph graph, int task)
    {
        foreach (var other in graph.Tasks)
        {
            foreach (var upstream in other.Upstreams)
            {
                if (upstream == task)
                    return true;
            }
        }

        return false;
    }

    /// <summary>Counts on; false when it is through.</summary>
    private static bool Next(int[] digits, Func<int, int> bases)
    {
        for (var at = 0; at < digits.Length; at++)
        {
            if (++digits[at] < bases(at))
                return true;
            digits[at] = 0;
        }

        return false;
    }

    private static IEnumerable<EdgeKind[]> Edges(int count, params EdgeKind[] kinds)
    {
        var digits = new int[count * (count - 1) / 2];
        do
            yield return [.. digits.Select(digit => kinds[digit])];
        while (Next(digits, _ => kinds.Length));
    }

    /// <summary>The place of an edge from an earlier task to a later one.</summary>
    private static EdgeKind Edge(EdgeKind[] edges, int from, int to) => edges[(to * (to - 1) / 2) + from];

    private static bool Waits(int count, EdgeKind[] edges, int task) =>
        Enumerable.Range(0, count).Any(from => from < task && Edge(edges, from, task) != EdgeKind.None);

    private static bool IsDecider(int count, EdgeKind[] edges, int task) =>
        Enumerable.Range(0, count).Any(to => to > task && Edge(edges, task, to).HasFlag(EdgeKind.Decider));

    private static DagGraph Graph(int count, EdgeKind[] edges, TriggerRule[] rules, int[] choice) =>
        new([.. Enumerable.Range(0, count).Select(task =>
        new TaskDefinition(
            task, $"t{task}", "task", "default", 0, Backoff.Constant(), null,
            Waits(count, edges, task) ? rules[choice[task]] : TriggerRule.AllSuccess, From(edges, task, EdgeKind.Upstream), [])
        {
            Setups = From(edges, task, EdgeKind.Setup),
            Deciders = From(edges, task, EdgeKind.Decider),
        })]);

    private static int[] From(EdgeKind[] edges, int task, EdgeKind kind) =>
        [.. Enumerable.Range(0, task).Where(from => Edge(edges, from, task).HasFlag(kind))];

    /// <summary>The least of all ways to number the tasks: the same for graphs that differ in nothing else.</summary>
    private static int Canonical(EdgeKind[] edges)
    {
        var least = int.MaxValue;
        var numbers = new int[4];
        do
        {
            if (numbers.Distinct().Count() < 4)
                continue;
            var code = 0;
            for (var to = 1; to < 4; to++)
            {
                for (var from = 0; from < to; from++)
                    code |= Edge(edges, from, to) == EdgeKind.None ? 0 : 1 << ((numbers[from] * 4) + numbers[to]);
            }

            least = Math.Min(least, code);
        }
        while (Next(numbers, _ => 4));

        return least;
    }
}
