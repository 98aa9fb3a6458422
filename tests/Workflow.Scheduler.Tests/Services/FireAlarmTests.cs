using System.Text.Json.Nodes;
using Npgsql;
using Workflow.Postgres;
using Workflow.Scheduler.Services;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class FireAlarmTests : IAsyncLifetime
{
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Set_TimeThatComes_Rings()
    {
        var alarm = new FireAlarm(engine.Schedules(), TimeProvider.System);
        await alarm.StartAsync(default);
        var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        alarm.Rang += () => rang.TrySetResult();

        await alarm.SetAsync("dag", TimeSpan.FromDays(1), default);
        rang.Task.IsCompleted.ShouldBeFalse();
        await alarm.SetAsync("dag", TimeSpan.Zero, default);

        await rang.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await alarm.StopAsync(default);
    }

    [Fact]
    public async Task Start_DatabaseAway_DoesNotEndTheScheduler()
    {
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        var alarm = new FireAlarm(new Workflow.Postgres.Dags.ScheduleStore(nowhere), TimeProvider.System);

        await alarm.StartAsync(default);

        await alarm.StopAsync(default);
    }

    [Fact]
    public async Task Reset_SchedulesInTheDatabase_RingsAtOnceAndAtTheirFireTimes()
    {
        await engine.DagAsync("soon", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.ExecuteAsync("UPDATE dag SET next_fire_at = now() + interval '50 milliseconds'");
        var alarm = new FireAlarm(engine.Schedules(), TimeProvider.System);
        var rings = 0;
        var twice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        alarm.Rang += () =>
        {
            if (Interlocked.Increment(ref rings) == 2)
                twice.TrySetResult();
        };

        await alarm.StartAsync(default);

        await twice.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await alarm.StopAsync(default);
    }

    [Fact]
    public async Task Add_EventThatADagWaitsFor_NotifiesSchedulers()
    {
        await engine.DagAsync("eater", """dag.Schedule(OnDatasets.Of(Dataset.Named("a")));""");
        await using var listening = await engine.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channels.Datasets}", listening))
            await listen.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await engine.Events().AddAsync("a", new JsonObject(), "test", default);

        (await listening.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldBeTrue();
    }
}
