using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class ContinuousTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        await engine.DagAsync("loop", "dag.Schedule(new Continuous());");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Create_Continuous_ANewRunFollowsWhenNoneIsActive()
    {
        (await TurnAsync()).ShouldBe(1);
        (await TurnAsync()).ShouldBe(0);
        await EndRunsAsync();
        (await TurnAsync()).ShouldBe(1);
        (await TurnAsync()).ShouldBe(0);

        (await engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(2);
        (await engine.ScalarAsync<bool>(
            "SELECT b.logical_date = a.finished_at AND b.interval_start = a.logical_date FROM dag_run a JOIN dag_run b ON b.run_id > a.run_id")).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_ContinuousWithManySchedulers_OneRunAtATime()
    {
        for (var round = 1; round <= 3; round++)
        {
            var created = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(TurnAsync)));

            created.Sum().ShouldBe(1);
            (await engine.ScalarAsync<long>("SELECT count(*) FROM dag_run")).ShouldBe(round);
            await EndRunsAsync();
        }
    }

    [Fact]
    public async Task Create_ContinuousWhileAManualRunIsActive_Waits()
    {
        await engine.TriggerAsync("loop");

        (await TurnAsync()).ShouldBe(0);

        await EndRunsAsync();
        (await TurnAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Create_ContinuousAfterTheClockWasSetBack_GoesOn()
    {
        await TurnAsync();
        await engine.ExecuteAsync("UPDATE dag_run SET logical_date = logical_date + interval '1 hour'");
        await EndRunsAsync();

        (await TurnAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("UPDATE dag SET is_paused = true")]
    [InlineData("UPDATE dag SET is_active = false")]
    [InlineData("UPDATE dag SET start_date = now() + interval '1 hour'")]
    [InlineData("UPDATE dag SET end_date = now() - interval '1 hour'")]
    public async Task Create_ContinuousThatMayNotRun_CreatesNothing(string change)
    {
        await engine.ExecuteAsync(change);

        (await TurnAsync()).ShouldBe(0);
    }

    private Task EndRunsAsync() => engine.ExecuteAsync(
        "UPDATE dag_run SET state = 'success', unfinished = 0, started_at = now(), finished_at = now() WHERE finished_at IS NULL");

    private Task<int> TurnAsync() => engine.Creator().RunOnceAsync(TestContext.Current.CancellationToken);
}
