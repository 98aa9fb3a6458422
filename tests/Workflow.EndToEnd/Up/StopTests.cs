using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>How <c>workflow up</c> ends, and what is there when it starts again.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private const string Hello = """
        public sealed class Hello : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("hello");
                dag.Task("greet", run => { run.Log("hello"); return Task.CompletedTask; });
            }
        }
        """;

    private readonly Playground playground = new();

    public async ValueTask InitializeAsync() => await playground.WriteDagAsync("Hello.cs", Hello);

    public ValueTask DisposeAsync() => playground.DisposeAsync();

    [Fact]
    public async Task Up_Terminated_StopsEverythingAndIsThereAgainAfterAStart()
    {
        var first = await playground.StartAsync(workers: 2);
        var run = await first.Api.TriggerAsync("hello");
        await first.Api.UntilSuccessAsync("hello", run);
        var postgres = playground.PostgresPid.ShouldNotBeNull();
        var workers = first.WorkerPids;
        workers.Count.ShouldBe(2);
        workers.Append(postgres).ShouldAllBe(processId => Processes.IsRunning(processId));

        (await first.TerminateAsync()).ShouldBe(0, first.Output);

        workers.Append(postgres).ShouldAllBe(processId => !Processes.IsRunning(processId), first.Output);
        File.Exists(playground.EndpointFile).ShouldBeFalse();
        playground.PostgresPid.ShouldBeNull();

        var second = await playground.StartAsync();
        var runs = (await second.RunCliAsync("runs", "list", "--output", "json")).ShouldSucceed().Json.AsArray();
        var found = runs.ShouldHaveSingleItem()!;
        ((string?)found["dag_run_id"], (string?)found["state"]).ShouldBe((run, "success"));
        (await second.RunCliAsync("runs", "list")).ShouldSucceed().Output.ShouldNotContain("0/0");
    }

    [Fact]
    public async Task Up_PostgresCannotStart_SaysWhyInsteadOfAStackTrace()
    {
        var cluster = Path.Combine(playground.Data, "postgres");
        Directory.CreateDirectory(cluster);
        await File.WriteAllTextAsync(Path.Combine(cluster, "thesis.txt"), "years of work");

        var result = await Playground.RunAsync("up", "--port", "0", "--data", playground.Data, "--dags", playground.Dags);

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldContain("neither empty nor a PostgreSQL cluster");
        result.Error.ShouldNotContain("Unhandled exception");
    }

    [Fact]
    public async Task Up_AlreadyRunningOnTheFolder_RefusesAndSaysWhere()
    {
        var first = await playground.StartAsync();

        var second = await first.RunCliAsync("up", "--port", "0", "--dags", playground.Dags);

        second.ExitCode.ShouldBe(1, second.ToString());
        second.Error.ShouldContain("already running");
        second.Error.ShouldContain(first.Url);
        second.Error.ShouldContain(playground.Data);
        (await first.Api.GetAsync("monitor/health"))["metadatabase"]!["status"]!.GetValue<string>().ShouldBe("healthy");
    }
}
