using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Workflow.Data;
using Workflow.Postgres;
using Workflow.Postgres.Backfills;
using Workflow.Postgres.Contracts;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Events;
using Workflow.Postgres.Lineage;
using Workflow.Postgres.Retention;
using Workflow.Postgres.Runs;
using Workflow.Postgres.Schedulers;
using Workflow.Postgres.Steps;
using Workflow.Postgres.Workers;
using Workflow.Scheduler.OpenLineage;
using Workflow.Scheduler.Services;

namespace Workflow.Scheduler;

/// <summary>Composes a scheduler.</summary>
public static class SchedulerServices
{
    /// <summary>Adds a scheduler with everything that it needs.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="connectionString">How it reaches the database.</param>
    /// <param name="options">How it works.</param>
    public static IServiceCollection AddScheduler(this IServiceCollection services, string connectionString, SchedulerOptions options)
    {
        var general = Database.Open(connectionString, options.Name);
        var queue = Database.OpenQueue(connectionString, options.Name);
        services.AddSingleton(options);
        services.AddSingleton(new DagStore(general));
        services.AddSingleton(new ContractStore(general));
        services.AddSingleton(new ScheduleStore(general));
        services.AddSingleton(new WorkerStore(general));
        services.AddSingleton(new SchedulerStore(general));
        var graphs = new GraphCache(queue);
        services.AddSingleton(new RunStore(general, graphs));
        services.AddSingleton(new DatasetEventStore(general, graphs));
        services.AddSingleton(new TaskQueue(queue, graphs));
        services.AddSingleton(new AdmissionStore(queue, graphs));
        services.AddSingleton(new RunKeeping(queue, graphs));
        services.AddSingleton(new BackfillSteps(general, graphs));
        services.AddSingleton(new CallbackStore(general));
        services.AddSingleton(new RetentionStore(general));
        services.AddSingleton<FolderSay>();
        services.AddHosted<RunCreator>();
        services.AddHosted<FireAlarm>();
        services.AddHosted<DagLoader>();
        services.AddHosted<DatasetTrigger>();
        services.AddHosted<Rescuer>();
        services.AddHosted<Caretaker>();
        services.AddHosted<RunStarter>();
        services.AddHosted<Admitter>();
        services.AddHosted<RunKeeper>();
        services.AddHosted<Backfiller>();
        services.AddHosted<Pruner>();
        services.AddHostedService(provider => new OpenLineageSender(
            new LineageEventStore(general), options.OpenLineage, new HttpClient { Timeout = TimeSpan.FromSeconds(30) },
            provider.GetRequiredService<ILogger<OpenLineageSender>>()));
        if (options.Artifacts is { } artifacts)
        {
            services.AddHostedService(provider => new ArtifactPruner(
                provider.GetRequiredService<RetentionStore>(), artifacts, provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ArtifactPruner>>()));
        }

        if (options.Artifacts is TieredArtifactStore tiered)
        {
            services.AddHostedService(provider => new Cooler(
                provider.GetRequiredService<RetentionStore>(), tiered, provider.GetRequiredService<ILogger<Cooler>>()));
        }

        services.AddHostedService(provider => new WakeOnNotify(
            new Listener(general, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Listener>>()),
            [
                (Channels.Workers, provider.GetRequiredService<Rescuer>().Wake),
                (Channels.Runs, provider.GetRequiredService<RunStarter>().Wake),
                (Channels.Runs, provider.GetRequiredService<Backfiller>().Wake),
                (Channels.Runs, provider.GetRequiredService<RunCreator>().RunsChanged),
                (Channels.Slots, provider.GetRequiredService<Admitter>().Wake),
                (Channels.Past, provider.GetRequiredService<RunKeeper>().Wake),
                (Channels.Datasets, provider.GetRequiredService<DatasetTrigger>().Wake),
            ]));
        return services;
    }

    /// <summary>A hosted service that others may ask for, too.</summary>
    private static void AddHosted<TService>(this IServiceCollection services)
        where TService : class, Microsoft.Extensions.Hosting.IHostedService
    {
        services.AddSingleton<TService>();
        services.AddHostedService(provider => provider.GetRequiredService<TService>());
    }
}
