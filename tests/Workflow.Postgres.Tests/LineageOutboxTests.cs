using Workflow.Postgres.Effects;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Postgres.Tests;

/// <summary>Which attempts are told of: each by one start and one end, or by neither.</summary>
public sealed class LineageOutboxTests : IAsyncLifetime
{
    private TestEngine engine = null!;
    private long worker;

    /// <summary>The ways in which an attempt ends.</summary>
    public enum End
    {
        Succeeds,
        Skips,
        Fails,
        FailsAndRetries,
        TimesOut,
        IsCancelled,
        IsLost,
        IsLostForGood,
        IsLostInAStoppedRun,
        Waits,
        IsGivenBack,
        IsMarkedMeanwhile,
        IsClearedMeanwhile,
        IsLostWhenCleared,
    }

    /// <summary>How it is known that an attempt uses data.</summary>
    public enum Known
    {
        NotAtAll,
        ByItsTypes,
        ByItsWord,
        ByItsRows,
    }

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        worker = await engine.Workers.RegisterAsync("one", [], 10, "test", default);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(End.Succeeds, "COMPLETE", Known.ByItsWord)]
    [InlineData(End.Skips, "COMPLETE", Known.ByItsWord)]
    [InlineData(End.Fails, "FAIL", Known.ByItsWord, Known.ByItsTypes)]
    [InlineData(End.FailsAndRetries, "FAIL", Known.ByItsWord, Known.ByItsTypes)]
    [InlineData(End.TimesOut, "FAIL", Known.ByItsWord, Known.ByItsTypes)]
    [InlineData(End.IsCancelled, "ABORT", Known.ByItsWord, Known.ByItsTypes)]
    [InlineData(End.IsLost, "FAIL", Known.ByItsWord, Known.ByItsTypes, Known.ByItsRows)]
    [InlineData(End.IsLostForGood, "FAIL", Known.ByItsWord, Known.ByItsTypes, Known.ByItsRows)]
    [InlineData(End.IsLostInAStoppedRun, "FAIL", Known.ByItsWord, Known.ByItsTypes, Known.ByItsRows)]
    [InlineData(End.Waits, "")]
    [InlineData(End.IsGivenBack, "")]
    [InlineData(End.IsMarkedMeanwhile, "ABORT", Known.ByItsWord)]
    [InlineData(End.IsClearedMeanwhile, "ABORT", Known.ByItsWord, Known.ByItsTypes)]
    [InlineData(End.IsLostWhenCleared, "ABORT", Known.ByItsWord, Known.ByItsTypes, Known.ByItsRows)]
    public async Task Step_AnAttemptThatEnds_IsToldOfByOneStartAndOneEndWhereItUsesData(End end, string told, params Known[] tells)
    {
        foreach (var known in Enum.GetValues<Known>())
        {
            await engine.ExecuteAsync("TRUNCATE dag_run, lineage_event CASCADE");
            var task = await EndAsync(end, known);

            var expected = tells.Contains(known) ? $"START, {told}" : "";
            (await EventsAsync(task.Attempt.Number)).ShouldBe(expected, $"known {known}");

            // Whoever hands the same attempt in once more, such as a worker that was taken for dead, is refused.
            await engine.Queue.StepAsync([Finished(task, new TaskOutcome.Succeeded("null"), hasEffects: true)], null, default);
            (await EventsAsync(task.Attempt.Number)).ShouldBe(expected, $"known {known}, handed in twice");
        }
    }

    [Fact]
    public async Task Step_AttemptsThatAreLostRetriedAndSucceed_AreToldOfEach()
    {
        await TriggerAsync(usesData: true, retries: 1);
        await HandInAsync(new TaskOutcome.Lost("dead"), hasEffects: false);
        await HandInAsync(new TaskOutcome.Failed("bad", Retryable: true), hasEffects: false);
        await HandInAsync(new TaskOutcome.Deferred("later", TimeSpan.Zero, null), hasEffects: true);
        await HandInAsync(new TaskOutcome.Succeeded("null"), hasEffects: true);

        (await engine.ScalarAsync<string>(
            "SELECT string_agg(attempt || ' ' || event_type || coalesce(' ' || message, ''), ', ' ORDER BY lineage_event_id) FROM lineage_event"))
            .ShouldBe("1 START, 1 FAIL dead, 2 START, 2 FAIL bad, 4 START, 4 COMPLETE");
    }

    private async Task<ClaimedTask> EndAsync(End end, Known known)
    {
        var runId = await TriggerAsync(known == Known.ByItsTypes, retries: end == End.FailsAndRetries ? 1 : 0);
        for (var before = 1; end == End.IsLostForGood && before < RunMachine.LostLimit; before++)
            await HandInAsync(new TaskOutcome.Lost("dead"), hasEffects: false);
        var task = await ClaimAsync();
        if (known == Known.ByItsRows)
        {
            var staged = new StagedDataset("d", new string('a', 64), 1, 1, new Dictionary<string, string>(), [], [], "tests", []);
            await new EffectStore(engine.Data).StageAsync(new AttemptSource(task, "a"), staged, default);
        }

        if (end is End.IsCancelled or End.IsLostInAStoppedRun)
            await engine.Editor.StopAsync(runId, new RunStop(RunState.Cancelled, "stopped"), default);
        if (end == End.IsMarkedMeanwhile)
            await engine.Editor.EditAsync(runId, run => run.Mark([(0, TaskKey.Whole)], TaskState.Success, "by hand"), null, default);
        if (end is End.IsClearedMeanwhile or End.IsLostWhenCleared)
            await engine.Editor.EditAsync(runId, run => run.Clear([(0, TaskKey.Whole)]), null, default);
        TaskOutcome outcome = end switch
        {
            End.Succeeds or End.IsMarkedMeanwhile => new TaskOutcome.Succeeded("null"),
            End.Skips => new TaskOutcome.Skipped("nothing to do"),
            End.Fails or End.FailsAndRetries => new TaskOutcome.Failed("bad", Retryable: true),
            End.TimesOut => new TaskOutcome.TimedOut(TimeSpan.FromSeconds(1)),
            End.IsCancelled or End.IsClearedMeanwhile => new TaskOutcome.Cancelled(),
            End.Waits => new TaskOutcome.Deferred("later", TimeSpan.FromHours(1), null),
            End.IsGivenBack => new TaskOutcome.Returned("too new"),
            _ => new TaskOutcome.Lost("dead"),
        };
        await engine.Queue.StepAsync([Finished(task, outcome, known == Known.ByItsWord)], null, default);
        return task;
    }

    private async Task HandInAsync(TaskOutcome outcome, bool hasEffects)
    {
        await engine.ExecuteAsync("UPDATE task_instance SET ready_at = now() WHERE ready_at IS NOT NULL");
        await engine.Queue.StepAsync([Finished(await ClaimAsync(), outcome, hasEffects)], null, default);
    }

    private FinishedAttempt Finished(ClaimedTask task, TaskOutcome outcome, bool hasEffects) => new(task, worker, outcome, hasEffects);

    private async Task<ClaimedTask> ClaimAsync() =>
        (await engine.Queue.StepAsync([], new ClaimRequest(worker, [], 5), default)).Claimed.Single();

    private Task<string> EventsAsync(int attempt) => engine.ScalarAsync<string>(
        "SELECT coalesce(string_agg(event_type, ', ' ORDER BY lineage_event_id), '') FROM lineage_event WHERE attempt = @attempt",
        new { attempt });

    private async Task<long> TriggerAsync(bool usesData, int retries) => await engine.TriggerAsync(await engine.SaveAsync($$"""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("test");
                dag.Task("a", _ => Task.FromResult<{{(usesData ? "List<DatasetVersion>" : "List<string>")}}>(null!)).Retries({{retries}});
            }
        }
        """));
}
