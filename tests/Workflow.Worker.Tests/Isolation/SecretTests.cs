using Workflow.Testing;

namespace Workflow.Worker.Tests.Isolation;

/// <summary>What an isolated task can see of its worker: neither the database's credentials, nor its pipe to its own parent.</summary>
// Both write to the environment, of which an isolated task tells.
[Collection("environment")]
public sealed class SecretTests : IsolatedTest
{
    private static readonly Dictionary<string, string> Secrets = new()
    {
        ["Database__ConnectionString"] = "Host=nowhere;Password=secret-1",
        ["DATABASE__OTHER"] = "secret-2",
        ["Dashboard__Token"] = "secret-3",
        ["PGPASSWORD"] = "secret-4",
        ["WORKFLOW_TOKEN"] = "secret-5",
        ["ConnectionStrings__Engine"] = "secret-6",
        ["Artifacts__S3__AccessKey"] = "secret-7",
        ["ARTIFACTS__S3__SECRETKEY"] = "secret-8",
        ["AWS_SECRET_ACCESS_KEY"] = "secret-9",
        ["OpenLineage__ApiKey"] = "secret-10",
    };

    [Fact]
    public async Task Run_TaskThatTellsAllItKnows_HasNoCredentials()
    {
        foreach (var (name, value) in Secrets)
            Environment.SetEnvironmentVariable(name, value);
        Environment.SetEnvironmentVariable("AUTHORS_OWN", "kept");
        try
        {
            await RunAsync("""
                dag.Task("tell", run =>
                {
                    foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) run.Log($"{entry.Key}={entry.Value}");
                    run.Log("arguments " + Environment.CommandLine);
                    run.Log("input " + (Console.In.ReadLine() ?? "has ended"));
                    return Task.CompletedTask;
                }).Isolated();
                """);
        }
        finally
        {
            foreach (var name in Secrets.Keys)
                Environment.SetEnvironmentVariable(name, null);
        }

        var told = string.Join('\n', await LogAsync());
        told.ShouldContain("AUTHORS_OWN=kept");
        told.ShouldContain("input has ended");
        told.ShouldNotContain("secret-");
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(Engine.ConnectionString);
        foreach (var secret in (string?[])[Engine.ConnectionString, connection.Password, $"{connection.Database}"])
        {
            if (!string.IsNullOrEmpty(secret))
                told.ShouldNotContain(secret, Case.Sensitive);
        }
    }

    [Fact]
    public async Task Cancel_RunWithAnIsolatedTask_StopsIt()
    {
        await Engine.StartWorkerAsync();
        var runId = await Engine.TriggerAsync(await SaveAsync("""
            dag.Task("wait", async run =>
            {
                run.Log("waiting");
                try { await Task.Delay(Timeout.Infinite, run.Cancellation); }
                finally { run.Log("told to stop"); }
            }).Isolated();
            """));
        await Eventually.TrueAsync(async () =>
            await Engine.ScalarAsync<int>("SELECT count(*) FROM task_log") > 0, TimeSpan.FromSeconds(30), "the task waits");

        await Engine.Runs.CancelAsync("test", await Engine.ScalarAsync<string>("SELECT run_key FROM dag_run"), default);

        (await Engine.UntilEndedAsync(runId)).ShouldBe("cancelled");
        (await LogAsync()).ShouldContain("info told to stop");
    }

    [Fact]
    public async Task Run_WithoutACommandForItsProcess_SaysSo()
    {
        await RunAsync("""dag.Task("alone", _ => Task.CompletedTask).Isolated();""", configure: options =>
            options with { IsolationCommand = [] });
        (await MessageAsync("alone")).ShouldContain("knows no command");
    }

    [Fact]
    public async Task Run_InProcess_KeepsAProcessForTasksWithLimitsOnly()
    {
        await RunAsync("""
            var worker = dag.Param("worker", 0);
            dag.Task("free", run => { run.Log($"{Environment.ProcessId == run.Get(worker)}"); return Task.CompletedTask; }).Queue("etl");
            dag.Task("limited", run => { run.Log($"{Environment.ProcessId == run.Get(worker)}"); return Task.CompletedTask; }).HardTimeout(TimeSpan.FromMinutes(1));
            """, new() { ["worker"] = Environment.ProcessId }, configure: options => options with { InProcess = true });

        (await LogAsync()).ShouldBe(["info True", "info False"]);
    }
}
