using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Core.Tests.Runs.Histories;
using Workflow.Graphs;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Runs;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>
/// Several schedulers and workers at once, and workers that die at any moment and come back as somebody else, some of which hand in what
/// they held all the same. Every run must end as if none of that had happened.
/// </summary>
public sealed class ChaosTests
{
    private const int Dags = 5;
    private const int RunsPerDag = 10;
    private const int MaxSteps = 20_000;

    private TestEngine engine = null!;
    private int steps;
    private int deaths;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Run_ManyRunsWithDyingWorkers_LosesNothingAndDoublesNothing(int seed)
    {
        await using var started = engine = await TestEngine.CreateAsync();
        await engine.ExecuteAsync("""
            CREATE TABLE ledger (run_id bigint, task_index int, map_index int, attempt int, worker_id bigint, is_accepted bool,
                PRIMARY KEY (run_id, task_index, map_index, attempt))
            """);
        var graphs = Enumerable.Range(0, Dags).Select(dag => Hasty(RandomDag.Graph((seed * 1000) + dag))).ToList();
        var runs = new List<(long RunId, int Dag)>();
        for (var dag = 0; dag < Dags; dag++)
            await StoredHistory.StoreAsync(engine, $"chaos{dag}", graphs[dag]);
        await engine.ExecuteAsync("""UPDATE dag_version SET settings = '{"max_active_runs": 4}'""");
        for (var run = 0; run < RunsPerDag * Dags; run++)
        {
            var created =
                await engine.Runs.CreateAsync(
                    new NewRun($"chaos{run % Dags}", $"run{run}", RunType.Manual, new JsonObject(), "test"), default);
            runs.Add((created!.Value, run % Dags));
        }

        var schedulers = Enumerable.Range(0, 3).Select(_ => Task.Run(ScheduleAsync));
        var workers = Enumerable.Range(0, 5).Select(at => Task.Run(() => WorkAsync(at, new Random((seed * 100) + at), graphs)));
        await Task.WhenAll(schedulers.Concat(workers));

        deaths.ShouldBeGreaterThan(5);
        foreach (var (runId, dag) in runs)
            await CheckAsync(runId, graphs[dag]);
    }

    /// <summary>A scheduler with services of its own.</summary>
    private async Task ScheduleAsync()
    {
        var rescuer = new Rescuer(
            new WorkerStore(engine.Data), new TaskQueue(engine.Data, new GraphCache(engine.Data)), new CallbackStore(engine.Data),
            NullLogger<Rescuer>.Instance);
        var store = new RunStore(engine.Data, new GraphCache(engine.Data));
        while (await GoesOnAsync())
        {
            await rescuer.RunOnceAsync(default);
            await store.StartQueuedAsync(default);
        }
    }

    private async Task WorkAsync(int number, Random random, IReadOnlyList<DagGraph> graphs)
    {
        var queue = new TaskQueue(engine.Data, new GraphCache(engine.Data));
        var store = new WorkerStore(engine.Data);
        var worker = await store.RegisterAsync($"worker {number}", [], 4, "test", default);
        var held = new List<ClaimedTask>();
        while (await GoesOnAsync())
        {
            var ending = held.Where(_ => random.Next(2) == 0).ToList();
            held.RemoveAll(ending.Contains);
            foreach (var claimed in await StepAsync(ending, new ClaimRequest(worker, [], 4, ExpectsIdle: random.Next(2) == 0)))
            {
                // The same attempt twice would break the ledger's key.
                await engine.ExecuteAsync(
                    "INSERT INTO ledger VALUES (@RunId, @TaskIndex, @MapIndex, @Number, @worker, false)",
                    new { claimed.Key.RunId, claimed.Key.TaskIndex, claimed.Key.MapIndex, claimed.Attempt.Number, worker });
                held.Add(claimed);
            }

            // Not a second time over the same task: a task that kills its workers each time fails, and rightly so.
            if (random.Next(15) != 0 || held.Exists(task => task.Attempt.Lost > 0))
                continue;
            Interlocked.Increment(ref deaths);
            await store.StopAsync(worker, default);
            if (random.Next(2) == 0)
                await StepAsync(held, null);
            held.Clear();
            worker = await store.RegisterAsync($"worker {number} again", [], 4, "test", default);
        }

        async Task<IReadOnlyList<ClaimedTask>> StepAsync(List<ClaimedTask> ending, ClaimRequest? claim)
        {
            var finished = ending.Select(task => new FinishedAttempt(task, worker, Outcome(graphs[GraphOf(task)], task.Key, task.Attempt)))
                .ToList();
            var step = await queue.StepAsync(finished, claim, default);
            foreach (var attempt in finished.Except(step.Refused))
            {
                await engine.ExecuteAsync(
                    "UPDATE ledger SET is_accepted = true WHERE run_id = @RunId AND task_index = @TaskIndex AND map_index = @MapIndex AND attempt = @Number",
                    new { attempt.Task.Key.RunId, attempt.Task.Key.TaskIndex, attempt.Task.Key.MapIndex, attempt.Task.Attempt.Number });
            }

            return step.Claimed;
        }
    }

