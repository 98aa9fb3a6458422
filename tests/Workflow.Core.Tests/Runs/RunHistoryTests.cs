using FsCheck;
using FsCheck.Fluent;
using Workflow.Core.Tests.Runs.Histories;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

/// <summary>Random histories of random graphs: the machine and a naive interpreter of the same words must never disagree.</summary>
/// <remarks>A failure prints the seed; the same seed gives the same graph and the same history.</remarks>
public sealed class RunHistoryTests
{
    [Fact]
    public void Apply_AnyHistory_GivesTheStatesOfTheReference() => ForAnySeed(4000, seed => Play(seed, events: 60, byPeople: true));

    [Fact]
    public void Apply_WithoutPeople_EveryRunEndsAsTheReferenceSays() => ForAnySeed(
        4000, seed => Play(seed, events: 2000, byPeople: false).Run.State.ShouldNotBeNull($"seed {seed}: the run hangs"));

    /// <remarks>How each attempt ends is given beforehand; only the order is drawn.</remarks>
    [Fact]
    public void Apply_AnyOrderOfIndependentEvents_EndsInTheSameStates() => ForAnySeed(2000, seed =>
    {
        var graph = RandomDag.Graph(seed);
        var first = Ends(order: new Random(1));
        for (var again = 2; again < 5; again++)
            Ends(new Random(again)).ShouldBe(first, $"seed {seed}, order {again}{Environment.NewLine}{Agreement.Describe(graph)}");

        string Ends(Random order)
        {
            var model = new ModelRun(graph, graph.Tasks.Where(task => task.DependsOnPast).Select(task => task.Index).ToHashSet());
            var history = new RandomHistory(order);
            while (history.Next(model.Run, byPeople: false) is { } next)
                model.Apply(next is RunEvent.End end ? end with { Outcome = Given(model.Run, end.Key) } : next);
            model.Run.State.ShouldNotBeNull();
            return $"{model.Run.State} "
                + string.Join(' ', model.Run.Instances.Select(one => $"{one.Task}[{one.MapIndex}]{one.State}#{one.Attempt}"));
        }

        TaskOutcome Given(RunModel run, (int Task, int Map) key) =>
            new RandomHistory(new Random(HashCode(seed, key.Task, key.Map, run[key.Task, key.Map].Attempt))).Outcome(run,
                run[key.Task, key.Map]);
    });

    private static ModelRun Play(int seed, int events, bool byPeople)
    {
        var graph = RandomDag.Graph(seed);
        var random = new Random(seed);
        var waiting = graph.Tasks.Where(task => task.DependsOnPast && random.Next(2) == 0).Select(task => task.Index).ToHashSet();
        var history = new RandomHistory(random);
        var model = new ModelRun(graph, waiting);
        var reference = new ReferenceRun(graph, waiting);
        var happened = new List<RunEvent>();
        Check(Agreement.Complaint(model, reference));
        for (var at = 0; at < events; at++)
        {
            if (history.Next(model.Run, byPeople) is not { } next)
            {
                if (!byPeople)
                    break;
                next = history.ByPerson(model.Run);
            }

            var ended = model.Run.Instances.Where(instance => instance.State.IsTerminal() && instance.State != TaskState.Removed)
                .Select(instance => (instance, instance.State)).ToList();
            happened.Add(next);
            model.Apply(next);
            reference.Apply(next);
            Check(Agreement.Complaint(model, reference));
            if (next is not (RunEvent.Clear or RunEvent.Mark) && ended.Find(pair => pair.instance.State != pair.State).instance is { } left)
                Check($"{left.Task}[{left.MapIndex}] left its end");
        }

        return model;

        void Check(string? complaint)
        {
            if (complaint is not null)
            {
                Assert.Fail(
                    $"seed {seed}: {complaint}{Environment.NewLine}{string.Join(Environment.NewLine, happened)}{Environment.NewLine}"
                    + Agreement.Describe(graph));
            }
        }
    }

    /// <summary>The same in every process, unlike the platform's.</summary>
    private static int HashCode(params ReadOnlySpan<int> values)
    {
        var hash = 17;
        foreach (var value in values)
            hash = unchecked((hash * 486187739) + value);
        return hash;
    }

    private static void ForAnySeed(int times, Action<int> property) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), property)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithEndSize(int.MaxValue / 2));
}
