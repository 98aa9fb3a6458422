using Workflow.DagTesting;
using Workflow.Runs;

namespace Workflow.Dags.Tests;

/// <summary>What the kit for authors does, on a small DAG: a list, a task for each item, a branch, a retry, and waits.</summary>
public sealed class DagTestTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Run_OfMapBranchAndRetry_EndsAsTheEngineWould()
    {
        var run = await DagTest.Of<Sales>().StartingAt(Start).RunAsync();

        run.State.ShouldBe(RunState.Success);
        run["load"].Output<int[]>().ShouldBe([2, 4, 6]);
        run["load", 1].Output<int>().ShouldBe(4);
        run["load", 1].Log.Select(line => line.Text).ShouldBe(["item 2"]);
        run["total"].Output<int>().ShouldBe(12);
        (run["big"].State, run["small"].State).ShouldBe((TaskState.Success, TaskState.Skipped));
        run["small"].Message.ShouldBe("A branch or short circuit before it decided against it.");
        run["report"].State.ShouldBe(TaskState.Success);
    }

    /// <remarks>Two waits of a minute and one of two: the clock jumps over them.</remarks>
    [Fact]
    public async Task Run_AFailureThatPasses_IsRetriedAfterItsBackoffWithoutWaiting()
    {
        var run = await DagTest.Of<Sales>().StartingAt(Start).Fail("total", new TimeoutException("busy"), times: 2).RunAsync();

        run.State.ShouldBe(RunState.Success);
        run["total"].Attempts.ShouldBe(3);
        run["total"].EndedAt.ShouldBe(Start.AddMinutes(3));
    }

    [Fact]
    public async Task Run_AFailureThatStays_FailsWithItsExceptionAndMessage()
    {
        var run = await DagTest.Of<Sales>().Fail("total", new TimeoutException("busy")).RunAsync();

        (run["total"].State, run["total"].Attempts).ShouldBe((TaskState.Failed, 3));
        run["total"].Message.ShouldBe("TimeoutException: busy");
        run["total"].Exception.ShouldBeOfType<TimeoutException>();
        run.State.ShouldBe(RunState.Failed);
    }

    [Fact]
    public async Task Run_AnExceptionThatARetryRuleRefuses_IsNotRetried() =>
        (await DagTest.Of<Sales>().Fail("total", new ArgumentException("bad")).RunAsync())["total"].Attempts.ShouldBe(1);

    [Fact]
    public async Task Run_AFakedOutput_GoesThroughJsonToWhoTakesIt()
    {
        var run = await DagTest.Of<Sales>().Fake("list", new[] { 1 }).RunAsync();

        run["total"].Output<int>().ShouldBe(2);
        run["small"].State.ShouldBe(TaskState.Success);
        run.Tasks.Count(task => task.TaskId == "load").ShouldBe(2);
    }

    [Fact]
    public async Task Run_AnEmptyList_SkipsTheMappedTask() =>
        (await DagTest.Of<Sales>().Fake("list", Array.Empty<int>()).RunAsync())["load"].State.ShouldBe(TaskState.Skipped);

    [Fact]
    public async Task Run_WhatDoesNotSurviveJson_FailsAsInTheWorker()
    {
        var loop = new List<object>();
        loop.Add(loop);

        var run = await DagTest.Of<Sales>().Fake("list", loop).RunAsync();

        run["list"].State.ShouldBe(TaskState.Failed);
        run["list"].Message.ShouldStartWith("JsonException: ");
    }

    [Fact]
    public async Task RunTask_WithInputs_RunsItsBodyAlone()
    {
        (await DagTest.Of<Sales>().RunTaskAsync("total", new[] { 20, 22 })).Output<int>().ShouldBe(42);
        (await DagTest.Of<Sales>().RunTaskAsync("load", 21)).Output<int>().ShouldBe(42);
    }

    [Fact]
    public async Task Run_Waits_JumpToWhatTheyWaitFor()
    {
        var run = await DagTest.Of<Waits>().WithLogicalDate(Start)
            .WithEvent("approved/test", "yes", after: TimeSpan.FromMinutes(7))
            .WithDataset(FakeDatasets.Version("sales"), after: TimeSpan.FromHours(1))
            .WithRun("other", Start, after: TimeSpan.FromHours(2))
            .RunAsync();

        run["approval"].EndedAt.ShouldBe(Start.AddMinutes(7));
        run["dataset"].Output<DatasetVersion>().Dataset.ShouldBe("sales");
        run["dataset"].EndedAt.ShouldBe(Start.AddHours(1));
        run["noon"].EndedAt.ShouldBe(Start.AddHours(12));
        run["answer"].Output<string>().ShouldBe("yes");
    }

    [Fact]
    public async Task Run_AWaitForWhatNeverComes_EndsAtItsTimeoutOrSaysWhatToGive()
    {
        var test = DagTest.Of<Waits>().WithLogicalDate(Start).WithEvent("approved/test").WithRun("other", Start, RunState.Failed);

        (await Should.ThrowAsync<WorkflowException>(() => test.RunAsync())).Message.ShouldEndWith(
            "Waits for a new version of dataset sales. Give the test what it waits for, with WithEvent, WithDataset, WithRun or a fake.");
        var run = await test.Fake("dataset", FakeDatasets.Version("sales")).RunAsync();
        run["other"].Message.ShouldBe("The run of other at 2026-03-01 00:00:00 UTC ended as failed.");
        var late = await DagTest.Of<Waits>().WithLogicalDate(Start).Fake("dataset", null).Fake("other", null).RunAsync();
        late["approval"].Message.ShouldBe("Waits for the event approved/test. It has waited as long as it may: 00:10:00.");
        late["approval"].EndedAt.ShouldBe(Start.AddMinutes(10));
    }

    /// <remarks>The example of the README.</remarks>
    [Fact]
    public async Task Run_TheFirstDag_GreetsAfterTwoFailures()
    {
        var run = await DagTest.Of<Greeting>().WithParam("name", "Ada").Fail("shout", new TimeoutException(), times: 2).RunAsync();

        run.State.ShouldBe(RunState.Success);
        run["shout"].Attempts.ShouldBe(3);
        run["shout"].Output<string>().ShouldBe("HELLO, ADA!");
        run["say"].Log.ShouldHaveSingleItem().Text.ShouldBe("HELLO, ADA!");
    }

    [Fact]
    public void Test_OfWhatIsNotThere_NamesWhatThereIs()
    {
        Should.Throw<WorkflowException>(() => DagTest.Of<Sales>().Fake("lost", 1)).Message.ShouldBe(
            "DAG 'sales' has no task 'lost': it has list, load, total, size, big, small, report.");
        Should.Throw<WorkflowException>(() => DagTest.Of<Sales>().WithParam("lost", 1)).Message.ShouldBe(
            "DAG 'sales' has no parameter 'lost': it has limit.");
        Should.Throw<WorkflowException>(() => DagTest.Of<Sales>().WithParam("limit", "many")).Message.ShouldBe(
            "Parameter 'limit' must be of type integer, got \"many\".");
    }

    private sealed class Sales : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("sales");
            var limit = dag.Param("limit", 10);
            var list = dag.Task("list", _ => Task.FromResult(new[] { 1, 2, 3 }));
            var load = dag.Map("load", list, (run, item) =>
            {
                run.Log($"item {item}");
                return Task.FromResult(item * 2);
            });
            var total = dag.Task("total", load, (_, items) => Task.FromResult(items.Sum()))
                .Retries(2, Backoff.Exponential(TimeSpan.FromMinutes(1), jitter: 0)).RetryRules(rules => rules.Fail<ArgumentException>());
            var size =
                dag.Branch("size", total, (run, sum) => Task.FromResult<IReadOnlyList<string>>([sum > run.Get(limit) ? "big" : "small"]));
            var big = dag.Task("big", _ => Task.CompletedTask).After(size);
            var small = dag.Task("small", _ => Task.CompletedTask).After(size);
            dag.Task("report", _ => Task.CompletedTask).After(big, small).Rule(TriggerRule.NoneFailedMinOneSuccess);
        }
    }

    private sealed class Greeting : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("greeting").Schedule(Cron.Of("0 8 * * *", "Europe/Berlin"));
            var name = dag.Param("name", "world", "Whom to greet.");
            var text = dag.Task("write", run => Task.FromResult($"Hello, {run.Get(name)}!"));
            var loud = dag.Task("shout", text, (run, hello) => Task.FromResult(hello.ToUpperInvariant()))
                .Retries(3, Backoff.Exponential())
                .Timeout(TimeSpan.FromMinutes(1));
            dag.Task("say", loud, (run, shout) =>
            {
                run.Log(shout);
                return Task.CompletedTask;
            });
        }
    }

    private sealed class Waits : IDag
    {
        public void Define(DagBuilder dag)
        {
            dag.Id("waits");
            var approval = dag.WaitForEvent("approval", run => $"approved/{run.RunKey}").WaitTimeout(TimeSpan.FromMinutes(10));
            dag.Task("answer", approval, (_, payload) => Task.FromResult(payload?.ToString()));
            dag.WaitForDataset("dataset", "sales");
            dag.WaitForRun("other", "other");
            dag.WaitUntil("noon", run => run.LogicalDate!.Value.AddHours(12));
        }
    }
}
