using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Workflow.Engine.Hosting;
using Workflow.Postgres;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Runs;
using Workflow.Scheduler.Loading.Packages;
using Workflow.Scheduler.Services;
using Workflow.Worker;
using Workflow.Worker.Dispatching;
using Workflow.Worker.Isolation;

namespace Workflow.Testing.Running;

/// <summary>An engine on a database of its own: stores, a rescuer to call, and as many workers in this process as a test starts.</summary>
public sealed class TestEngine : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly NpgsqlDataSource queue;
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-engine-").FullName;
    private readonly List<IHost> workers = [];
    private IHost? dispatch;
    private int runs;

    private TestEngine(TestDatabase database)
    {
        this.database = database;
        queue = Database.OpenQueue(database.ConnectionString, "test");
        Dags = new DagStore(Data);
        Workers = new WorkerStore(Data);
        var graphs = new GraphCache(queue);
        Runs = new RunStore(Data, graphs);
        Queue = new TaskQueue(queue, graphs);
        Editor = new RunEditor(queue, graphs);
        Callbacks = new CallbackStore(Data);
        Rescuer = new Rescuer(Workers, Queue, Callbacks, NullLogger<Rescuer>.Instance);
        RunStarter = new RunStarter(Runs, NullLogger<RunStarter>.Instance);
        Admitter = new Admitter(new AdmissionStore(queue, graphs), NullLogger<Admitter>.Instance);
        RunKeeper = new RunKeeper(new RunKeeping(queue, graphs), NullLogger<RunKeeper>.Instance);
    }

    /// <summary>What <c>Dispatch__Transport</c> chooses for the workers of all tests; null for the database's own queue.</summary>
    private static ITransport? Transport { get; } = Transports.Find(Settings.Read());

    /// <summary>The engine's executable as users start it; it lies beside the tests, with what it needs.</summary>
    public static string Executable { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "workflow.exe" : "workflow");

    public NpgsqlDataSource Data => database.DataSource;

    public string ConnectionString => database.ConnectionString;

    public string Artifacts => Path.Combine(folder, "artifacts");

    public DagStore Dags { get; }

    public RunStore Runs { get; }

    public WorkerStore Workers { get; }

    public TaskQueue Queue { get; }

    public RunEditor Editor { get; }

    public CallbackStore Callbacks { get; }

    public Rescuer Rescuer { get; }

    public RunStarter RunStarter { get; }

    public Admitter Admitter { get; }

    public RunKeeper RunKeeper { get; }

    public static async Task<TestEngine> CreateAsync() => new(await TestDatabase.CreateAsync());

    /// <summary>Starts a worker under the restricted role that workers have in production.</summary>
    public async Task<IHost> StartWorkerAsync(
        int slots = 4, Func<WorkerOptions, WorkerOptions>? configure = null, TimeProvider? time = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.AddProvider(NullLoggerProvider.Instance));
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        var options = new WorkerOptions
        {
            Name = $"test-{workers.Count}",
            Slots = slots,
            ArtifactFolder = Artifacts,
            IsolationCommand = [Executable, AttemptHost.Verb],
        };
        var connection = Database.WithOption(database.ConnectionString, $"role={WorkerServices.Role}");
        if (Transport is not null)
        {
            dispatch ??= await StartDispatchAsync(Transport);
            Transport.AddWorker(builder.Services, connection);
        }

        builder.Services.AddWorker(connection, configure?.Invoke(options) ?? options);
        var host = builder.Build();
        workers.Add(host);
        await host.StartAsync();
        return host;
    }

    private async Task<IHost> StartDispatchAsync(ITransport transport)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.AddProvider(NullLoggerProvider.Instance));
        builder.Services.AddSingleton(TimeProvider.System);
        transport.AddScheduler(builder.Services, database.ConnectionString);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public Task<string> SaveAsync(string source, IReadOnlyDictionary<string, string>? shared = null, PackageSet? packages = null) =>
        LocalDags.SaveAsync(Dags, source, shared: shared, packages: packages);

    /// <summary>Triggers a run.</summary>
    /// <returns>The run's key in the database.</returns>
    public async Task<long> TriggerAsync(string dagId, JsonObject? conf = null)
    {
        var key = $"manual__{Interlocked.Increment(ref runs)}";
        return (await Runs.CreateAsync(new NewRun(dagId, key, RunType.Manual, conf ?? [], "test"), CancellationToken.None))!.Value;
    }

    /// <summary>Triggers a run and waits until it has ended.</summary>
    public async Task<long> RunAsync(string dagId, JsonObject? conf = null)
    {
        var runId = await TriggerAsync(dagId, conf);
        await UntilEndedAsync(runId);
        return runId;
    }

    /// <summary>Waits until a run has ended.</summary>
    /// <returns>How.</returns>
    public async Task<string> UntilEndedAsync(long runId)
    {
        var state = "";
        await Eventually.TrueAsync(async () =>
            (state = await StateAsync(runId)) != "running", TimeSpan.FromSeconds(90), $"run {runId} ends");
        return state;
    }

    public Task<string> StateAsync(long runId) => ScalarAsync<string>("SELECT state FROM dag_run WHERE run_id = @runId", new { runId });

    /// <summary>The states of a run's tasks by id.</summary>
    public async Task<IReadOnlyDictionary<string, string>> TasksAsync(long runId)
    {
        await using var connection = await Data.OpenConnectionAsync();
        return (await connection.QueryAsync<(string Id, string State)>(
            "SELECT task_id, state FROM task_instance WHERE run_id = @runId", new { runId }))
            .ToDictionary(row => row.Id, row => row.State);
    }

    /// <summary>Everything about a run's tasks that explains why it went as it did, for messages of failing tests.</summary>
    public async Task<string> ExplainAsync(long runId)
    {
        await using var connection = await Data.OpenConnectionAsync();
        var rows = await connection.QueryAsync<string>(
            "SELECT task_id || ' ' || state || ' #' || attempt || ' ' || coalesce(message, '') FROM task_instance WHERE run_id = @runId ORDER BY task_index", new { runId });
        return string.Join(Environment.NewLine, rows);
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Data.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Data.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
        {
            await worker.StopAsync();
            worker.Dispose();
        }

        if (dispatch is not null)
        {
            await dispatch.StopAsync();
            dispatch.Dispose();
        }

        await queue.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
