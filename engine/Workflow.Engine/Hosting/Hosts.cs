using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Artifacts;
using Workflow.Dashboard;
using Workflow.Data;
using Workflow.Postgres;
using Workflow.Postgres.Migrations;
using Workflow.Scheduler;
using Workflow.Scheduler.OpenLineage;
using Workflow.Scheduler.Retention;
using Workflow.Worker;

namespace Workflow.Engine.Hosting;

/// <summary>Builds the processes that the verbs run; <c>up</c> composes the same pieces.</summary>
internal static class Hosts
{
    /// <summary>How long a process may take to stop: a worker's drain with its graces, and a little more.</summary>
    public static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(60);

    /// <summary>A host without a web server.</summary>
    public static HostApplicationBuilder Create(IConfiguration settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Common(builder.Services, builder.Logging, settings);
        return builder;
    }

    /// <summary>A host with a web server.</summary>
    public static WebApplicationBuilder CreateWeb(IConfiguration settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        Common(builder.Services, builder.Logging, settings);
        return builder;
    }

    /// <summary>Adds a scheduler whose name tells the process.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="connectionString">How it reaches the database.</param>
    /// <param name="dagsFolder">The folder of the DAG files.</param>
    /// <param name="artifacts">The artifact store, from which it deletes what nothing refers to; null when this process cannot reach
    /// it.</param>
    /// <param name="retention">How long what is over is kept.</param>
    /// <param name="openLineage">Where lineage events go.</param>
    public static void AddScheduler(
        IServiceCollection services, string connectionString, string dagsFolder, IArtifactStore? artifacts, RetentionOptions retention,
        OpenLineageOptions openLineage) =>
        services.AddScheduler(connectionString, new SchedulerOptions
        {
            Name = $"{Environment.MachineName}/{Environment.ProcessId}",
            DagsFolder = Path.GetFullPath(dagsFolder),
            Retention = retention,
            Artifacts = artifacts,
            OpenLineage = openLineage,
        });

    /// <summary>Adds the dashboard with its API.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="connectionString">How it reaches the database.</param>
    /// <param name="token">What clients sign in with.</param>
    /// <param name="port">Where it listens; 0 for any free port.</param>
    /// <param name="artifacts">The artifact store, which verifying and comparing datasets reads; null when this process cannot reach
    /// it.</param>
    public static void AddDashboard(IServiceCollection services, string connectionString, string token, int port, IArtifactStore? artifacts)
    {
        if (artifacts is not null)
            services.AddSingleton(artifacts);
        services.AddSingleton(_ => Database.Open(connectionString, "dashboard"));
        services.AddDashboard(new DashboardOptions { Token = token, Port = port });
    }

    /// <summary>Starts a web host.</summary>
    /// <exception cref="WorkflowException">Its port is taken.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new WorkflowException($"{exception.Message} Name another port with --port, or 0 for any free one.", exception);
        }
    }

    /// <summary>Where a web host listens, as people type it.</summary>
    public static string UrlOf(WebApplication app) => app.Urls.First().TrimEnd('/');

    /// <summary>A worker's options; the name tells the process.</summary>
    public static WorkerOptions WorkerOptions(
        string? name, IReadOnlyList<string> queues, int? slots, string artifacts, S3Options? s3 = null, ArtifactPlace? cold = null)
    {
        var options = new WorkerOptions
        {
            Name = name ?? $"{Environment.MachineName}/{Environment.ProcessId}",
            Queues = queues,
            ArtifactFolder = Path.GetFullPath(artifacts),
            S3 = s3,
            Cold = cold,
            IsolationCommand = OwnCommand.Isolation,
        };
        return slots is { } given ? options with { Slots = given } : options;
    }

    /// <summary>Waits for the database, and refuses to start on a schema that this build does not know.</summary>
    public static async Task RequireSchemaAsync(string connectionString, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var data = NpgsqlDataSource.Create(connectionString);
        await new DatabaseStart(wait, TimeProvider.System, Console.Error).UntilReachableAsync(data, cancellationToken)
            .ConfigureAwait(false);
        await new Migrator(data).EnsureCurrentAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The connection string of a worker: it takes the role that may claim and complete and nothing more.</summary>
    public static string AsWorker(string connectionString) => Database.WithOption(connectionString, $"role={WorkerServices.Role}");

    private static void Common(IServiceCollection services, ILoggingBuilder logging, IConfiguration settings)
    {
        logging.AddConfiguration(settings.GetSection("Logging"));
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = false;
        });
        services.AddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownLimit);
        services.AddSingleton<IHostLifetime, Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>();
        services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
    }
}
