using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Artifacts;
using Workflow.Data;
using Workflow.Postgres;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Effects;
using Workflow.Postgres.Logs;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Worker.Dispatching;
using Workflow.Worker.Execution;
using Workflow.Worker.Isolation;
using Workflow.Worker.Logs;
using Workflow.Worker.Planes;

namespace Workflow.Worker;

/// <summary>Composes a worker.</summary>
public static class WorkerServices
{
    /// <summary>
    /// The role that workers take where they log in as somebody else: it may claim, complete and stage, and nothing more.
    /// </summary>
    public const string Role = "workflow_worker";

    /// <summary>Adds a worker with everything that it needs.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="connectionString">How it reaches the database.</param>
    /// <param name="options">How it works.</param>
    public static IServiceCollection AddWorker(this IServiceCollection services, string connectionString, WorkerOptions options)
    {
        var artifacts = ArtifactStores.Open(options.ArtifactFolder, options.S3, options.Cold);
        var general = Database.Open(connectionString, options.Name);
        var queue = Database.OpenQueue(connectionString, options.Name);
        services.AddSingleton(options);
        services.AddSingleton(new GraphCache(queue));
        services.AddSingleton(provider => new TaskQueue(queue, provider.GetRequiredService<GraphCache>()));
        services.AddSingleton(new WorkerStore(general));
        services.AddSingleton(new DagStore(general));
        services.AddSingleton<IEffectStore>(new EffectStore(general));
        services.AddSingleton(new LogStore(general));
        services.AddSingleton(new CallbackStore(general));
        services.AddSingleton(provider => new Listener(
            general, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Listener>>()));
        services.AddSingleton<IArtifactStore>(_ => artifacts);
        services.AddSingleton<LogWriter>();
        services.AddSingleton<DagCodeCache>();
        services.AddSingleton<InputLoader>();
        services.AddSingleton(new WaitReads(general));
        services.AddSingleton<HttpClient>();
        services.AddSingleton(DataPlanes.ShareOf(options.ArtifactFolder, memoryLimit: null));
        services.AddSingleton<DataPlanes>();
        services.AddSingleton<ChildProcesses>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<CallbackRunner>();
        services.AddHostedService<WorkerService>();
        services.AddHostedService(_ => new PoolCloser(general, queue));
        return services;
    }

    /// <summary>Closes the connections when everything else has stopped.</summary>
    private sealed class PoolCloser(params NpgsqlDataSource[] pools) : IHostedService, IAsyncDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            foreach (var pool in pools)
                await pool.DisposeAsync().ConfigureAwait(false);
        }
    }
}
