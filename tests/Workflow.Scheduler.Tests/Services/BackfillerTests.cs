using System.Text.Json.Nodes;
using Workflow.Postgres.Backfills;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class BackfillerTests : BackfillTest
{
    [Fact]
    public async Task Move_MoreDatesThanMayRun_StartsTheNextInOrderAsRunsEnd()
    {
        await Engine.DagAsync("narrow", Daily + "dag.MaxActiveRuns(1);");
        await GivenRunAsync("narrow", day: 50);
        var id = await GivenBackfillAsync("narrow", days: 4, maxActiveRuns: 2);
        (await StateAsync(id)).ShouldBe("queued");

        (await TurnAsync()).ShouldBe(2, "whatever else the DAG has running");
        (await TurnAsync()).ShouldBe(0);
        (await DatesAsync(id)).ShouldBe("created:running created:running pending pending");

        await EndAsync((await ClaimAsync()).First(task => task.Run.RunKey.StartsWith("backfill__2020-01-01", StringComparison.Ordinal)));
        (await TurnAsync()).ShouldBe(1);
        (await DatesAsync(id)).ShouldBe("created:success created:running created:running pending");
        (await StateAsync(id)).ShouldBe("running");
    }

    [Fact]
    public async Task Move_LastRunEnded_CompletesEvenIfRunsFailed()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 2);
        await TurnAsync();
        var tasks = await ClaimAsync();
        await EndAsync(tasks[0], Failure);
        (await TurnAsync()).ShouldBe(0);
        await EndAsync(tasks[1]);

        (await TurnAsync()).ShouldBe(1);

        (await StateAsync(id)).ShouldBe("completed");
        (await DatesAsync(id)).ShouldBe("created:failed created:success");
        (await TurnAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Move_NewRun_IsOneOfTheBackfillOnItsOwnLane()
    {
        await Engine.DagAsync("typed", Daily + """dag.Param("month", "none");""");
        await GivenBackfillAsync("typed", days: 2, conf: new JsonObject { ["month"] = "2020-01" });

        await TurnAsync();

        (await Engine.ScalarAsync<string>("""
            SELECT string_agg(concat_ws(' ', run_key, run_type, triggered_by, conf ->> 'month', interval_start = logical_date - interval '1 day',
                interval_end = logical_date, ignores_past), E'\n' ORDER BY run_id) FROM dag_run
            """)).ShouldBe("""
            backfill__2020-01-01T02:00:00.000000Z backfill ada 2020-01 t t t
            backfill__2020-01-02T02:00:00.000000Z backfill ada 2020-01 t t f
            """);
        (await Engine.ScalarAsync<bool>("SELECT bool_and(t.lane = 2 * d.lane + 1) FROM task_instance t, dag d")).ShouldBeTrue();
    }

    [Fact]
    public async Task Move_Backwards_StartsWithTheNewest()
    {
        await Engine.DagAsync("plain", Daily);
        await GivenBackfillAsync("plain", days: 3, maxActiveRuns: 1, backwards: true);

        await TurnAsync();

        (await ClaimAsync()).Single().Run.LogicalDate.ShouldBe(First.AddDays(2));
    }

    [Fact]
    public async Task Move_PausedDag_RunsSinceAPersonAskedForIt()
    {
        await Engine.DagAsync("plain", Daily);
        await Engine.Dags.SetPausedAsync("plain", paused: true, default);
        var id = await GivenBackfillAsync("plain", days: 1);

        (await TurnAsync()).ShouldBe(1);

        (await DatesAsync(id)).ShouldBe("created:running");
    }

    [Fact]
    public async Task Move_DagOutOfService_WaitsUntilItIsBack()
    {
        await Engine.DagAsync("gone", Daily);
        await Engine.DagAsync("fine", Daily);
        var waiting = await GivenBackfillAsync("gone", days: 1);
        var other = await GivenBackfillAsync("fine", days: 1);
        await Engine.Dags.DeactivateAsync("gone", "Its file was deleted.", default);

        (await TurnAsync()).ShouldBe(1);

        (await DatesAsync(waiting)).ShouldBe("pending");
        (await DatesAsync(other)).ShouldBe("created:running");
        await Should.ThrowAsync<Workflow.Postgres.Runs.DagNotRunnableException>(Steps().MoveAsync(waiting, default));
        await Engine.DagAsync("gone", Daily);
        (await TurnAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Move_ParametersNoLongerFit_PausesAndSaysWhy()
    {
        await Engine.DagAsync("typed", Daily);
        var id = await GivenBackfillAsync("typed", days: 2, maxActiveRuns: 1);
        await TurnAsync();
        await Engine.DagAsync("typed", Daily + """dag.RequiredParam<string>("month");""");
        await WorkAsync();

        (await TurnAsync()).ShouldBe(0);

        (await StateAsync(id)).ShouldBe("paused");
        (await Engine.ScalarAsync<string>("SELECT message FROM backfill")).ShouldContain("parameter 'month' is required");
        (await DatesAsync(id)).ShouldBe("created:success pending");
        await Engine.DagAsync("typed", Daily);
        await Store.UnpauseAsync(id, default);
        (await TurnAsync()).ShouldBe(1);
        (await Engine.ScalarAsync<bool>("SELECT message IS NULL FROM backfill")).ShouldBeTrue();
    }

    [Fact]
    public async Task Pause_Running_StartsNothingUntilItIsResumed()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 3, maxActiveRuns: 1);
        await TurnAsync();

        (await Store.PauseAsync(id, default)).ShouldBeTrue();
        await WorkAsync();

        (await TurnAsync()).ShouldBe(0);
        (await DatesAsync(id)).ShouldBe("created:success pending pending", "the one that ran went on");
        (await Store.UnpauseAsync(id, default)).ShouldBeTrue();
        (await TurnAsync()).ShouldBe(1);
        (await DatesAsync(id)).ShouldBe("created:success created:running pending");
    }

    [Theory]
    [InlineData(false, "created:running created:running pending")]
    [InlineData(true, "created:cancelled created:cancelled pending")]
    public async Task Cancel_Running_CreatesNoMoreAndStopsThoseThatRunIfTold(bool stopRunning, string expected)
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 3, maxActiveRuns: 2);
        var outside = await GivenRunAsync("plain", day: 9);
        await TurnAsync();

        (await Store.CancelAsync(id, stopRunning, default)).ShouldBeTrue();
        await TurnAsync();

        (await StateAsync(id)).ShouldBe("cancelled");
        (await DatesAsync(id)).ShouldBe(expected);
        (await Engine.StateAsync(outside)).ShouldBe("running", "it is none of the backfill's");
        (await TurnAsync()).ShouldBe(0);
        foreach (var order in new[] { Store.CancelAsync(id, true, default), Store.PauseAsync(id, default),
            Store.UnpauseAsync(id, default) })
            (await order).ShouldBeFalse("it has ended");
        (await GivenBackfillAsync("plain", days: 1)).ShouldBeGreaterThan(id);
    }

    [Fact]
    public async Task Cancel_RunThatWaitsForItsStart_IsCancelled()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 1);
        await TurnAsync();
        await Store.PauseAsync(id, default);
        await RequeueAsync();
        (await TurnAsync()).ShouldBe(0, "a paused backfill starts nothing");

        await Store.CancelAsync(id, stopRunning: false, default);
        await TurnAsync();

        (await DatesAsync(id)).ShouldBe("created:cancelled");
    }

    [Fact]
    public async Task Move_RunOfAnEndedBackfillQueuedAgain_IsStarted()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 1);
        await TurnAsync();
        await WorkAsync();
        await TurnAsync();
        (await StateAsync(id)).ShouldBe("completed");
        await RequeueAsync();

        (await TurnAsync()).ShouldBe(1);

        (await DatesAsync(id)).ShouldBe("created:running");
        (await StateAsync(id)).ShouldBe("completed");
    }

    [Fact]
    public async Task Create_WhileOneIsActive_IsRefusedWhateverItsState()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 1);
        var second = new NewBackfill("plain", First, First, ReprocessBehavior.None, 1, false, [], "bob");

        (await Store.CreateAsync(second, [new BackfillDate(First, null)], default)).ShouldBeNull();
        await Store.PauseAsync(id, default);
        (await Store.CreateAsync(second, [new BackfillDate(First, null)], default)).ShouldBeNull();

        (await Engine.ScalarAsync<long>("SELECT count(*) FROM backfill_run")).ShouldBe(1);
    }

    [Fact]
    public async Task Move_ManySchedulersAtOnce_EachDateHasItsTurnOnceWithinTheLimit()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 30, maxActiveRuns: 4);

        for (var round = 0; round < 100 && await StateAsync(id) != "completed"; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(TurnAsync)));
            (await Engine.ScalarAsync<int>("SELECT count(*)::int FROM dag_run WHERE state = 'running'")).ShouldBeLessThanOrEqualTo(4);
            await WorkAsync();
        }

        (await DatesAsync(id)).ShouldBe(string.Join(' ', Enumerable.Repeat("created:success", 30)));
        (await Engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(30);
        (await StateAsync(id)).ShouldBe("completed");
    }

    /// <remarks>Whatever a killed scheduler had done is undone by the database; what it had committed stands.</remarks>
    [Fact]
    public async Task Move_SchedulerKilledWithinAStep_IsPassedByAndThenReplaced()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 3);
        (await Steps().MoveAsync(id, default)).ShouldBe(BackfillStep.Moved);
        await using (var killed = await Engine.Data.OpenConnectionAsync())
        {
            await using var transaction = await killed.BeginTransactionAsync();
            await using var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM backfill FOR NO KEY UPDATE", killed, transaction);
            await hold.ExecuteNonQueryAsync();
            (await TurnAsync()).ShouldBe(0);
        }

        (await TurnAsync()).ShouldBe(2);

        (await DatesAsync(id)).ShouldBe("created:running created:running created:running");
        (await Engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(3);
    }

    [Fact]
    public async Task Stop_KilledBeforeItWasRecorded_IsDoneOnceMoreWithoutEffect()
    {
        await Engine.DagAsync("plain", Daily);
        var id = await GivenBackfillAsync("plain", days: 1);
        await TurnAsync();
        await Store.CancelAsync(id, stopRunning: true, default);
        await Steps().StopCancelledAsync(default);
        await Engine.ExecuteAsync("UPDATE backfill_run SET is_to_stop = true");

        (await Steps().StopCancelledAsync(default)).ShouldBe(0);

        (await DatesAsync(id)).ShouldBe("created:cancelled");
        (await Engine.ScalarAsync<bool>("SELECT is_to_stop FROM backfill_run")).ShouldBeFalse();
    }

    /// <summary>As a rerun on another version does it.</summary>
    private Task RequeueAsync() => Engine.ExecuteAsync("""
        DELETE FROM task_instance;
        UPDATE dag_run SET state = 'queued', finished_at = NULL, unfinished = 0, failed_leaves = 0
        """);
}
