using Workflow.Graphs;
using Workflow.Runs;
using Workflow.Simulation;

namespace Workflow.Core.Tests.Simulation;

public sealed class SimulatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Simulate_AYearOfAnHourlyDagOfTwentyTasks_TakesOneEventForEachTaskAndRun()
    {
        var tasks = Enumerable.Range(0, 20).Select(at => Task(at, at == 0 ? [] : [at - 1])).ToArray();
        var dag = Dag(tasks, Hours(365 * 24), Takes(TimeSpan.FromMinutes(1)));

        var forecast = Simulator.Simulate([dag], new SimulationSettings());

        forecast.Runs.Count.ShouldBe(8760);
        forecast.Runs.ShouldAllBe(run => run.State == RunState.Success && run.EndedAt - run.LogicalDate == TimeSpan.FromMinutes(20));
        forecast.Events.ShouldBe(8760 * 21);
    }

    /// <remarks>Three tasks of ten minutes in a pool of two slots: two begin at once, the third ten minutes later.</remarks>
    [Fact]
    public void Simulate_APoolThatIsTooSmall_LetsTheRestWait()
    {
        TaskDefinition[] tasks = [InPool(0), InPool(1), InPool(2)];
        var dag = Dag(tasks, Hours(1), Takes(TimeSpan.FromMinutes(10)));

        var forecast = Simulator.Simulate([dag], Pools(2));

        var run = forecast.Runs.ShouldHaveSingleItem();
        run.Tasks.Select(task => task.StartedAt - Start).ShouldBe([TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(10)]);
        run.Tasks[2].Waited.ShouldBe(TimeSpan.FromMinutes(10));
        run.Tasks[2].WaitedFor.ShouldBe("pool scarce");
        run.EndedAt.ShouldBe(Start.AddMinutes(20));
        forecast.Waits.ShouldBe([new WaitForecast("pool scarce", 1, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10))]);
        // Two slots for ten minutes and one for ten more, of two for twenty.
        forecast.Pools.ShouldBe([new PoolForecast("scarce", 2, 2, 0.75)]);
    }

    [Fact]
    public void Simulate_WorkersWithTooFewSlots_StartTheHighestPriorityFirst()
    {
        TaskDefinition[] tasks = [Task(0), Task(1), Task(2) with { Priority = 5 }, Task(3) with { Queue = "other" }];
        var dag = Dag(tasks, Hours(1), Takes(TimeSpan.FromMinutes(10)));

        var forecast = Simulator.Simulate([dag], new SimulationSettings { WorkerSlots = new Dictionary<string, int> { ["default"] = 1 } });

        forecast.Runs[0].Tasks.Select(task => (task.StartedAt - Start)?.TotalMinutes).ShouldBe([10, 20, 0, 0]);
        forecast.Waits.ShouldHaveSingleItem().What.ShouldBe("a worker's slot");
    }

    /// <remarks>Each run takes 90 minutes and one may run at once: the nth starts at n times 90 minutes.</remarks>
    [Fact]
    public void Simulate_MoreRunsThanMayBeActive_QueueInOrder()
    {
        var dag = Dag([Task(0)], Hours(4), Takes(Hour * 1.5), new DagSettings { MaxActiveRuns = 1 });

        var forecast = Simulator.Simulate([dag], new SimulationSettings());

        forecast.Runs.Select(run => (run.StartedAt - Start)?.TotalMinutes).ShouldBe([0, 90, 180, 270]);
        // At three o'clock the third begins as the fourth arrives.
        (forecast.LongestQueue, forecast.LongestQueueAt).ShouldBe((1, Start + Hour));
    }

    [Fact]
    public void Simulate_RunsThatEndTooLate_MissTheirDeadlines()
    {
        var settings = new DagSettings { MaxActiveRuns = 1, Deadlines = [DeadlineDefinition.AfterQueued(Hour * 2)] };
        var dag = Dag([Task(0)], Hours(3), Takes(Hour * 1.5), settings);

        var forecast = Simulator.Simulate([dag], new SimulationSettings());

        // They end at 1:30, 3:00 and 4:30; the second is just in time.
        forecast.MissedDeadlines.ShouldBe([new MissedDeadline("dag", Start + (2 * Hour), 0, Start + (4 * Hour), Start + (Hour * 4.5))]);
    }

    [Fact]
    public void Simulate_RunsSlowerThanTheAverage_MissTheDeadlineOnceThereIsOne()
    {
        var settings = new DagSettings { Deadlines = [DeadlineDefinition.LongerThanAverage(TimeSpan.FromMinutes(5), runs: 2)] };
        var minutes = new Queue<int>([10, 10, 20, 14, 30]);
        var dag = Dag([Task(0)], Hours(5), _ => TaskBehaviour.Takes(TimeSpan.FromMinutes(minutes.Dequeue())), settings);

        var forecast = Simulator.Simulate([dag], new SimulationSettings());

        // The means of the last two are 10, 15 and 17 minutes.
        forecast.MissedDeadlines.Select(missed => missed.LogicalDate).ShouldBe([Start + (2 * Hour), Start + (4 * Hour)]);
    }

    [Fact]
    public void Simulate_ARunThatTakesTooLong_IsStoppedAndItsSlotsAreFree()
    {
        TaskDefinition[] tasks = [InPool(0), InPool(1), InPool(2, [0])];
        var settings = new DagSettings { RunTimeout = TimeSpan.FromMinutes(30), MaxActiveRuns = 1 };
        var dag = Dag(tasks, [Start, Start.AddMinutes(1)], Takes(Hour), settings);

        var forecast = Simulator.Simulate([dag], Pools(1));

        forecast.Runs.ShouldAllBe(run => run.State == RunState.Failed);
        forecast.Runs.Select(run => (run.EndedAt - Start)?.TotalMinutes).ShouldBe([30, 60]);
        forecast.Runs[0].Tasks.ShouldAllBe(task => task.State == TaskState.Cancelled);
        forecast.Runs[1].Tasks[0].StartedAt.ShouldBe(Start.AddMinutes(30));
    }

    [Fact]
    public void Simulate_ATaskThatDependsOnItsPast_WaitsForItAndNeverStartsAfterAFailure()
    {
        var fails = new Queue<double>([0, 0, 1]);
        TaskDefinition[] tasks = [Task(0) with { DependsOnPast = true }];
        var dag = Dag(tasks, Hours(4), _ => new TaskBehaviour([Hour * 2], fails.Dequeue()));

        var forecast = Simulator.Simulate([dag], new SimulationSettings());

        forecast.Runs.Select(run => (run.Tasks.SingleOrDefault()?.StartedAt - Start)?.TotalHours).ShouldBe([0, 2, 4, null]);
        forecast.Runs.Select(run => run.State).ShouldBe([RunState.Success, RunState.Success, RunState.Failed, RunState.Running]);
        forecast.Runs[3].EndedAt.ShouldBeNull();
    }

    [Fact]
    public void Simulate_AttemptsThatTakeTooLong_AreTriedAgainAfterTheBackoff()
    {
        TaskDefinition[] tasks =
            [Task(0) with { Retries = 2, Timeout = TimeSpan.FromMinutes(5), Backoff = Backoff.Constant(TimeSpan.FromMinutes(1)) }];
        var dag = Dag(tasks, Hours(1), Takes(Hour));

        var task = Simulator.Simulate([dag], new SimulationSettings()).Runs[0].Tasks[0];

        (task.State, task.Attempts, task.EndedAt).ShouldBe((TaskState.Failed, 3, Start.AddMinutes(17)));
    }

    [Fact]
    public void Simulate_AMappedTaskOfManyElements_RunsThemAsTheLimitAllows()
    {
        TaskDefinition[] tasks = [Task(0), Task(1, [0]) with { MapRoot = 1, MapSources = [0], MaxActive = 100 }];
        var dag = Dag(tasks, Hours(1), Takes(TimeSpan.FromMinutes(1))) with { Elements = _ => 10_000 };

        var forecast = Simulator.Simulate([dag], new SimulationSettings());

        forecast.Runs[0].EndedAt.ShouldBe(Start.AddMinutes(101));
        forecast.Runs[0].Tasks.Count.ShouldBe(10_002);
        forecast.Waits.ShouldHaveSingleItem().ShouldBe(
            new WaitForecast("max_active of task task1", 9_900, TimeSpan.FromMinutes(100 * 99 * 100 / 2), TimeSpan.FromMinutes(99)));
    }

    [Fact]
    public void Simulate_AWait_TakesItsTimeWithoutSlots()
    {
        TaskDefinition[] tasks = [InPool(0) with { Kind = "wait" }, InPool(1)];
        var dag = Dag(tasks, Hours(1), task => TaskBehaviour.Takes(task.Index == 0 ? Hour : TimeSpan.FromMinutes(1)));

        var forecast = Simulator.Simulate([dag], Pools(1));

        forecast.Waits.ShouldBeEmpty();
        forecast.Runs[0].Tasks.Select(task => (task.EndedAt - Start)?.TotalMinutes).ShouldBe([60, 1]);
    }

    [Fact]
    public void Simulate_TheSameSeed_GivesTheSameHistory()
    {
        TaskDefinition[] tasks = [Task(0) with { Retries = 3, Backoff = Backoff.Exponential() }, InPool(1, [0]), InPool(2, [0])];
        var dag = Dag(tasks, [.. Hours(50)], _ => new TaskBehaviour([TimeSpan.FromMinutes(10), Hour], 0.3));

        string History(int seed) => System.Text.Json.JsonSerializer.Serialize(Simulator.Simulate([dag], Pools(1) with { Seed = seed }));

        History(7).ShouldBe(History(7));
        History(8).ShouldNotBe(History(7));
    }

    [Fact]
    public void Simulate_APoolThatIsNotThere_IsRefused() =>
        Should.Throw<WorkflowException>(() => Simulator.Simulate([Dag([InPool(0)], Hours(1), Takes(Hour))], new SimulationSettings()))
            .Message.ShouldBe("Task 'task0' of DAG 'dag' is in pool 'scarce', which does not exist: create it, or give its size.");

    [Fact]
    public void Simulate_MoreEventsThanAllowed_IsRefused() =>
        Should.Throw<WorkflowException>(() =>
            Simulator.Simulate([Dag([Task(0)], Hours(10), Takes(Hour))], new SimulationSettings { MaxEvents = 5 }))
            .Message.ShouldBe("The simulation has more than 5 events by 2026-01-01 03:00 UTC: simulate a shorter time.");

    private static IEnumerable<DateTimeOffset> Hours(int count) => Enumerable.Range(0, count).Select(at => Start + (at * Hour));

    private static Func<TaskDefinition, TaskBehaviour> Takes(TimeSpan duration) => _ => TaskBehaviour.Takes(duration);

    private static SimulatedDag Dag(
        TaskDefinition[] tasks, IEnumerable<DateTimeOffset> fires, Func<TaskDefinition, TaskBehaviour> behaviour,
        DagSettings? settings = null) =>
        new("dag", new DagGraph(tasks), settings ?? new DagSettings(), fires, behaviour);

    private static SimulationSettings Pools(int scarce) =>
        new() { Pools = new Dictionary<string, int> { [TaskDefinition.DefaultPool] = -1, ["scarce"] = scarce } };

    private static TaskDefinition InPool(int index, int[]? upstreams = null) => Task(index, upstreams ?? []) with { Pool = "scarce" };

    private static TaskDefinition Task(int index, params int[] upstreams) => new(
        index, $"task{index}", "task", "default", Retries: 0, Backoff.Constant(), Timeout: null, TriggerRule.AllSuccess, upstreams, []);
}
