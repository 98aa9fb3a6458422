using System.Text.Json.Nodes;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Testing.Running;

namespace Workflow.Scheduler.Tests.Services;

/// <summary>How backfills get on with runs that are there already, and with those of the schedule.</summary>
public sealed class BackfillRunTests : BackfillTest
{
    [Theory]
    [InlineData(ReprocessBehavior.None,
        "already_exists:success already_exists:failed in_flight:running already_exists:cancelled created:running")]
    [InlineData(ReprocessBehavior.Failed, "already_exists:success cleared:running in_flight:running cleared:running created:running")]
    [InlineData(ReprocessBehavior.Completed, "cleared:running cleared:running in_flight:running cleared:running created:running")]
    public async Task Move_DatesWithRuns_FollowsTheReprocessBehavior(ReprocessBehavior reprocess, string expected)
    {
        await GivenEachKindOfRunAsync();
        var id = await GivenBackfillAsync("plain", days: 5, reprocess);

        await TurnAsync();

        (await DatesAsync(id)).ShouldBe(expected);
        (await Engine.ScalarAsync<string>("SELECT string_agg(run_type, ' ' ORDER BY logical_date) FROM dag_run"))
            .ShouldBe("scheduled scheduled scheduled scheduled backfill");
    }

    [Fact]
    public async Task Move_ClearedRuns_RunAgainAndCountForTheBackfill()
    {
        await GivenEachKindOfRunAsync();
        var id = await GivenBackfillAsync(
            "plain", days: 5, ReprocessBehavior.Completed, maxActiveRuns: 2, conf: new JsonObject { ["month"] = "new" });

        await TurnAsync();

        (await DatesAsync(id)).ShouldBe("cleared:running cleared:running pending pending pending");
        var tasks = (await ClaimAsync()).Where(task => task.Run.LogicalDate < First.AddDays(2)).ToList();
        tasks.Count.ShouldBe(2);
        tasks.ShouldAllBe(task => task.Attempt.Number == 2 && task.Lane % 2 == 1);
        (await Engine.ScalarAsync<string>("SELECT string_agg(coalesce(conf ->> 'month', 'own'), ' ' ORDER BY logical_date) FROM dag_run"))
            .ShouldBe("new new own own");
        foreach (var task in tasks)
            await EndAsync(task);
        await TurnAsync();
        (await DatesAsync(id)).ShouldBe("cleared:success cleared:success in_flight:running cleared:running created:running");
        await Engine.ExecuteAsync(
            "UPDATE dag_run SET state = 'success', finished_at = now() WHERE state = 'running' AND backfill_id IS NULL");
        await WorkAsync();
        (await TurnAsync()).ShouldBe(1);
        (await StateAsync(id)).ShouldBe("completed");
    }

    [Fact]
    public async Task Move_InFlightRun_IsLeftAloneAndNotWaitedFor()
    {
        await Engine.DagAsync("plain", Daily);
        var run = await GivenRunAsync("plain", day: 0);
        var id = await GivenBackfillAsync("plain", days: 1, ReprocessBehavior.Completed);

        (await TurnAsync()).ShouldBe(2);

        (await StateAsync(id)).ShouldBe("completed");
        (await DatesAsync(id)).ShouldBe("in_flight:running");
        (await Engine.ScalarAsync<bool>("SELECT backfill_id IS NULL FROM dag_run WHERE run_id = @run", new { run })).ShouldBeTrue();
    }

    [Fact]
    public async Task Move_ManualRunOfThatDate_DoesNotStandForIt()
    {
        await Engine.DagAsync("plain", Daily);
        await GivenRunAsync("plain", day: 0, RunType.Manual);
        var id = await GivenBackfillAsync("plain", days: 1);

        await TurnAsync();

        (await DatesAsync(id)).ShouldBe("created:running");
    }

    [Fact]
    public async Task Move_KeyGivenToARunByHand_IsTakenForTheDates()
    {
        await Engine.DagAsync("plain", Daily);
        await Engine.Runs.CreateAsync(new(
            "plain", RunKeys.Backfill(First), RunType.Manual, [], "ada"), default);
        var id = await GivenBackfillAsync("plain", days: 2);

        await TurnAsync();

        (await DatesAsync(id)).ShouldBe("in_flight:running created:running");
    }

    [Fact]
    public async Task Move_DependsOnPast_FirstIgnoresItAndEachOtherWaitsForTheOneBefore()
    {
        await DependentAsync();
        await GivenRunAsync("dependent", day: -1);
        await WorkAsync(Failure);
        var id = await GivenBackfillAsync("dependent", days: 2, ReprocessBehavior.Completed);

        await TurnAsync();

        (await DatesAsync(id)).ShouldBe("created:running created:running");
        var first = (await ClaimAsync()).Single();
        first.Run.LogicalDate.ShouldBe(First, "the failed run before the first date does not matter");
        await EndAsync(first);
        await Engine.RunKeeper.RunOnceAsync(default);
        (await ClaimAsync()).Single().Run.LogicalDate.ShouldBe(First.AddDays(1));
    }

