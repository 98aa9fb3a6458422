namespace Workflow.Worker.Tests.Isolation;

/// <summary>An isolated attempt that used data, or was there to, is told of however its process ended.</summary>
public sealed class LineageEventTests : IsolatedTest
{
    private const string Events = """
        SELECT coalesce(string_agg(task_id || ' ' || attempt || ' ' || event_type, ', ' ORDER BY task_id, attempt, lineage_event_id), '') FROM lineage_event
        """;

    [Fact]
    public async Task Run_TasksWhoseProcessesDie_TellsOfThoseThatUseData()
    {
        await Engine.ExecuteAsync("ALTER TABLE dataset_version ADD CONSTRAINT no_such CHECK (dataset <> 'unwanted' OR version IS NULL)");

        await RunAsync("""
            dag.Task("crash_plain", _ => { Environment.FailFast("gone"); return Task.FromResult(1); }).Isolated();
            dag.Task("crash_typed", _ => { Environment.FailFast("gone"); return Task.FromResult<DatasetVersion>(null!); }).Isolated();
            dag.Task("crash_once", run =>
            {
                if (run.Attempt == 1) Environment.FailFast("gone");
                return run.Datasets.GenerateAsync("SELECT 1 AS a", "made");
            }).Isolated().Retries(1, Backoff.Constant(TimeSpan.Zero));
            dag.Task("crash_after", async run => { await run.Datasets.GenerateAsync("SELECT 1 AS a", "lost"); Environment.FailFast("gone"); }).Isolated();
            dag.Task("greedy", _ =>
            {
                var kept = new List<byte[]>();
                while (kept.Count < int.MaxValue) { var more = new byte[1 << 20]; Array.Fill(more, (byte)1); kept.Add(more); }
                return Task.FromResult<DatasetVersion>(null!);
            }).MemoryLimit(200_000_000);
            dag.Task("ingest", async run => { await run.Datasets.IngestAsync("/no/such/file.csv", "raw"); }).Isolated();
            dag.Task("slow", async run => { await Task.Delay(Timeout.Infinite, run.Cancellation); return (DatasetVersion)null!; })
                .Isolated().Timeout(TimeSpan.FromMilliseconds(200));
            dag.Task("refused", run => run.Datasets.GenerateAsync("SELECT 1 AS a", "unwanted")).Isolated();
            dag.Task("refused_here", run => run.Datasets.GenerateAsync("SELECT 1 AS a", "unwanted"));
            """);

        (await Engine.ScalarAsync<string>(Events)).ShouldBe(string.Join(", ", ((string[])
        [
            "crash_after 1 START", "crash_after 1 FAIL", "crash_once 1 START", "crash_once 1 FAIL", "crash_once 2 START",
            "crash_once 2 COMPLETE",
            "crash_typed 1 START", "crash_typed 1 FAIL", "greedy 1 START", "greedy 1 FAIL", "ingest 1 START", "ingest 1 FAIL",
            "refused 1 START", "refused 1 FAIL", "refused_here 1 START", "refused_here 1 FAIL", "slow 1 START", "slow 1 FAIL",
        ])));
        (await Engine.ScalarAsync<string>("SELECT message FROM lineage_event WHERE task_id = 'crash_typed' AND event_type = 'FAIL'"))
            .ShouldStartWith("The task's process ended by itself");
    }

    [Theory]
    [InlineData(".Isolated()")]
    [InlineData("")]
    public async Task Run_WhoseDagDoesNotLoad_TellsOfItsDataTask(string isolated)
    {
        var broken = PathOf("broken");
        var dagId = await SaveAsync($$"""
            if (File.Exists("{{broken}}"))
                throw new InvalidOperationException("does not load");
            dag.Task("make", run => run.Datasets.GenerateAsync("SELECT 1 AS a", "made")){{isolated}};
            """);
        await File.WriteAllTextAsync(broken, "");
        await Engine.StartWorkerAsync();

        await Engine.RunAsync(dagId);

        (await Engine.ScalarAsync<string>(Events)).ShouldBe("make 1 START, make 1 FAIL");
        (await MessageAsync("make")).ShouldContain("does not load");
    }

    [Fact]
    public async Task Run_ThatIsStoppedBeforeItsDataTaskBegan_TellsThatItWasAborted()
    {
        var began = PathOf("began");
        var dagId = await SaveAsync($$"""
            dag.Task("hang", async run =>
            {
                File.WriteAllText("{{began}}", "");
                await Task.Delay(Timeout.Infinite, run.Cancellation);
                return (DatasetVersion)null!;
            }).Isolated();
            """);
        await Engine.StartWorkerAsync();
        var runId = await Engine.TriggerAsync(dagId);
        await Workflow.Testing.Eventually.TrueAsync(() =>
            Task.FromResult(File.Exists(began)), TimeSpan.FromSeconds(60), "the task has begun");

        await Engine.Editor.StopAsync(runId, new Workflow.Runs.RunStop(Workflow.Runs.RunState.Cancelled, "stopped"), default);
        await Engine.UntilEndedAsync(runId);

        (await Engine.ScalarAsync<string>(Events)).ShouldBe("hang 1 START, hang 1 ABORT");
    }
}
