using System.Text.Json.Nodes;
using Dapper;
using Workflow.Core.Tests.Runs.Histories;
using Workflow.Graphs;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>
/// Plays one random history through the stores and through runs in memory, side by side, and compares both after every event. No worker
/// runs: it is the worker itself, one that also dies and hands in what is not its own any more.
/// </summary>
internal sealed class StoredHistory(TestEngine engine, int seed)
{
    private readonly Random random = new(seed);
    private readonly Dictionary<long, ModelRun> runs = [];
    private readonly Dictionary<TaskKey, ClaimedTask> held = [];
    private readonly List<(ClaimedTask Task, long WorkerId)> stale = [];
    private readonly List<string> happened = [];
    private RandomHistory history = null!;
    private long worker;
    private int workers;

    /// <summary>Plays so many events, and then until every run has ended.</summary>
    public async Task PlayAsync(int events)
    {
        history = new RandomHistory(random);
        await RegisterAsync();

        // Of the first DAG there are two: what depends on the past waits in the second.
        var first = await StoreAsync(engine, $"history_{seed}_a", RandomDag.Graph(seed, mostTasks: 7));
        var second = await StoreAsync(engine, $"history_{seed}_b", RandomDag.Graph(seed + 1_000_000, mostTasks: 7));
        await StartAsync(first, RandomDag.Graph(seed, mostTasks: 7));
        await StartAsync(first, RandomDag.Graph(seed, mostTasks: 7));
        await StartAsync(second, RandomDag.Graph(seed + 1_000_000, mostTasks: 7));
        await CompareAsync();

        for (var at = 0; at < events; at++)
        {
            await (random.Next(20) switch
            {
                < 4 => EditAsync(),
                4 => DieAsync(),
                5 => ReleaseAsync(),
                _ => StepAsync(most: 4),
            });
            await CompareAsync();
        }

        for (var left = 500; runs.Values.Any(run => run.Run.State is null); left--)
        {
            left.ShouldBeGreaterThan(0, $"seed {seed}: runs do not end{Environment.NewLine}{string.Join(Environment.NewLine, happened)}");
            await ReleaseAsync();
            await StepAsync(most: 100);
            await CompareAsync();
        }

        await engine.Workers.StopAsync(worker, default);
    }

    /// <summary>Makes a graph the current version of a DAG.</summary>
    public static async Task<string> StoreAsync(TestEngine engine, string dagId, DagGraph graph)
    {
        await engine.ExecuteAsync(
            """
            INSERT INTO dag (dag_id, file) VALUES (@dagId, @dagId);
            WITH stored AS (
                INSERT INTO dag_version (dag_id, number, hash, definition_hash, description, owner, tags, params, graph, file, source, shared_sources,
                    reference_versions, assembly)
                VALUES (@dagId, 1, repeat('0', 64), repeat('0', 64), '', '', '{}', '[]', @graph::jsonb, @dagId, '', '{}', '', '')
                RETURNING dag_version_id)
            UPDATE dag SET version_id = stored.dag_version_id FROM stored WHERE dag_id = @dagId
            """,
            new { dagId, graph = graph.ToJson() });
        return dagId;
    }

    private async Task StartAsync(string dagId, DagGraph graph)
    {
        var runId =
            (await engine.Runs.CreateAsync(
                new NewRun(dagId, $"run{runs.Count}", RunType.Manual, new JsonObject(), "test"), default))!.Value;
        var waiting =
            (await QueryAsync<int>("SELECT task_index FROM task_instance WHERE run_id = @runId AND waits_for_past",
                new { runId })).ToHashSet();
        runs[runId] = new ModelRun(graph, waiting);
    }

