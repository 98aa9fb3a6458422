using System.Text.Json.Nodes;
using Npgsql;
using Workflow.Graphs;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Runs;

namespace Workflow.Dashboard.Tests;

/// <summary>Arranges rows the way the engine itself does.</summary>
public sealed class Given(NpgsqlDataSource dataSource)
{
    private readonly DagStore dags = new(dataSource);
    private readonly RunStore runs = new(dataSource, new GraphCache(dataSource));
    private readonly TaskQueue queue = new(dataSource, new GraphCache(dataSource));
    private readonly WorkerStore workers = new(dataSource);

    /// <summary>A task; upstreams must have been named before.</summary>
    public static TaskDefinition Task(
        int index, string id, IReadOnlyList<int>? upstreams = null, string kind = "task", string queue = "default", int retries = 0,
        IReadOnlyList<string>? outlets = null, TimeSpan? timeout = null) =>
        new(index, id, kind, queue, retries, Backoff.Constant(TimeSpan.FromHours(1)), timeout, TriggerRule.AllSuccess,
            upstreams ?? [], outlets ?? []);

    /// <summary>Extract, clean and load, one after the other.</summary>
    public static DagGraph Chain(int retries = 0, string queue = "default") => new(
        [Task(0, "extract", retries: retries, queue: queue), Task(1, "clean", [0], queue: queue), Task(2, "load", [1], queue: queue)]);

    public async Task DagAsync(
        string dagId, DagGraph? graph = null, IReadOnlyList<ParamDefinition>? parameters = null, Schedule? schedule = null,
        string source = "// source", string? file = null, DagSettings? settings = null)
    {
        var content = new DagVersionContent(
            dagId, file ?? $"{dagId}.cs", Hash(source + dagId), Hash(dagId), "What it is for.", "data-team", ["nightly", "taxi"],
            new ScheduleSettings(schedule), parameters ?? [], settings ?? new DagSettings(), graph ?? Chain(), source,
            new Dictionary<string, string> { ["lib/Taxi.cs"] = "// shared" }, "references",
            [1, 2, 3]);
        await dags.SaveAsync(content, (_, _, now) => now + TimeSpan.FromDays(1), default);
    }

    public Task DeactivateAsync(string dagId, string message) => dags.DeactivateAsync(dagId, message, default);

    public Task ImportErrorAsync(string file, string diagnostics) =>
        dags.ReplaceImportErrorsAsync(new Dictionary<string, string> { [file] = diagnostics }, default);

    public async Task<long> RunAsync(string dagId, string key, RunType type = RunType.Manual, DateTimeOffset? logicalDate = null) =>
        (await runs.CreateAsync(new NewRun(dagId, key, type, new JsonObject(), "test", logicalDate), default)).ShouldNotBeNull();

    public Task<long> WorkerAsync(string name, params string[] queues) => workers.RegisterAsync(name, queues, 4, "0.1.0", default);

    public Task StopWorkerAsync(long workerId) => workers.StopAsync(workerId, default);

    /// <summary>Claims what is ready on some queues; empty for all of them.</summary>
    public async Task<IReadOnlyList<ClaimedTask>> ClaimAsync(long workerId, params string[] queues) =>
        (await queue.StepAsync([], new ClaimRequest(workerId, queues, 100), default)).Claimed;

    public async Task FinishAsync(long workerId, ClaimedTask task, TaskOutcome outcome, bool hasEffects = false)
    {
        var attempt = new FinishedAttempt(task, workerId, outcome, hasEffects);
        (await queue.StepAsync([attempt], null, default)).Refused.ShouldBeEmpty();
    }

    /// <summary>Runs one ready task of a run to its end.</summary>
    public async Task<ClaimedTask> WorkAsync(long workerId, long runId, TaskOutcome outcome)
    {
        var task = (await ClaimAsync(workerId)).Single(task => task.Key.RunId == runId);
        await FinishAsync(workerId, task, outcome);
        return task;
    }

    /// <summary>Gives out slots once.</summary>
    public Task AdmitAsync() => new AdmissionStore(dataSource, new GraphCache(dataSource)).AdmitAsync(default);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How many rows of a run a table has.</summary>
    public async Task<long> CountAsync(string table, long runId)
    {
        await using var command = dataSource.CreateCommand($"SELECT count(*) FROM {table} WHERE run_id = {runId}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
