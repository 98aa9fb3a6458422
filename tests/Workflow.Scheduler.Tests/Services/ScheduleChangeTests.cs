using System.Globalization;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class ScheduleChangeTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Save_UnchangedSchedule_KeepsItsFireTimeWhateverElseChanges()
    {
        await engine.DagAsync("same",
            """dag.Schedule(BusinessCalendar.Of(Cron.Of("0 * * * *"), [new System.DateOnly(2020, 1, 1)])).Catchup();""");
        await engine.DueSinceAsync("same", 3);

        await engine.DagAsync(
            "same", """dag.Schedule(BusinessCalendar.Of(Cron.Of("0 * * * *"), [new System.DateOnly(2020, 1, 1)])).Catchup().Owner("me");""");

        (await engine.IsWaitingAsync("same")).ShouldBeFalse();
        (await TurnAsync()).ShouldBe(4);
    }

    [Theory]
    [InlineData("""dag.Schedule(Cron.Of("30 * * * *"));""")]
    [InlineData("""dag.Schedule(Cron.Of("0 * * * *", "Europe/Berlin"));""")]
    [InlineData("""dag.Schedule(Cron.Of("0 * * * *") with { OnGap = Gap.FireAfter });""")]
    [InlineData("""dag.Schedule(Every.Of(System.TimeSpan.FromHours(1)));""")]
    [InlineData("""dag.Schedule(Cron.Of("0 * * * *")).StartDate(System.DateTimeOffset.Parse("2020-01-01Z"));""")]
    [InlineData("""dag.Schedule(Cron.Of("0 * * * *")).EndDate(System.DateTimeOffset.Parse("2220-01-01Z"));""")]
    public async Task Save_ChangedSchedule_NeverFiresThePast(string changed)
    {
        await engine.DagAsync("changed", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.DueSinceAsync("changed", 3);

        await engine.DagAsync("changed", changed);

        (await TurnAsync()).ShouldBe(0);
        (await engine.IsWaitingAsync("changed")).ShouldBeTrue();
    }

    [Fact]
    public async Task Save_CatchupSwitchedOn_GoesOnFromTheLastFireTime()
    {
        await engine.DagAsync("on", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.DueSinceAsync("on", 0);
        await TurnAsync();
        await engine.ExecuteAsync(
            """
            UPDATE dag SET last_fire_at = last_fire_at - interval '3 hours';
            UPDATE dag_run SET run_key = 'earlier', logical_date = logical_date - interval '3 hours'
            """);

        await engine.DagAsync(
            "on", """dag.Schedule(Cron.Of("0 * * * *")).Catchup().StartDate(System.DateTimeOffset.Parse("2020-01-01Z"));""");
        await TurnAsync();

        (await engine.HoursAsync("on")).ShouldBe("-3h -2h -1h 0h");
    }

    [Fact]
    public async Task Save_ScheduleRemoved_LeavesNothingToWaitFor()
    {
        await engine.DagAsync("gone", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.DueSinceAsync("gone", 1);

        await engine.DagAsync("gone", "");

        (await TurnAsync()).ShouldBe(0);
        (await engine.ScalarAsync<bool>(
            "SELECT next_fire_at IS NULL AND schedule IS NULL AND schedule_text IS NULL AND time_zone IS NULL FROM dag"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Advance_ScheduleChangedSinceItWasRead_MovesNothingOn()
    {
        await engine.DagAsync("raced", """dag.Schedule(Cron.Of("0 * * * *")).Catchup();""");
        await engine.DueSinceAsync("raced", 2);
        var read = (await engine.Schedules().DueAsync(default)).ShouldHaveSingleItem();
        await engine.DagAsync("raced", """dag.Schedule(Cron.Of("30 * * * *")).Catchup();""");
        // The new schedule happens to wait for the very instant that the old one had: only the count of changes tells them apart.
        await engine.ExecuteAsync("UPDATE dag SET next_fire_at = @FireAt", new { read.FireAt });

        var moved = await engine.Schedules().AdvanceAsync(read, null, DateTimeOffset.UnixEpoch, null, default);

        moved.ShouldBeFalse();
        (await engine.ScalarAsync<DateTime>("SELECT next_fire_at FROM dag")).ShouldBe(read.FireAt!.Value);
    }

    [Fact]
    public async Task Save_DagThatComesBack_DoesNotRunWhatItMissed()
    {
        await engine.DagAsync("back", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.DueSinceAsync("back", 2);
        await engine.Dags.DeactivateAsync("back", "Its file is gone.", default);
        (await TurnAsync()).ShouldBe(0);

        await engine.DagAsync("back", """dag.Schedule(Cron.Of("0 * * * *"));""");

        (await TurnAsync()).ShouldBe(0);
        (await engine.IsWaitingAsync("back")).ShouldBeTrue();
    }

    [Fact]
    public async Task Save_EveryKind_ShowsTextZoneAndNextRun()
    {
        await engine.DagAsync("a_cron", """dag.Schedule(Cron.Of("@daily", "Asia/Tokyo"));""");
        await engine.DagAsync("b_every", "dag.Schedule(Every.Of(System.TimeSpan.FromMinutes(15)));");
        await engine.DagAsync("c_at", """dag.Schedule(At.Of(System.DateTimeOffset.Parse("2120-01-01T06:30Z")));""");
        await engine.DagAsync("d_datasets",
            """dag.Schedule(OnDatasets.Of(Dataset.Named("a") & (Dataset.Named("b") | Dataset.Named("c"))));""");
        await engine.DagAsync("e_union", """dag.Schedule(AnyOf.Of(Cron.Of("0 1 * * *"), OnDatasets.Of(Dataset.Named("a"))));""");
        await engine.DagAsync("f_loop", "dag.Schedule(new Continuous());");

        var shown = await engine.ScalarAsync<string>(
            "SELECT string_agg(concat_ws('|', schedule_text, time_zone, next_fire_at IS NOT NULL), E'\\n' ORDER BY dag_id) FROM dag");

        shown.ShouldBe(string.Join('\n', [
            "@daily|Asia/Tokyo|t", "every 15 minutes|t", "at 2120-01-01 06:30Z|t", "on a & (b | c)|f", "0 1 * * * or on a|UTC|t",
            "continuous|f"]));
        (await engine.ScalarAsync<DateTime>("SELECT next_fire_at FROM dag WHERE dag_id = 'c_at'"))
            .ShouldBe(DateTime.Parse("2120-01-01T06:30", CultureInfo.InvariantCulture));
    }

    private Task<int> TurnAsync() => engine.Creator().RunOnceAsync(TestContext.Current.CancellationToken);
}