    private static int GraphOf(ClaimedTask task) => task.Run.DagId[^1] - '0';

    /// <summary>Whether any run has not ended. What takes too long does not end at all.</summary>
    private async Task<bool> GoesOnAsync()
    {
        Interlocked.Increment(ref steps).ShouldBeLessThan(MaxSteps, "runs do not end");
        return await engine.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM dag_run WHERE state IN ('queued', 'running'))");
    }

    /// <summary>The run ended as one in memory does whose attempts end alike, and every attempt is accounted for.</summary>
    private async Task CheckAsync(long runId, DagGraph graph)
    {
        var model = new ModelRun(graph);
        while (model.Run.Instances.FirstOrDefault(one => one.State.IsClaimable()) is { } next)
        {
            var key = (next.Task, next.MapIndex);
            model.Apply(new RunEvent.Claim(key));
            var attempt = new AttemptCount(next.Attempt, next.Uncounted, next.Lost);
            model.Apply(new RunEvent.End(key, Outcome(graph, new TaskKey(runId, next.Task, next.MapIndex), attempt)));
        }

        (await engine.StateAsync(runId)).ShouldBe(model.Run.State!.Value.Name());
        (await engine.ScalarAsync<string>(
            "SELECT string_agg(task_index || '[' || map_index || ']' || state, ' ' ORDER BY task_index, map_index) FROM task_instance WHERE run_id = @runId",
            new { runId })).ShouldBe(string.Join(' ', model.Run.Instances.Select(one => $"{one.Task}[{one.MapIndex}]{one.State.Name()}")));
        (await engine.ScalarAsync<string>("SELECT unfinished || ' ' || failed_leaves FROM dag_run WHERE run_id = @runId", new { runId }))
            .ShouldBe($"0 {model.Run.FailedLeaves}");

        // An attempt is accepted or lost, never both; outputs are those of attempts that succeeded.
        (await engine.ScalarAsync<int>(
            """
            SELECT count(*) FROM ledger l FULL JOIN (SELECT * FROM attempt WHERE run_id = @runId) a USING (run_id, task_index, map_index, attempt)
            WHERE run_id = @runId AND (l.is_accepted IS DISTINCT FROM (a.state <> 'lost'))
            """, new { runId })).ShouldBe(0);
        (await engine.ScalarAsync<int>(
            """
            SELECT count(*) FROM task_output o WHERE run_id = @runId AND NOT EXISTS (SELECT FROM task_instance t
                WHERE (t.run_id, t.task_index, t.map_index, t.attempt) = (o.run_id, o.task_index, o.map_index, o.attempt) AND t.state = 'success')
            """, new { runId })).ShouldBe(0);
    }

    /// <summary>The same for the same failure of the same instance, whoever runs it and however often it was lost.</summary>
    private static TaskOutcome Outcome(DagGraph graph, TaskKey key, AttemptCount attempt)
    {
        var random = new Random(unchecked((int)((key.RunId * 7919) + (key.TaskIndex * 104_729) + (key.MapIndex * 31) + attempt.Failures)));
        return random.Next(12) switch
        {
            0 or 1 => new TaskOutcome.Failed("no", Retryable: true),
            2 => new TaskOutcome.Skipped("nothing to do"),
            3 => new TaskOutcome.Failed("never", Retryable: false),
            _ => new TaskOutcome.Succeeded(
                $"[{string.Join(',', Enumerable.Repeat('0', random.Next(5)))}]",
                graph.Tasks[key.TaskIndex].Kind switch
                {
                    "branch" => [.. graph.Downstreams(key.TaskIndex).Where(_ => random.Next(2) == 0)],
                    "short_circuit" => random.Next(3) == 0 ? [] : [.. graph.Edges(key.TaskIndex).Select(edge => edge.To)],
                    _ => null,
                }),
        };
    }

    /// <summary>Without waits.</summary>
    private static DagGraph Hasty(DagGraph graph) =>
        new([.. graph.Tasks.Select(task => task with { Backoff = Backoff.Constant(TimeSpan.Zero), DependsOnPast = false })]);
}
