using FsCheck;
using FsCheck.Fluent;
using Workflow.Graphs;
using Workflow.Runs;
using Workflow.Simulation;

namespace Workflow.Core.Tests.Simulation;

public sealed class SimulatorPropertyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TriggerRule[] Rules = Enum.GetValues<TriggerRule>();

    [Fact]
    public void Simulate_RandomDagsWithoutLimits_GivesWhatTheMachineGivesDirectly() => ForAnySeed(seed =>
    {
        var random = new Random(seed);
        var graph = RandomGraph(random, _ => TaskDefinition.DefaultPool);
        // Whole hours with a share of the index apart: no two tasks end at once, so the order is plain.
        var durations = graph.Tasks.Select(task => TimeSpan.FromHours(random.Next(1, 9)) + TimeSpan.FromSeconds(1 << task.Index)).ToArray();
        var fails = graph.Tasks.Select(_ => random.Next(4) == 0).ToArray();
        var dag = new SimulatedDag(
            "dag", graph, new DagSettings(), [Start], task => new TaskBehaviour([durations[task.Index]], fails[task.Index] ? 1 : 0));

        var run = Simulator.Simulate([dag], new SimulationSettings()).Runs.ShouldHaveSingleItem();

        var (states, ends, state) = Drive(graph, durations, fails);
        ((RunState?)run.State).ShouldBe(state);
        run.Tasks.Select(task => task.State).ShouldBe(states, graph.ToJson());
        run.Tasks.Select(task => task.EndedAt).ShouldBe(ends.Cast<DateTimeOffset?>(), graph.ToJson());
    });

    [Fact]
    public void Simulate_RandomDagsWithLimits_RunsEverythingWithinThem() => ForAnySeed(seed =>
    {
        var random = new Random(seed);
        string[] pools = ["one", "two", TaskDefinition.DefaultPool];
        var graph = RandomGraph(random, _ => pools[random.Next(3)]);
        var dag = new SimulatedDag(
            "dag", graph, new DagSettings { MaxActiveRuns = random.Next(1, 4), MaxActiveTasks = random.Next(2, 5) },
            Enumerable.Range(0, 5).Select(at => Start.AddHours(at)),
            task => new TaskBehaviour([TimeSpan.FromMinutes(1 + task.Index), TimeSpan.FromMinutes(90)], 0.2));
        var settings = new SimulationSettings
        {
            Pools = new Dictionary<string, int> { ["one"] = 1, ["two"] = 2, [TaskDefinition.DefaultPool] = -1 },
            Seed = seed,
        };

        var forecast = Simulator.Simulate([dag], settings);

        forecast.Runs.ShouldAllBe(run => run.EndedAt != null);
        forecast.Runs.SelectMany(run => run.Tasks).ShouldAllBe(task => task.State.IsTerminal());
        AtOnce(forecast.Runs, _ => true).ShouldBeLessThanOrEqualTo(dag.Settings.MaxActiveTasks!.Value);
        AtOnce(forecast.Runs, id => graph.Tasks.Single(task => task.Id == id).Pool == "one").ShouldBeLessThanOrEqualTo(1);
        forecast.Pools.ShouldAllBe(pool => pool.Peak <= pool.Slots && pool.Utilisation <= 1);
    });

    /// <summary>Everything that is ready begins at once; what ends first is ended first.</summary>
    private static (List<TaskState> States, List<DateTimeOffset> Ends, RunState? State) Drive(
        DagGraph graph, TimeSpan[] durations, bool[] fails)
    {
        var run = RunModel.Start(graph, _ => []);
        var now = Start;
        var running = new Dictionary<TaskInstance, DateTimeOffset>();
        var ends = new DateTimeOffset[graph.Tasks.Count];
        var ended = new HashSet<TaskInstance>();
        while (run.State is null || running.Count > 0)
        {
            Follow();
            if (running.Count == 0)
                break;
            (var next, now) = running.MinBy(pair => pair.Value);
            running.Remove(next);
            run.End(next, fails[next.Task] ? new TaskOutcome.Failed("", Retryable: false) : new TaskOutcome.Succeeded(null), "");
            Follow();
        }

        return ([.. run.Instances.Select(instance => instance.State)], [.. ends], run.State);

        void Follow()
        {
            foreach (var instance in run.Instances)
            {
                if (instance.State == TaskState.Queued)
                {
                    run.Claim(instance);
                    running[instance] = now + durations[instance.Task];
                }
                else if (instance.State.IsTerminal() && ended.Add(instance))
                {
                    ends[instance.Task] = now;
                }
            }
        }
    }

    private static int AtOnce(IReadOnlyList<RunForecast> runs, Func<string, bool> counts)
    {
        var spans = runs.SelectMany(run => run.Tasks)
            .Where(task => task is { Attempts: 1, StartedAt: not null } && counts(task.TaskId)).ToList();
        return spans.Select(each => spans.Count(other => other.StartedAt <= each.StartedAt && each.StartedAt < other.EndedAt))
            .DefaultIfEmpty(0).Max();
    }

    private static DagGraph RandomGraph(Random random, Func<int, string> pool)
    {
        var density = random.NextDouble();
        return new DagGraph([.. Enumerable.Range(0, random.Next(1, 13)).Select(at => new TaskDefinition(
            at, $"task{at}", "task", "default", Retries: 0, Backoff.Constant(), Timeout: null, Rules[random.Next(Rules.Length)],
            [.. Enumerable.Range(0, at).Where(_ => random.NextDouble() < density)], [])
        {
            Pool = pool(at),
        })]);
    }

    private static void ForAnySeed(Action<int> property) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), property)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(int.MaxValue / 2));
}