    /// <summary>Hands in some attempts, with what is not ours any more among them, and claims in the same step.</summary>
    private async Task StepAsync(int most)
    {
        // Waits are over.
        await engine.ExecuteAsync("UPDATE task_instance SET ready_at = now() WHERE ready_at > now()");
        var ending = held.Values.OrderBy(_ => random.Next()).Take(random.Next(most)).ToList();
        var finished = ending.Select(task => new FinishedAttempt(task, worker, Outcome(task.Key))).ToList();
        var old = stale.Where(_ => random.Next(10) == 0).Where(old => !ending.Exists(task => task.Key == old.Task.Key))
            .DistinctBy(old => old.Task.Key).Select(old => new FinishedAttempt(old.Task, old.WorkerId, new TaskOutcome.Succeeded("1")))
            .ToList();
        var claim = random.Next(5) == 0 ? null
            : new ClaimRequest(worker, [], random.Next(1, most + 1), random.Next(3), ExpectsIdle: random.Next(2) == 0);

        foreach (var attempt in finished)
            Note($"End {attempt.Task.Key} #{attempt.Task.Attempt.Number} {attempt.Outcome}");
        var step = await engine.Queue.StepAsync([.. finished, .. old], claim, default);

        step.Refused.Select(attempt => attempt.Task).ShouldBe(old.Select(attempt => attempt.Task), ignoreOrder: true, $"seed {seed}");
        foreach (var task in ending)
            Drop(task.Key);

        // Orders that stand for an attempt are carried out after the step.
        foreach (var attempt in finished.Where(attempt => !IsOrdered(attempt.Task.Key)).ToList())
            End(attempt.Task.Key, attempt.Outcome);
        foreach (var task in step.Claimed)
        {
            held[task.Key] = task;
            if (task.Key.MapIndex >= runs[task.Key.RunId].Run.Elements(task.Key.TaskIndex).Count)
                await CompareAsync();
            Apply(task.Key.RunId, new RunEvent.Claim((task.Key.TaskIndex, task.Key.MapIndex)));
            task.Attempt.Number.ShouldBe(Instance(task.Key).Attempt);
        }

        foreach (var attempt in finished.Where(attempt => Instance(attempt.Task.Key) is { State: TaskState.Running }
            && !held.ContainsKey(attempt.Task.Key)))
            End(attempt.Task.Key, attempt.Outcome);

        void End(TaskKey key, TaskOutcome outcome) => Apply(key.RunId, new RunEvent.End((key.TaskIndex, key.MapIndex), outcome));
    }

    /// <summary>A person clears, marks or stops.</summary>
    private async Task EditAsync()
    {
        var (runId, model) = runs.ElementAt(random.Next(runs.Count));
        var edit = history.ByPerson(model.Run);
        if (edit is RunEvent.Stop stop)
        {
            var isRunning = model.Run.State is null;
            (await engine.Editor.StopAsync(runId, new RunStop(stop.State, "stopped"), default)).ShouldBe(isRunning, $"seed {seed}");
            if (isRunning)
                Apply(runId, edit);
            return;
        }

        await engine.Editor.EditAsync(runId, run => Do(run, edit), null, default);
        Apply(runId, edit);
    }

    private async Task ReleaseAsync()
    {
        foreach (var (runId, model) in runs)
        {
            if (model.Run.Instances.FirstOrDefault(one => one is { WaitsForPast: true, State: TaskState.Pending }) is not { } waiting)
                continue;
            await engine.Editor.EditAsync(runId, run => run.ReleasePast(waiting.Task), null, default);
            Apply(runId, new RunEvent.Release(waiting.Task));
        }
    }

    /// <summary>The worker dies, the rescuer takes what it held, and another begins.</summary>
    private async Task DieAsync()
    {
        await engine.Workers.StopAsync(worker, default);
        await engine.Rescuer.RunOnceAsync(default);
        foreach (var task in held.Values.OrderBy(task => IsOrdered(task.Key)).ToList())
        {
            Drop(task.Key);
            Apply(task.Key.RunId, new RunEvent.End((task.Key.TaskIndex, task.Key.MapIndex), new TaskOutcome.Lost("died")));
        }

        await RegisterAsync();
    }

    private async Task RegisterAsync() => worker = await engine.Workers.RegisterAsync($"worker {seed} {++workers}", [], 4, "test", default);

    private static void Do(RunModel run, RunEvent edit)
    {
        if (edit is RunEvent.Clear clear)
            run.Clear(clear.Keys);
        else if (edit is RunEvent.Mark mark)
            run.Mark(mark.Keys, mark.State, "by hand");
    }

    private TaskOutcome Outcome(TaskKey key) => history.Outcome(runs[key.RunId].Run, Instance(key));

    private TaskInstance Instance(TaskKey key) => runs[key.RunId].Run[key.TaskIndex, key.MapIndex];

    private bool IsOrdered(TaskKey key) => Instance(key).Ordered is not null;

    private void Drop(TaskKey key)
    {
        held.Remove(key, out var task);
        stale.Add((task!, worker));
    }

    private void Apply(long runId, RunEvent next)
    {
        Note($"{runId} {next}");
        runs[runId].Apply(next);
    }

    private void Note(string what) => happened.Add(what);

    private async Task CompareAsync()
    {
        foreach (var (runId, model) in runs)
        {
            var stored = await QueryAsync<string>(StoredRows.Sql, new { runId });
            var expected = StoredRows.Of(model.Run);
            if (!stored.SequenceEqual(expected))
            {
                var difference = expected.Except(stored).Select(row => $"  model {row}")
                    .Concat(stored.Except(expected).Select(row => $"  store {row}"));
                Assert.Fail(
                    $"seed {seed}, run {runId}:{Environment.NewLine}{string.Join(Environment.NewLine, difference)}{Environment.NewLine}"
                    + $"{string.Join(Environment.NewLine, happened.TakeLast(40))}{Environment.NewLine}{Agreement.Describe(model.Run.Graph)}");
            }
        }
    }

    private async Task<List<T>> QueryAsync<T>(string sql, object parameters)
    {
        await using var connection = await engine.Data.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }
}
