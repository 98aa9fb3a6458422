using FsCheck;
using FsCheck.Fluent;
using Workflow.Graphs;
using Workflow.Runs;

namespace Workflow.Core.Tests.Runs;

public sealed class RunModelTests
{
    [Fact]
    public void Unfinished_AfterAnyHistoryOfMovesAndEdits_EqualsARecount() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var run = RunModel.Start(Graph(), _ => [random.Next(4)]);
        for (var act = 0; act < 40; act++)
        {
            Act(run, random);
            run.Unfinished.ShouldBe(run.Instances.Count(instance => !instance.State.IsTerminal()), $"after act {act}");
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(int.MaxValue / 2));

    [Fact]
    public void TakeMoved_AfterAnyMove_HasEveryInstanceWhoseStateIsAnother()
    {
        var random = new Random(1);
        var run = RunModel.Start(Graph(), _ => [3]);
        run.TakeMoved().ShouldNotBeEmpty();
        for (var act = 0; act < 200; act++)
        {
            var before = run.Instances.ToDictionary(instance => instance, instance => instance.State);
            Act(run, random);
            var changed = run.Instances.Where(instance => before.GetValueOrDefault(instance, TaskState.Pending) != instance.State);
            run.TakeMoved().ToHashSet().IsSupersetOf(changed).ShouldBeTrue();
            run.TakeMoved().ShouldBeEmpty();
        }
    }

    private static void Act(RunModel run, Random random)
    {
        var instances = run.Instances.ToList();
        var any = instances[random.Next(instances.Count)];
        switch (random.Next(12))
        {
            case 0:
                run.Clear([(any.Task, any.MapIndex)]);
                break;
            case 1 when any.State != TaskState.Removed:
                run.Mark([(any.Task, any.MapIndex)], TaskState.Success, "by hand");
                break;
            case 2 when random.Next(5) == 0:
                run.Stop(new RunStop(RunState.Cancelled, "stopped"));
                break;
            case < 6 when instances.Find(instance => instance.State == TaskState.Running) is { } running:
                run.End(running, random.Next(3) == 0 ? new TaskOutcome.Failed("no", Retryable: true) : new TaskOutcome.Succeeded(null), "");
                break;
            default:
                if (instances.Find(instance => instance.State.IsClaimable()) is { } queued)
                    run.Claim(queued);
                break;
        }
    }

    private static DagGraph Graph() => new(
    [
        Task(0),
        Task(1, 0) with { MapRoot = 1, MapSources = [0] },
        Task(2, 1) with { Retries = 1 },
        Task(3, 0),
        Task(4, 2, 3) with { TriggerRule = TriggerRule.AllDone },
    ]);

    private static TaskDefinition Task(int index, params int[] upstreams) =>
        new(index, $"task{index}", "task", "default", Retries: 0, Backoff.Constant(), Timeout: null, TriggerRule.AllSuccess, upstreams, []);
}
