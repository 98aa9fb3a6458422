using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class RunCreatorTests : IAsyncLifetime
{
    private const string Hourly = """dag.Schedule(Cron.Of("0 * * * *"));""";

    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Create_ADagThatCannotRunBySchedule_DoesNotHoldUpTheOthers()
    {
        await engine.DagAsync("wants", Hourly + """dag.RequiredParam<string>("month");""");
        await engine.DagAsync("fine", Hourly);
        await engine.DueSinceAsync("wants", 1);
        await engine.DueSinceAsync("fine", 0);

        var created = await TurnAsync();

        created.ShouldBe(1);
        (await engine.HoursAsync("fine")).ShouldBe("0h");
        (await engine.HoursAsync("wants")).ShouldBe("");
        (await engine.ScalarAsync<bool>("SELECT bool_and(next_fire_at > now()) FROM dag")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_AfterADowntime_RunsTheNewestMissedFireTimeOnly()
    {
        await engine.DagAsync("plain", Hourly);
        await engine.DueSinceAsync("plain", 5);

        (await TurnAsync()).ShouldBe(1);
        (await TurnAsync()).ShouldBe(0);

        (await engine.HoursAsync("plain")).ShouldBe("0h");
        (await engine.ScalarAsync<TimeSpan>("SELECT interval_end - interval_start FROM dag_run")).ShouldBe(TimeSpan.FromHours(1));
        (await engine.ScalarAsync<bool>("SELECT run_after = logical_date AND interval_end = logical_date FROM dag_run")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_WithCatchup_RunsEveryMissedFireTimeOldestFirst()
    {
        await engine.DagAsync("eager", Hourly + "dag.Catchup();");
        await engine.DueSinceAsync("eager", 3);

        (await TurnAsync()).ShouldBe(4);

        (await engine.HoursAsync("eager")).ShouldBe("-3h -2h -1h 0h");
        (await engine.IsWaitingAsync("eager")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_WithCatchupFromAStartDate_RunsInBoundedBatches()
    {
        var start = await engine.ScalarAsync<DateTime>("SELECT date_trunc('hour', now()) - interval '49 hours'");
        await engine.DagAsync("long", Hourly + $"""dag.Catchup().StartDate(System.DateTimeOffset.Parse("{start:O}"));""");

        (await TurnAsync()).ShouldBe(RunCreator.Batch);
        (await engine.IsWaitingAsync("long")).ShouldBeFalse();
        (await TurnAsync()).ShouldBe(RunCreator.Batch);
        (await TurnAsync()).ShouldBe(10);

        var hours = Enumerable.Range(0, 50).Select(hour => $"{hour - 49}h");
        (await engine.HoursAsync("long")).ShouldBe(string.Join(' ', hours));
        (await engine.IsWaitingAsync("long")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_WithAStartDateButNoCatchup_LeavesThePastAlone()
    {
        await engine.DagAsync("late", Hourly + """dag.StartDate(System.DateTimeOffset.Parse("2020-01-01T00:00Z"));""");

        (await TurnAsync()).ShouldBe(0);

        (await engine.IsWaitingAsync("late")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_AfterTheEndDate_EndsTheSchedule()
    {
        var end = await engine.ScalarAsync<DateTime>("SELECT date_trunc('hour', now()) - interval '2 hours'");
        await engine.DagAsync("over", Hourly + $"""dag.Catchup().EndDate(System.DateTimeOffset.Parse("{end:O}"));""");
        await engine.DueSinceAsync("over", 4);

        (await TurnAsync()).ShouldBe(3);

        (await engine.HoursAsync("over")).ShouldBe("-4h -3h -2h");
        (await engine.ScalarAsync<bool>("SELECT next_fire_at IS NULL FROM dag")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_WhilePaused_FireTimesPassByUnlessTheDagCatchesUp()
    {
        await engine.DagAsync("passes", Hourly);
        await engine.DagAsync("keeps", Hourly + "dag.Catchup();");
        foreach (var dagId in new[] { "passes", "keeps" })
        {
            await engine.DueSinceAsync(dagId, 2);
            await engine.Dags.SetPausedAsync(dagId, paused: true, default);
        }

        (await TurnAsync()).ShouldBe(0);
        await engine.Dags.SetPausedAsync("passes", paused: false, default);
        await engine.Dags.SetPausedAsync("keeps", paused: false, default);
        (await TurnAsync()).ShouldBe(3);

        (await engine.HoursAsync("passes")).ShouldBe("");
        (await engine.HoursAsync("keeps")).ShouldBe("-2h -1h 0h");
    }

    [Fact]
    public async Task Create_ManySchedulersAtOnce_EachRunIsCreatedOnce()
    {
        for (var dag = 0; dag < 5; dag++)
        {
            await engine.DagAsync($"dag{dag}", Hourly + "dag.Catchup();");
            await engine.DueSinceAsync($"dag{dag}", 15);
        }

        var created = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(TurnAsync)));

        created.Sum().ShouldBe(5 * 16);
        (await engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(5 * 16);
        (await engine.ScalarAsync<bool>("SELECT bool_and(next_fire_at > now()) FROM dag")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_KilledBeforeTheFireTimeMovedOn_CreatesNothingTwice()
    {
        await engine.DagAsync("killed", Hourly);
        await engine.DueSinceAsync("killed", 0);
        await TurnAsync();
        await engine.DueSinceAsync("killed", 0);

        (await TurnAsync()).ShouldBe(0);

        (await engine.HoursAsync("killed")).ShouldBe("0h");
        (await engine.IsWaitingAsync("killed")).ShouldBeTrue();
    }

    /// <remarks>To a clock that was set back, the last run lies in the future, and the next fire time further ahead.</remarks>
    [Fact]
    public async Task Create_ClockSetBack_WaitsForTheFireTimeItHad()
    {
        await engine.DagAsync("clock", Hourly);
        await engine.DueSinceAsync("clock", -1);
        (await TurnAsync()).ShouldBe(0);
        await engine.DueSinceAsync("clock", -4);

        (await TurnAsync()).ShouldBe(0);
        await engine.DagAsync("clock", Hourly + """dag.Owner("me");""");

        (await engine.ScalarAsync<int>(
            "SELECT round(extract(epoch FROM next_fire_at - date_trunc('hour', now())) / 3600)::int FROM dag")).ShouldBe(4);
    }

    /// <remarks>To a clock that was set forward, much was missed.</remarks>
    [Fact]
    public async Task Create_ClockSetForwardAndBack_CreatesNothingTwice()
    {
        await engine.DagAsync("clock", Hourly + "dag.Catchup();");
        await engine.DueSinceAsync("clock", 5);
        (await TurnAsync()).ShouldBe(6);
        await engine.DueSinceAsync("clock", 2);

        (await TurnAsync()).ShouldBe(0);

        (await engine.HoursAsync("clock")).ShouldBe("-5h -4h -3h -2h -1h 0h");
        (await engine.IsWaitingAsync("clock")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_UnreadableSchedule_DoesNotHoldUpTheOthers()
    {
        await engine.DagAsync("newer", Hourly);
        await engine.DagAsync("fine", Hourly);
        await engine.ExecuteAsync("""UPDATE dag SET schedule = '{"kind": "lunar"}' WHERE dag_id = 'newer'""");
        await engine.DueSinceAsync("newer", 1);
        await engine.DueSinceAsync("fine", 0);

        (await TurnAsync()).ShouldBe(1);

        (await engine.IsWaitingAsync("newer")).ShouldBeFalse();
        (await engine.IsWaitingAsync("fine")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_Union_RunsOnceWhereBothFire()
    {
        await engine.DagAsync("union",
            """dag.Schedule(AnyOf.Of(Cron.Of("0 * * * *"), Every.Of(System.TimeSpan.FromMinutes(60)))).Catchup();""");
        await engine.DueSinceAsync("union", 2);

        (await TurnAsync()).ShouldBe(3);

        (await engine.HoursAsync("union")).ShouldBe("-2h -1h 0h");
    }

    private Task<int> TurnAsync() => engine.Creator().RunOnceAsync(TestContext.Current.CancellationToken);
}
