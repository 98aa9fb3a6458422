namespace Workflow.Worker.Tests.Isolation;

/// <summary>A task that ends its process, hangs in it or fills its memory: it fails, and nothing else does.</summary>
public sealed class CrashTests : IsolatedTest
{
    /// <remarks>Waits in native code, which no managed cancellation reaches.</remarks>
    private const string Native = """
        internal static class Native
        {
            [DllImport("libc")] public static extern int usleep(uint microseconds);
            [DllImport("libc")] public static extern nint strlen(nint text);
            [DllImport("libc")] public static extern nint write(int handle, byte[] text, nint length);
            [DllImport("libc")] public static extern int puts(string text);
            public static int Deep(int depth) => depth == int.MaxValue ? 0 : Deep(depth + 1) + 1;
        }
        """;

    [Theory]
    [InlineData("Environment.FailFast(\"gone\");", "exit code 134 (SIGABRT")]
    [InlineData("Native.Deep(0);", "exit code 134 (SIGABRT")]
    [InlineData("Environment.Exit(0);", "exit code 0.")]
    [InlineData("Environment.Exit(7);", "exit code 7.")]
    [InlineData("Native.strlen(1);", "exit code 139 (SIGSEGV")]
    [InlineData("new Thread(() => throw new InvalidOperationException(\"unseen\")).Start(); await Task.Delay(Timeout.Infinite);",
        "exit code 134 (SIGABRT")]
    public async Task Run_TaskThatEndsItsProcess_FailsAloneAndNamesTheCode(string body, string expected)
    {
        var runId = await RunAsync($$"""
            var go = dag.Param("go", "");
            var crash = dag.Task("crash", async run => { await Task.Yield(); {{body}} }).Isolated();
            var neighbour = dag.Task("neighbour", async run => { while (!File.Exists(run.Get(go))) await Task.Delay(10, run.Cancellation); }).Isolated();
            var here = dag.Task("here", async run => { while (!File.Exists(run.Get(go))) await Task.Delay(10, run.Cancellation); });
            dag.Task("then", run => { File.WriteAllText(run.Get(go), ""); return Task.CompletedTask; }).After(crash).Rule(TriggerRule.AllDone);
            """, new() { ["go"] = PathOf("go") }, Native);

        (await Engine.TasksAsync(runId)).ShouldBe(
            new Dictionary<string, string> { ["crash"] = "failed", ["neighbour"] = "success", ["here"] = "success", ["then"] = "success" },
            ignoreOrder: true);
        (await MessageAsync("crash")).ShouldStartWith($"The task's process ended by itself, with {expected}");
    }

