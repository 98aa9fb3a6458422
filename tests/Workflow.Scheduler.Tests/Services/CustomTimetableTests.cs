using Workflow.Scheduler.Timetables;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

public sealed class CustomTimetableTests : IAsyncLifetime
{
    private const string EveryHours = """
        public sealed class EveryHours(int hours) : ITimetable
        {
            public System.DateTimeOffset? Next(System.DateTimeOffset after) => new System.DateTimeOffset(
                (after.UtcTicks / (hours * System.TimeSpan.TicksPerHour) + 1) * hours * System.TimeSpan.TicksPerHour, System.TimeSpan.Zero);
        }
        """;

    private TestEngine engine = null!;

    public async ValueTask InitializeAsync() => engine = await TestEngine.CreateAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("", "0h")]
    [InlineData("dag.Catchup();", "-3h -2h -1h 0h")]
    public async Task Create_OwnTimetable_FiresAsItSays(string more, string expected)
    {
        await engine.DagAsync("own", "dag.Schedule(new EveryHours(1));" + more, EveryHours);
        (await engine.IsWaitingAsync("own")).ShouldBeTrue();
        await engine.DueSinceAsync("own", 3);

        await TurnAsync();

        (await engine.HoursAsync("own")).ShouldBe(expected);
        (await engine.IsWaitingAsync("own")).ShouldBeTrue();
        (await engine.ScalarAsync<string>("SELECT schedule_text FROM dag")).ShouldBe("timetable EveryHours");
        (await engine.ScalarAsync<bool>(
            "SELECT bool_and(interval_end - interval_start = interval '1 hour') FROM dag_run WHERE interval_start IS NOT NULL"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Save_OwnTimetableWithOtherCode_IsAskedAnew()
    {
        await engine.DagAsync("own", "dag.Schedule(new EveryHours(1));", EveryHours);

        await engine.DagAsync("own", "dag.Schedule(new EveryHours(24));", EveryHours);

        (await engine.ScalarAsync<bool>(
            "SELECT next_fire_at = date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 day' FROM dag"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Create_TimetableThatThrows_DisturbsNoOtherDagAndIsExplained()
    {
        await engine.DagAsync("bad", "dag.Schedule(new Bad());", """
            public sealed class Bad : ITimetable
            {
                public System.DateTimeOffset? Next(System.DateTimeOffset after) => throw new System.InvalidOperationException("no moon");
            }
            """);
        await engine.DagAsync("fine", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.DueSinceAsync("fine", 0);

        (await TurnAsync()).ShouldBe(1);

        var error = await engine.ScalarAsync<string>("SELECT schedule_error FROM dag WHERE dag_id = 'bad'");
        error.ShouldContain("DAG 'bad': timetable Bad: Next threw InvalidOperationException: no moon (Test.cs, line");
        (await engine.HoursAsync("bad")).ShouldBe("");
    }

    [Fact]
    public async Task Create_TimetableThatFailsAfterAFireTimeWasNamed_RunsThatAndSaysWhyNoMore()
    {
        await engine.DagAsync("half", "dag.Schedule(new Half());", """
            public sealed class Half : ITimetable
            {
                public System.DateTimeOffset? Next(System.DateTimeOffset after) => after.Year < 2120 && after.Hour >= 0
                    ? after.AddYears(-1) : null;
            }
            """);
        await engine.ExecuteAsync("UPDATE dag SET schedule_error = NULL");
        await engine.DueSinceAsync("half", 1);

        (await TurnAsync()).ShouldBe(1);

        (await engine.HoursAsync("half")).ShouldBe("-1h");
        (await engine.ScalarAsync<string>("SELECT schedule_error FROM dag")).ShouldContain("which does not lie after that");
    }

    [Fact]
    public async Task Create_TimetableRepaired_FiresAgain()
    {
        await engine.DagAsync("own", "dag.Schedule(new EveryHours(1));", EveryHours);
        await engine.ExecuteAsync("UPDATE dag SET schedule_error = 'It failed.', next_fire_at = NULL");

        await TurnAsync();

        (await engine.IsWaitingAsync("own")).ShouldBeTrue();
        (await engine.ScalarAsync<bool>("SELECT schedule_error IS NULL FROM dag")).ShouldBeTrue();
    }

    [Fact]
    public async Task Ask_TimetableThatNeverAnswers_GivesUp()
    {
        await engine.DagAsync("stuck", "dag.Schedule(new Stuck());", """
            public sealed class Stuck : ITimetable
            {
                public System.DateTimeOffset? Next(System.DateTimeOffset after)
                {
                    if (after.Year == 2000)
                        new ManualResetEvent(false).WaitOne();
                    return null;
                }
            }
            """);
        var image = await engine.ScalarAsync<byte[]>("SELECT assembly FROM dag_version");
        var past = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

        var error =
            Should.Throw<TimetableException>(() => OwnTimetables.Ask("stuck", image, own => own.Next(past), TimeSpan.FromMilliseconds(50)));

        error.IsStuck.ShouldBeTrue();
        error.Message.ShouldContain("timetable Stuck did not answer within 0.05 seconds");
    }

    [Fact]
    public async Task Create_CodeThatDoesNotLoad_DisturbsNoOtherDagAndIsExplained()
    {
        await engine.DagAsync("own", "dag.Schedule(new EveryHours(1));", EveryHours);
        await engine.DagAsync("fine", """dag.Schedule(Cron.Of("0 * * * *"));""");
        await engine.ExecuteAsync("UPDATE dag_version SET assembly = '\\x00' WHERE dag_id = 'own'");
        await engine.DueSinceAsync("own", 2);
        await engine.DueSinceAsync("fine", 0);

        (await TurnAsync()).ShouldBe(2);

        (await engine.HoursAsync("own")).ShouldBe("-2h");
        (await engine.ScalarAsync<string>("SELECT schedule_error FROM dag WHERE dag_id = 'own'")).ShouldContain("its code cannot be asked");
    }

    private Task<int> TurnAsync() => engine.Creator().RunOnceAsync(TestContext.Current.CancellationToken);
}