    [Fact]
    public async Task Move_DependsOnPastAndCleared_WaitsForTheOneBeforeAgain()
    {
        await DependentAsync();
        await GivenRunAsync("dependent", day: -1);
        await WorkAsync(Failure);
        await GivenBackfillAsync("dependent", days: 2, ReprocessBehavior.Completed);
        await RunToTheEndAsync();
        var id = await GivenBackfillAsync("dependent", days: 2, ReprocessBehavior.Completed);

        await TurnAsync();

        (await DatesAsync(id)).ShouldBe("cleared:running cleared:running");
        var first = (await ClaimAsync()).Single();
        first.Run.LogicalDate.ShouldBe(First);
        await Engine.RunKeeper.RunOnceAsync(default);
        (await ClaimAsync()).ShouldBeEmpty("the one before runs");
        await EndAsync(first);
        await Engine.RunKeeper.RunOnceAsync(default);
        (await ClaimAsync()).Single().Run.LogicalDate.ShouldBe(First.AddDays(1));
    }

    [Fact]
    public async Task Clear_WithTheFuture_RunsTasksThatDependOnThePastInTheirOrder()
    {
        await DependentAsync();
        for (var day = 0; day < 3; day++)
        {
            await GivenRunAsync("dependent", day);
            await WorkAsync();
            await Engine.RunKeeper.RunOnceAsync(default);
        }

        var first = await Engine.ScalarAsync<long>("SELECT min(run_id) FROM dag_run");
        var acts = new RunActs(Engine.Data, new GraphCache(Engine.Data));

        (await acts.ClearAsync(first, new ClearRequest(new TaskSelection(), Future: true), isDryRun: false, default)).Count.ShouldBe(3);

        for (var day = 0; day < 3; day++)
        {
            await Engine.RunKeeper.RunOnceAsync(default);
            var task = (await ClaimAsync()).Single();
            task.Run.LogicalDate.ShouldBe(First.AddDays(day));
            await EndAsync(task);
        }
    }

    [Fact]
    public async Task Claim_HugeBackfill_DoesNotStarveTheScheduledRun()
    {
        await WideAsync();
        await GivenBackfillAsync("wide", days: 10);
        await TurnAsync();
        await GivenRunAsync("wide", day: 50);

        var claimed = await ClaimAsync(slots: 40);

        claimed.Count(task => task.Run.RunKey.StartsWith("scheduled", StringComparison.Ordinal))
            .ShouldBe(20, "all that it has, though it came last");
    }

    [Fact]
    public async Task Claim_ManyScheduledRuns_DoNotStarveTheBackfill()
    {
        await WideAsync();
        for (var day = 50; day < 60; day++)
            await GivenRunAsync("wide", day);
        await GivenBackfillAsync("wide", days: 1);
        await TurnAsync();

        var claimed = await ClaimAsync(slots: 40);

        claimed.Count(task => task.Run.RunKey.StartsWith("backfill", StringComparison.Ordinal))
            .ShouldBe(20, "all that it has, though it came last");
    }

    [Fact]
    public async Task Start_BackfillAndScheduleAtTheirLimits_NeitherHoldsUpTheOther()
    {
        await Engine.DagAsync("narrow", Daily + "dag.MaxActiveRuns(1);");
        var id = await GivenBackfillAsync("narrow", days: 5, maxActiveRuns: 2);
        await TurnAsync();

        var scheduled = new[] { await GivenRunAsync("narrow", day: 50), await GivenRunAsync("narrow", day: 51) };
        (await Engine.StateAsync(scheduled[0])).ShouldBe("running", "the backfill's runs do not count");
        (await Engine.StateAsync(scheduled[1])).ShouldBe("queued");

        var tasks = await ClaimAsync();
        await EndAsync(tasks.First(task => task.Run.RunKey.StartsWith("backfill", StringComparison.Ordinal)));
        await Engine.RunStarter.RunOnceAsync(default);
        (await Engine.StateAsync(scheduled[1])).ShouldBe("queued", "a run of the backfill ended, not one of the schedule's");
        (await TurnAsync()).ShouldBe(1, "though a scheduled run waits");
        (await DatesAsync(id)).ShouldBe("created:success created:running created:running pending pending");
    }

    private async Task GivenEachKindOfRunAsync()
    {
        await Engine.DagAsync("plain", Daily + """dag.MaxActiveRuns(1).Param("month", "none");""");
        await GivenRunAsync("plain", day: 0);
        await WorkAsync();
        await GivenRunAsync("plain", day: 1);
        await WorkAsync(Failure);
        await GivenRunAsync("plain", day: 2);
        await GivenRunAsync("plain", day: 3);
        (await Engine.Runs.CancelAsync("plain", "scheduled__3", default)).ShouldBeTrue("it waits for its start");
    }

    private Task<string> DependentAsync() => Engine.SaveAsync("""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("dependent").Schedule(Cron.Of("0 2 * * *"));
                dag.Task("a", _ => Task.CompletedTask).DependsOnPast();
            }
        }
        """);

    private Task<string> WideAsync() => Engine.SaveAsync("""
        public sealed class Test : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("wide").Schedule(Cron.Of("0 2 * * *"));
                for (var i = 0; i < 20; i++)
                    dag.Task($"t{i}", _ => Task.CompletedTask);
            }
        }
        """);

    private async Task RunToTheEndAsync()
    {
        for (var round = 0; round < 10; round++)
        {
            await TurnAsync();
            await WorkAsync();
            await Engine.RunKeeper.RunOnceAsync(default);
        }

        (await Engine.ScalarAsync<string>("SELECT state FROM backfill")).ShouldBe("completed");
    }
}