    [Fact]
    public async Task Run_TaskThatCrashedOnce_IsTriedAgain()
    {
        var runId = await RunAsync("""
            dag.Task("flaky", run =>
            {
                run.Log("seen before the crash");
                if (run.Attempt == 1) Environment.FailFast("gone");
                return Task.CompletedTask;
            }).Isolated().Retries(1, Backoff.Constant(TimeSpan.Zero));
            """);

        (await Engine.StateAsync(runId)).ShouldBe("success");
        (await Engine.ScalarAsync<string>(
            "SELECT string_agg(attempt || ' ' || state, ', ' ORDER BY attempt) FROM attempt")).ShouldBe("1 failed, 2 success");
        (await LogAsync()).ShouldSatisfyAllConditions(
            log => log.ShouldContain("info seen before the crash"), log =>
            log.ShouldContain(line => line.StartsWith("output ") && line.Contains("gone")));
    }

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("Native.usleep(600_000_000);")]
    [InlineData("run.Cancellation.Register(() => Native.usleep(600_000_000)); Thread.Sleep(Timeout.Infinite);")]
    public async Task Run_TaskOverItsHardTimeout_IsEndedAndTheSlotIsFree(string body)
    {
        var dagId = await SaveAsync($$"""
            var stuck = dag.Task("stuck", run => { {{body}} return Task.CompletedTask; }).HardTimeout(TimeSpan.FromMilliseconds(300));
            dag.Task("next", _ => Task.CompletedTask).After(stuck).Rule(TriggerRule.AllDone);
            """, Native);
        await Engine.StartWorkerAsync(slots: 1);

        var runId = await Engine.RunAsync(dagId);

        (await Engine.TasksAsync(runId)).ShouldBe(
            new Dictionary<string, string> { ["stuck"] = "failed", ["next"] = "success" }, ignoreOrder: true);
        (await MessageAsync("stuck")).ShouldBe("The attempt took longer than its hard timeout of 00:00:00.3000000; its process was ended.");
    }

    [Fact]
    public async Task Run_TaskThatIgnoresItsTimeout_IsEndedAfterTheGrace()
    {
        var dagId = await SaveAsync("""
            var deaf = dag.Task("deaf", _ => new TaskCompletionSource().Task).Isolated().Timeout(TimeSpan.FromMilliseconds(200));
            dag.Task("next", _ => Task.CompletedTask).After(deaf).Rule(TriggerRule.AllDone);
            """);
        await Engine.StartWorkerAsync(slots: 1, options => options with { CancelGrace = TimeSpan.FromMilliseconds(100) });

        var runId = await Engine.RunAsync(dagId);

        (await Engine.TasksAsync(runId)).ShouldBe(
            new Dictionary<string, string> { ["deaf"] = "failed", ["next"] = "success" }, ignoreOrder: true);
        (await MessageAsync("deaf")).ShouldContain(
            "timeout of 00:00:00.2000000; it did not heed its cancellation, and its process was ended");
        (await LogAsync()).ShouldContain("error The task did not heed its cancellation; its process was ended.");
    }

    [Fact]
    public async Task Run_TaskThatHeedsItsTimeout_EndsByItself()
    {
        await RunAsync("""
            dag.Task("slow", async run =>
            {
                try { await Task.Delay(Timeout.Infinite, run.Cancellation); }
                finally { run.Log("tidied up"); }
            }).Timeout(TimeSpan.FromMilliseconds(200)).HardTimeout(TimeSpan.FromMinutes(5));
            """);

        (await MessageAsync("slow")).ShouldBe("The attempt took longer than its timeout of 00:00:00.2000000.");
        (await LogAsync()).ShouldContain("info tidied up");
    }

    [Theory]
    [InlineData("var kept = new List<byte[]>(); while (true) { var more = new byte[1 << 20]; Array.Fill(more, (byte)1); kept.Add(more); }")]
    [InlineData(
        "while (true) { var more = Marshal.AllocHGlobal(1 << 20); for (var at = 0; at < 1 << 20; at += 4096) Marshal.WriteByte(more, at, 1); }")]
    public async Task Run_TaskOverItsMemoryLimit_FailsAndNamesTheLimit(string body)
    {
        var runId = await RunAsync($$"""
            dag.Task("greedy", run => { {{body}} return Task.CompletedTask; }).MemoryLimit(200_000_000);
            dag.Task("modest", _ => Task.CompletedTask).Isolated();
            """);

        (await Engine.TasksAsync(runId)).ShouldBe(
            new Dictionary<string, string> { ["greedy"] = "failed", ["modest"] = "success" }, ignoreOrder: true);
        (await MessageAsync("greedy")).ShouldContain("200,000,000");
    }

    [Fact]
    public async Task Run_RawOutputOfNativeCode_IsLoggedAndDisturbsNothing()
    {
        var runId = await RunAsync("""
            dag.Task("print", run =>
            {
                var raw = System.Text.Encoding.UTF8.GetBytes("raw \u00e9\n\0\0\0\0garbage\n");
                Native.write(1, raw, raw.Length);
                Native.write(2, raw, raw.Length);
                Native.puts("held back by the C library");
                Console.WriteLine("managed");
                Console.Error.WriteLine("managed error");
                new Thread(() => Console.WriteLine("from elsewhere")).UnsafeStart();
                using var echo = Process.Start(new ProcessStartInfo("echo", ["from a program"]))!;
                echo.WaitForExit();
                return Task.CompletedTask;
            }).Isolated();
            """, types: Native);

        (await Engine.StateAsync(runId)).ShouldBe("success", await Engine.ExplainAsync(runId));
        var log = await LogAsync();
        foreach (var line in (string[])["raw \u00e9", "held back by the C library", "managed", "managed error", "from a program"])
            log.ShouldContain($"output {line}");
        log.Count(line => line == "output raw \u00e9").ShouldBe(2);
    }

    [Theory]
    [InlineData("run.Log($\"line {i}\");")]
    [InlineData("Console.WriteLine($\"line {i}\");")]
    [InlineData("Native.puts($\"line {i}\");")]
    public async Task Run_LogFlood_IsCappedAndSaysSo(string body)
    {
        var runId = await RunAsync($$"""
            dag.Task("talk", run => { for (var i = 0; i < 200_000; i++) { {{body}} } return Task.CompletedTask; }).Isolated();
            """, types: Native);

        (await Engine.StateAsync(runId)).ShouldBe("success", await Engine.ExplainAsync(runId));
        (await Engine.ScalarAsync<int>("SELECT count(*) FROM task_log")).ShouldBe(10_001);
        (await Engine.ScalarAsync<string>("SELECT line FROM task_log ORDER BY seq DESC LIMIT 1")).ShouldContain("not kept");
    }
}
