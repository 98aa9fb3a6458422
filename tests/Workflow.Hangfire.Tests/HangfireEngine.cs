using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Workflow.Postgres;
using Workflow.Runs;
using Workflow.Testing.Running;
using Workflow.Worker;

namespace Workflow.Hangfire.Tests;

/// <summary>An engine whose tasks become Hangfire jobs when a test says so, and whose workers run them.</summary>
public sealed class HangfireEngine : IAsyncDisposable
{
    private readonly List<IHost> hosts = [];

    private HangfireEngine(TestEngine engine)
    {
        Engine = engine;
        Storage = Hangfire.Storage.Open(engine.ConnectionString, prepares: true);
        Ledger = new JobLedger(Database.OpenQueue(engine.ConnectionString, "test"));
        Enqueuer = new HangfireEnqueuer(() => Storage, Ledger, NullLogger<HangfireEnqueuer>.Instance);
    }

    public TestEngine Engine { get; }

    public PostgreSqlStorage Storage { get; }

    public JobLedger Ledger { get; }

    public HangfireEnqueuer Enqueuer { get; }

    public static async Task<HangfireEngine> CreateAsync()
    {
        var made = new HangfireEngine(await TestEngine.CreateAsync());
        await made.Ledger.PrepareAsync(CancellationToken.None);
        return made;
    }

    /// <summary>Makes the enqueuer believe in a worker.</summary>
    public Task AddWorkerRowAsync(int slots, params string[] queues) =>
        Engine.Workers.RegisterAsync("believed", queues, slots, "test", CancellationToken.None);

    /// <summary>Starts a worker under the restricted role that workers have in production.</summary>
    public Task<IHost> StartWorkerAsync(int slots = 2, params string[] queues) => StartAsync(services =>
    {
        var connection = Database.WithOption(Engine.ConnectionString, $"role={WorkerServices.Role}");
        new HangfireTransport().AddWorker(services, connection);
        services.AddWorker(connection,
            new WorkerOptions { Name = "hangfire", Slots = slots, Queues = queues, ArtifactFolder = Engine.Artifacts });
    });

    /// <summary>Starts what turns tasks into jobs by itself.</summary>
    public Task<IHost> StartSchedulerAsync() =>
        StartAsync(services => new HangfireTransport().AddScheduler(services, Engine.ConnectionString));

    /// <summary>Saves a DAG and triggers it.</summary>
    public async Task<long> TriggerAsync(string body, System.Text.Json.Nodes.JsonObject? conf = null, string id = "test")
    {
        await Engine.SaveAsync($$"""
            public sealed class Test : IDag
            {
                public void Define(DagBuilder dag)
                {
                    dag.Id("{{id}}");
                    {{body}}
                }
            }
            """);
        var runId = await Engine.TriggerAsync(id, conf);
        await Engine.RunStarter.RunOnceAsync(CancellationToken.None);
        return runId;
    }

    /// <summary>Makes a job beside those of the enqueuer.</summary>
    public string Enqueue(TaskKey key, string queue = "default") => new BackgroundJobClient(Storage, Hangfire.Storage.Filters).Create(
        Job.FromExpression<TaskJob>(job => job.RunAsync("doubled", key.RunId, key.TaskIndex, key.MapIndex)), new EnqueuedState(queue));

    /// <summary>How many jobs wait in Hangfire's queues or are fetched from them.</summary>
    public Task<long> QueuedAsync() => Engine.ScalarAsync<long>("SELECT count(*) FROM hangfire.jobqueue");

    /// <summary>How often jobs entered a state.</summary>
    public Task<long> StatesAsync(string name) =>
        Engine.ScalarAsync<long>("SELECT count(*) FROM hangfire.state WHERE name = @name", new { name });

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }

        await Ledger.DisposeAsync();
        await Engine.DisposeAsync();
    }

    private async Task<IHost> StartAsync(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.AddProvider(NullLoggerProvider.Instance));
        builder.Services.AddSingleton(TimeProvider.System);
        add(builder.Services);
        var host = builder.Build();
        hosts.Add(host);
        await host.StartAsync();
        return host;
    }
}
