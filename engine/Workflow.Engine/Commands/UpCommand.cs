using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workflow.Dashboard;
using Workflow.Dashboard.Auth;
using Workflow.Data;
using Workflow.Engine.Embedded;
using Workflow.Engine.Hosting;
using Workflow.Engine.Up;
using Workflow.Postgres;
using Workflow.Postgres.Migrations;
using Workflow.Postgres.Workers;
using Workflow.Scheduler.Services;

namespace Workflow.Engine.Commands;

/// <summary>
/// <c>workflow up</c>: everything on one machine. PostgreSQL in the data folder, scheduler and dashboard in this process, workers as
/// processes of their own. It stops in the opposite order: workers drain first, PostgreSQL ends last.
/// </summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The dashboard's port; 0 for any free one.", DefaultValueFactory = _ => 8080 };
        var data = new Option<string>("--data")
        {
            Description = "The folder that keeps everything.",
            DefaultValueFactory = _ => ".workflow",
        };
        var workers = new Option<int>("--workers") { Description = "How many worker processes to run.", DefaultValueFactory = _ => 1 };
        var command = new Command("up", "Runs everything: PostgreSQL, scheduler, dashboard and workers.") { port, data, EngineCommands.Dags,
            workers };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(port), parsed.GetValue(data)!, parsed.GetValue(EngineCommands.Dags)!, parsed.GetValue(workers), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int port, string data, string dags, int workers, CancellationToken cancellation)
    {
        if (workers < 0)
            throw new WorkflowException($"--workers must not be negative, got {workers}.");
        var settings = Settings.Read();
        var transport = Transports.Find(settings);
        using var folder = DataFolder.Open(data);
        folder.DeleteEndpoint();
        var s3 = settings.ReadS3();
        await ArtifactSettings.RequireAsync(s3, folder.Artifacts, cancellation).ConfigureAwait(false);
        await using var postgres = settings[Settings.ConnectionStringKey] is { Length: > 0 }
            ? null
            : await StartPostgresAsync(folder, cancellation).ConfigureAwait(false);
        var connection = postgres?.ConnectionString ?? settings.RequireConnectionString();
        await using var pool = Database.Open(connection, "up");
        await new DatabaseStart(settings.DatabaseWait(), TimeProvider.System, Console.Error).UntilReachableAsync(pool, cancellation)
            .ConfigureAwait(false);
        await new Migrator(pool).MigrateAsync(cancellation).ConfigureAwait(false);
        var workerConnection = postgres is null
            ? Hosts.AsWorker(connection)
            : await WorkerLogin.EnsureAsync(pool, connection, folder.Secret("worker.password"), cancellation).ConfigureAwait(false);

        var token = folder.Secret("token");
        var builder = Hosts.CreateWeb(settings);
        var artifacts = ArtifactStores.Open(folder.Artifacts, s3, settings.ReadCold());
        Hosts.AddDashboard(builder.Services, connection, token, port, artifacts);
        Hosts.AddScheduler(builder.Services, connection, dags, artifacts, settings.Retention(), settings.OpenLineage());
        transport?.AddServer(builder.Services, connection);
        transport?.AddScheduler(builder.Services, connection);

        // Added last, so it stops first: workers drain while the scheduler and the dashboard are still there.
        builder.Services.AddHostedService(provider => new WorkerSupervisor(
            workers, workerConnection, folder.Artifacts, new WorkerStore(pool), TimeProvider.System,
            provider.GetRequiredService<ILogger<WorkerSupervisor>>()));
        await using var app = builder.Build();
        app.MapDashboard();
        transport?.MapServer(app);
        try
        {
            await Hosts.StartAsync(app, cancellation).ConfigureAwait(false);
            await app.Services.GetRequiredService<DagLoader>().FirstLoad.WaitAsync(cancellation).ConfigureAwait(false);
            Announce(app, folder, token);
            await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            folder.DeleteEndpoint();
        }

        Console.WriteLine(postgres is null ? "Stopped." : "Stopping PostgreSQL.");
        return 0;
    }

    private static async Task<EmbeddedPostgres> StartPostgresAsync(DataFolder folder, CancellationToken cancellation)
    {
        Console.WriteLine($"Starting PostgreSQL in {folder.Path}");
        return await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = folder.Path }, cancellation)
            .ConfigureAwait(false);
    }

    private static void Announce(WebApplication app, DataFolder folder, string token)
    {
        var url = Hosts.UrlOf(app);
        folder.WriteEndpoint(url, token);
        var code = app.Services.GetRequiredService<SignInCodes>().Mint();
        Console.WriteLine($"""

            Workflow is ready at {url}
              Sign in once with this link (10 minutes): {url}/login?code={code}
              or with the password in {Path.Combine(folder.Path, "token")}
              Ctrl-C stops everything.

            """);
    }
}
