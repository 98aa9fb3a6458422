using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Engine.Embedded;
using Workflow.Postgres;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Migrations;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Runs;
using Workflow.Scheduler;
using Workflow.Testing.Running;
using Workflow.Worker;

namespace Workflow.Benchmarks;

/// <summary>A durable embedded PostgreSQL, and a worker of 20 slots on it: what every benchmark and its floor run on.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly string folder;
    private readonly EmbeddedPostgres postgres;

    private Stage(string folder, EmbeddedPostgres postgres, NpgsqlDataSource data)
    {
        this.folder = folder;
        this.postgres = postgres;
        Data = data;
        Runs = new RunStore(data, new GraphCache(data));
        Dags = new DagStore(data);
    }

    public NpgsqlDataSource Data { get; }

    public RunStore Runs { get; }

    public DagStore Dags { get; }

    /// <summary>Where everything of this run lies.</summary>
    public string Folder => folder;

    public static async Task<Stage> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("workflow-benchmarks-").FullName;
        var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = folder });
        var data = Database.Open(postgres.ConnectionString, "benchmarks");
        await new Migrator(data).MigrateAsync();
        return new Stage(folder, postgres, data);
    }

    /// <summary>Starts a worker in this process.</summary>
    public async Task<IHost> StartWorkerAsync(int slots = 20)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(Microsoft.Extensions.Logging.LogLevel.Warning));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddWorker(
            postgres.ConnectionString, new WorkerOptions
            {
                Name = "benchmark",
                Slots = slots,
                ArtifactFolder = Path.Combine(folder, "artifacts"),
            });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Starts a scheduler in this process.</summary>
    public async Task<IHost> StartSchedulerAsync(string dags)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(Microsoft.Extensions.Logging.LogLevel.Warning));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddScheduler(postgres.ConnectionString, new SchedulerOptions { Name = "benchmark", DagsFolder = dags });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public Task<string> SaveAsync(string source) => LocalDags.SaveAsync(Dags, source);

    /// <summary>Triggers a run and waits until it has ended.</summary>
    /// <returns>The time from before the trigger until the end was heard of.</returns>
    public async Task<TimeSpan> RunAsync(string dagId, JsonObject? conf = null)
    {
        await using var listening = await Data.OpenConnectionAsync();
        var heard = new SemaphoreSlim(0);
        listening.Notification += (_, _) => heard.Release();
        await ExecuteAsync(listening, $"LISTEN {Channels.Runs}");

        var start = Stopwatch.GetTimestamp();
        var runId =
            await Runs.CreateAsync(
                new NewRun(dagId, RunKeys.Manual(TimeProvider.System.GetUtcNow()), RunType.Manual, conf ?? [], "benchmark"), default);
        await using var state = Data.CreateCommand("SELECT state FROM dag_run WHERE run_id = $1");
        state.Parameters.Add(new() { Value = runId!.Value });
        while (true)
        {
            await listening.WaitAsync(TimeSpan.FromSeconds(5));
            switch ((string)(await state.ExecuteScalarAsync())!)
            {
                case "success":
                    var elapsed = Stopwatch.GetElapsedTime(start);
                    await ExecuteAsync(listening, "UNLISTEN *");
                    return elapsed;
                case "running":
                    break;
                case var other:
                    throw new InvalidOperationException($"The run of {dagId} ended as {other}.");
            }
        }
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Data.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
