using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workflow.Postgres;
using Workflow.Scheduler.Services;
using Workflow.Worker.Dispatching;

namespace Workflow.Hangfire;

/// <summary>
/// Dispatch over Hangfire: a scheduler makes a job of each task instance that is due, in the queue of the task; a server of Hangfire in
/// each worker process hands the jobs to the worker, which claims exactly their tasks.
/// </summary>
public sealed class HangfireTransport : ITransport
{
    private const string Name = "hangfire";

    /// <summary>Hangfire's pages set styles of single elements, and draw with pictures of their own.</summary>
    private const string ContentPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self'; "
        + "frame-ancestors 'none'";

    /// <inheritdoc />
    public void AddScheduler(IServiceCollection services, string connectionString)
    {
        AddShared(services, connectionString, prepares: true);
        services.AddSingleton(provider => new HangfireEnqueuer(
            provider.GetRequiredService<PostgreSqlStorage>, provider.GetRequiredService<JobLedger>(),
            provider.GetRequiredService<ILogger<HangfireEnqueuer>>()));
        services.AddHostedService(provider => provider.GetRequiredService<HangfireEnqueuer>());

        // Not as AddHostedService, which adds no second service of the same type: the scheduler has one.
        services.AddSingleton<IHostedService>(provider => new WakeOnNotify(
            new Listener(Database.Open(connectionString, Name), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Listener>>()),
            [(Channels.Tasks, provider.GetRequiredService<HangfireEnqueuer>().Wake)]));
    }

    /// <inheritdoc />
    public void AddWorker(IServiceCollection services, string connectionString)
    {
        AddShared(services, connectionString, prepares: false);
        services.AddSingleton<OfferedTasks>();
        services.AddSingleton<ITaskSource>(provider => provider.GetRequiredService<OfferedTasks>());
        services.AddSingleton<TaskJob>();
        services.AddHostedService<HangfireWorker>();
    }

    /// <inheritdoc />
    public void AddServer(IServiceCollection services, string connectionString)
    {
        AddShared(services, connectionString, prepares: true);
        services.AddHangfire((provider, configuration) => configuration.UseStorage(provider.GetRequiredService<PostgreSqlStorage>()));
    }

    /// <inheritdoc />
    public void MapServer(WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/hangfire", StringComparison.OrdinalIgnoreCase))
                context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
            return next(context);
        });

        // The engine's own gate asks for a credential before any endpoint that is not marked open, and refuses other origins. Whoever
        // passes may look and not touch: a job is made anew whatever happens to it, and the engine's dashboard is where tasks are acted on.
        app.MapHangfireDashboardWithNoAuthorizationFilters("/hangfire", new DashboardOptions
        {
            IsReadOnlyFunc = _ => true,
            DashboardTitle = "Hangfire of Workflow",
            AppPath = "/",
            DisplayStorageConnectionString = false,
        });
    }

    private static void AddShared(IServiceCollection services, string connectionString, bool prepares)
    {
        // One process may be scheduler and server.
        if (services.Any(service => service.ServiceType == typeof(PostgreSqlStorage)))
            return;
        services.AddSingleton<HostLogs>();
        services.AddSingleton(provider =>
        {
            provider.GetRequiredService<HostLogs>();
            return Storage.Open(connectionString, prepares);
        });
        services.AddSingleton(_ => new JobLedger(Database.OpenQueue(connectionString, Name)));
    }
}
