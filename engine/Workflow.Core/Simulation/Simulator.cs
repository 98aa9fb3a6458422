using Workflow.Runs;

namespace Workflow.Simulation;

/// <summary>
/// Plays schedules, limits and durations in virtual time: the runs are moved by the machine itself, and slots are given by the
/// scheduler's own decision. Only the workers and the clock are made up.
/// </summary>
/// <remarks>
/// One loop over a queue of events. All that happens at one instant happens first; then runs start, slots are given and tasks begin until
/// nothing more follows. Equal instants keep the order in which they were foreseen, so that a history depends on nothing but its input.
/// A wait takes its time without any slot, as in the engine.
/// </remarks>
public sealed class Simulator
{
    private const string WorkerSlot = "a worker's slot";

    private static readonly string WaitKind = new Graphs.WaitForDatasetSpec("").Kind;

    private readonly SimulationSettings settings;
    private readonly CancellationToken cancellation;
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Number)> events = new();
    private readonly List<SimulatedRun> runs = [];
    private readonly List<SimulatedSchedule> schedules;
    private readonly SlotBook slots;
    private readonly WorkerBook workers;
    private readonly Dictionary<string, WaitForecast> waits = [];
    private readonly Random random;
    private DateTimeOffset now;
    private long foreseen;
    private int played;
    private (int Runs, DateTimeOffset? At) longestQueue;

    private Simulator(IReadOnlyList<SimulatedDag> dags, SimulationSettings settings, CancellationToken cancellation)
    {
        this.settings = settings;
        this.cancellation = cancellation;
        random = new Random(settings.Seed);
        schedules = [.. dags.Select((dag, lane) => new SimulatedSchedule(dag, lane))];
        slots = new SlotBook(settings.Pools);
        workers = new WorkerBook(settings.WorkerSlots);
    }

    /// <summary>Simulates DAGs that share pools and workers.</summary>
    /// <exception cref="WorkflowException">A pool is not there, or there are more events than allowed.</exception>
    public static Forecast Simulate(IReadOnlyList<SimulatedDag> dags, SimulationSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dags);
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var dag in dags)
        {
            if (dag.Graph.Tasks.FirstOrDefault(task => !settings.Pools.ContainsKey(task.Pool)) is not { } task)
                continue;
            throw new WorkflowException(
                $"Task '{task.Id}' of DAG '{dag.DagId}' is in pool '{task.Pool}', which does not exist: create it, or give its size.");
        }

        return new Simulator(dags, settings, cancellation).Run();
    }

    private Forecast Run()
    {
        foreach (var schedule in schedules)
            ForeseeFire(schedule);
        while (events.TryPeek(out _, out var next))
        {
            now = next.At;
            slots.MoveTo(now);
            while (events.TryPeek(out _, out next) && next.At == now)
                Play(events.Dequeue());
            Settle();
        }

        return Report();
    }

    private void Play(Action happens)
    {
        cancellation.ThrowIfCancellationRequested();
        if (++played > settings.MaxEvents)
        {
            throw new WorkflowException(
                $"The simulation has more than {settings.MaxEvents:N0} events by {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC: "
                + "simulate a shorter time.");
        }

        happens();
    }

    private void Foresee(DateTimeOffset at, Action happens) => events.Enqueue(happens, (at, foreseen++));

    private void ForeseeFire(SimulatedSchedule schedule)
    {
        if (!schedule.Fires.MoveNext())
            return;
        var fire = schedule.Fires.Current;
        Foresee(fire, () =>
        {
            var run = new SimulatedRun(runs.Count, schedule, fire);
            runs.Add(run);
            if (schedule.Latest is { } before)
                before.Next = run;
            run.Previous = schedule.Latest;
            schedule.Latest = run;
            schedule.Queued.Enqueue(run);
            ForeseeFire(schedule);
        });
    }

    private void Settle()
    {
        IReadOnlyList<SimulatedInstance> admitted;
        do
        {
            foreach (var schedule in schedules)
            {
                while (schedule.Active < schedule.Dag.Settings.MaxActiveRuns && schedule.Queued.TryDequeue(out var run))
                    Start(run);
            }

            admitted = slots.Admit();
            foreach (var instance in admitted)
            {
                if (now > instance.ReadyAt)
                    Note(instance, instance.Obstacle ?? slots.Obstacle(instance), now - instance.ReadyAt);
                WaitForWorker(instance);
            }

            foreach (var instance in workers.Claim())
            {
                if (now > instance.AdmittedAt)
                    Note(instance, WorkerSlot, now - instance.AdmittedAt);
                Begin(instance);
            }
        }
        while (admitted.Count > 0);

        if (schedules.Sum(schedule => schedule.Queued.Count) is var queued && queued > longestQueue.Runs)
            longestQueue = (queued, now);
    }

    private void Start(SimulatedRun run)
    {
        var (graph, dag) = (run.Dag.Graph, run.Dag);
        run.Schedule.Active++;
        run.StartedAt = now;
        var durations = run.Schedule.Durations;
        run.Deadlines = [.. dag.Settings.Deadlines.Select(deadline => deadline.Of(run.LogicalDate, now, run.LogicalDate, durations))];
        var past = run.Previous?.Model;
        var waiting = graph.Tasks.Where(task => task.DependsOnPast && past is not null && !EndedWell(past[task.Index]));
        run.Model = RunModel.Start(graph, task => Lengths(dag, task), waiting.Select(task => task.Index).ToHashSet());

        // Runs of a DAG start in order: nobody asks the one before for its tasks any more.
        if (run.Previous is { EndedAt: not null } previous)
            previous.Model = null;
        if (dag.Settings.RunTimeout is { } timeout)
            Foresee(now + timeout, () => Stop(run, timeout));
        Follow(run);
    }

    private static IReadOnlyList<int?> Lengths(SimulatedDag dag, Graphs.TaskDefinition task)
    {
        var elements = dag.Elements(task);
        return [.. task.MapSources.Select((_, at) => (int?)(task.IsZipped || at == 0 ? elements : 1))];
    }

    private void Stop(SimulatedRun run, TimeSpan timeout)
    {
        if (run.EndedAt is not null)
            return;
        run.Model!.Stop(new RunStop(RunState.Failed, $"The run took longer than its timeout of {timeout}."));
        foreach (var instance in run.Running.Where(instance => instance.Task.Role != Graphs.TaskRole.Teardown).ToList())
            End(instance, new TaskOutcome.Cancelled());
        if (run.EndedAt is null)
            Follow(run);
    }

    /// <summary>Takes up what the machine has moved.</summary>
    private void Follow(SimulatedRun run)
    {
        foreach (var moved in run.Model!.TakeMoved())
        {
            var instance = run[moved];
            if (moved.State == TaskState.Queued && instance.Phase == Phase.Idle)
                Ready(instance);
            else if (moved.State.IsTerminal() && instance.EndedAt is null)
                Finish(instance);
        }

        if (run.EndedAt is null && run.Model.State is { } state)
            Finish(run, state);
    }

    private void Ready(SimulatedInstance instance)
    {
        instance.Ready(now);
        if (instance.Task.Kind == WaitKind)
        {
            Begin(instance);
        }
        else if (slots.Applies(instance))
        {
            instance.Phase = Phase.WaitsForLimits;
            slots.Enter(instance);
        }
        else
        {
            WaitForWorker(instance);
        }
    }

    private void WaitForWorker(SimulatedInstance instance)
    {
        instance.Phase = Phase.WaitsForWorker;
        instance.AdmittedAt = now;
        workers.Enter(instance);
    }

    private void Begin(SimulatedInstance instance)
    {
        var (task, model) = (instance.Task, instance.Run.Model!);
        model.Claim(instance.Instance);
        instance.Start(now);
        var attempt = instance.Instance.Attempt;
        var behaviour = instance.Run.Dag.Behaviour(task);
        var choices = behaviour.Durations;
        var duration = choices.Count == 1 ? choices[0] : choices[random.Next(choices.Count)];
        var fails = behaviour.FailureRate > 0 && random.NextDouble() < behaviour.FailureRate;
        var limit = task.Kind == WaitKind ? task.WaitTimeout : new[] { task.Timeout, task.HardTimeout }.Min();
        TaskOutcome outcome = (duration > limit, fails) switch
        {
            (true, _) when task.Kind == WaitKind => new TaskOutcome.Failed($"It has waited as long as it may: {limit}.", Retryable: false),
            (true, _) => new TaskOutcome.TimedOut(limit!.Value),
            (_, true) => new TaskOutcome.Failed("It failed by chance.", Retryable: true),
            _ => new TaskOutcome.Succeeded(null),
        };
        Foresee(now + (duration > limit ? limit!.Value : duration), () =>
        {
            if (instance.Phase == Phase.Running && instance.Instance.Attempt == attempt)
                End(instance, outcome);
        });
    }

    private void End(SimulatedInstance instance, TaskOutcome outcome)
    {
        var run = instance.Run;
        if (instance.Task.Kind != WaitKind)
        {
            workers.Release(instance);
            slots.Release(instance);
        }

        instance.Phase = Phase.Idle;
        var seed = $"{run.Dag.DagId}/{run.LogicalDate.UtcTicks}/{instance.Task.Id}/{instance.Instance.MapIndex}";
        var end = run.Model!.End(instance.Instance, outcome, seed);
        if (end is { State: TaskState.UpForRetry, Wait: { } wait })
        {
            Foresee(now + wait, () =>
            {
                if (instance.Instance.State == TaskState.UpForRetry)
                    Ready(instance);
            });
        }

        Follow(run);
    }

    private void Finish(SimulatedInstance instance)
    {
        instance.EndedAt = now;
        if (instance.Phase == Phase.WaitsForLimits)
            slots.Leave(instance);
        else if (instance.Phase == Phase.WaitsForWorker)
            slots.Release(instance);
        instance.Phase = Phase.Idle;
        if (instance.Task.DependsOnPast && instance.Instance.MapIndex == TaskKey.Whole && EndedWell(instance.Instance)
            && instance.Run.Next is { Model: { } next } following)
        {
            next.ReleasePast(instance.Instance.Task);
            Follow(following);
        }
    }

    private void Finish(SimulatedRun run, RunState state)
    {
        run.EndedAt = now;
        run.Schedule.Active--;
        if (state == RunState.Success)
            run.Schedule.Succeeded(now - run.StartedAt!.Value);
        run.Close();
        if (run.Next is { StartedAt: not null })
            run.Model = null;
    }

    private static bool EndedWell(TaskInstance instance) => instance.State is TaskState.Success or TaskState.Skipped;

    private void Note(SimulatedInstance instance, string what, TimeSpan time)
    {
        instance.Waited(what, time);
        var known = waits.GetValueOrDefault(what) ?? new WaitForecast(what, 0, TimeSpan.Zero, TimeSpan.Zero);
        waits[what] = new WaitForecast(what, known.Tasks + 1, known.Total + time, known.Longest > time ? known.Longest : time);
    }

    private Forecast Report()
    {
        var missed = runs.SelectMany(run => run.Deadlines.Select((due, number) => (run, due, number)))
            .Where(deadline => deadline.due is { } due && !(deadline.run.EndedAt <= due))
            .Select(deadline => new MissedDeadline(
                deadline.run.Dag.DagId, deadline.run.LogicalDate, deadline.number, deadline.due!.Value, deadline.run.EndedAt));
        return new Forecast(
            [.. runs.Select(run => run.Close())], [.. missed.OrderBy(deadline => deadline.DueAt)],
            [.. waits.Values.OrderByDescending(wait => wait.Total).ThenBy(wait => wait.What, StringComparer.Ordinal)], slots.Pools(),
            longestQueue.Runs, longestQueue.At, played);
    }
}
