using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Workflow.Dashboard;
using Workflow.Engine.Hosting;
using Workflow.Postgres.Migrations;
using Workflow.Worker;

namespace Workflow.Engine.Commands;

/// <summary>The verbs that run a part of the engine in this process.</summary>
internal static class EngineCommands
{
    public static Option<string> Dags { get; } = new("--dags")
    {
        Description = "The folder of the DAG files.",
        DefaultValueFactory = _ => "dags",
    };

    public static Command Scheduler()
    {
        var command = new Command("scheduler",
            "Runs a scheduler: loads DAG files, creates runs, rescues attempts of dead workers.") { Dags };
        command.SetAction((parsed, cancellation) => UntilStoppedAsync(cancellation, async () =>
        {
            var settings = Settings.Read();
            var connection = settings.RequireConnectionString();
            await Hosts.RequireSchemaAsync(connection, settings.DatabaseWait(), cancellation).ConfigureAwait(false);
            var builder = Hosts.Create(settings);

            Hosts.AddScheduler(
                builder.Services, connection, parsed.GetValue(Dags)!, settings.OpenArtifacts(), settings.Retention(),
                settings.OpenLineage());
            Transports.Find(settings)?.AddScheduler(builder.Services, connection);
            await builder.Build().RunAsync(cancellation).ConfigureAwait(false);
        }));
        return command;
    }

    public static Command Server()
    {
        var port = new Option<int>("--port") { Description = "The port; 0 for any free one.", DefaultValueFactory = _ => 8080 };
        var command = new Command("server", "Serves the dashboard and its API on loopback.") { port };
        command.SetAction((parsed, cancellation) => UntilStoppedAsync(cancellation, async () =>
        {
            var settings = Settings.Read();
            var connection = settings.RequireConnectionString();
            await Hosts.RequireSchemaAsync(connection, settings.DatabaseWait(), cancellation).ConfigureAwait(false);
            var token = settings[Settings.TokenKey]
                ?? throw new WorkflowException("The API has no token. Set Dashboard__Token to a secret of at least 16 characters.");
            var builder = Hosts.CreateWeb(settings);
            Hosts.AddDashboard(builder.Services, connection, token, parsed.GetValue(port), settings.OpenArtifacts());
            var transport = Transports.Find(settings);
            transport?.AddServer(builder.Services, connection);
            await using var app = builder.Build();
            app.MapDashboard();
            transport?.MapServer(app);
            await Hosts.StartAsync(app, cancellation).ConfigureAwait(false);
            Console.WriteLine($"Workflow serves at {Hosts.UrlOf(app)}");
            await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
        }));
        return command;
    }

    public static Command Worker()
    {
        var queues = new Option<string>("--queues") { Description = "The queues to serve, such as etl,training; all unless given." };
        var slots = new Option<int?>("--slots") { Description = "How many tasks to run at once; twice the processors unless given." };
        var name = new Option<string?>("--name") { Description = "What the worker is called in the dashboard." };
        var stopWithInput = new Option<bool>("--stop-with-input") { Description = "Stop when standard input closes.", Hidden = true };
        var command = new Command("worker", "Runs a worker: claims tasks and executes them.") { queues, slots, name, stopWithInput };
        command.SetAction((parsed, cancellation) => UntilStoppedAsync(cancellation, async () =>
        {
            if (parsed.GetValue(slots) is <= 0)
                throw new WorkflowException($"--slots must be at least 1, got {parsed.GetValue(slots)}.");
            var settings = Settings.Read();
            var connection = settings.RequireConnectionString();
            await Hosts.RequireSchemaAsync(connection, settings.DatabaseWait(), cancellation).ConfigureAwait(false);
            var served = parsed.GetValue(queues)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
            var s3 = settings.ReadS3();
            var artifacts = settings[Settings.ArtifactsKey] ?? Settings.DefaultArtifacts;
            await ArtifactSettings.RequireAsync(s3, artifacts, cancellation).ConfigureAwait(false);
            var options = Hosts.WorkerOptions(parsed.GetValue(name), served, parsed.GetValue(slots), artifacts, s3, settings.ReadCold());
            var builder = Hosts.Create(settings);
            Transports.Find(settings)?.AddWorker(builder.Services, Hosts.AsWorker(connection));
            builder.Services.AddWorker(Hosts.AsWorker(connection), options);
            if (parsed.GetValue(stopWithInput))
                builder.Services.AddHostedService<StopOnClosedInput>();
            await builder.Build().RunAsync(cancellation).ConfigureAwait(false);
        }));
        return command;
    }

    public static Command Database()
    {
        var migrate = new Command("migrate", "Brings the database's schema to this build's version.");
        migrate.SetAction(async (_, cancellation) =>
        {
            await using var data = NpgsqlDataSource.Create(Settings.Read().RequireConnectionString());
            var applied = await new Migrator(data).MigrateAsync(cancellation).ConfigureAwait(false);
            Console.WriteLine(applied.Count == 0
                ? "The schema is current."
                : $"Applied {string.Join(", ", applied.Select(migration => migration.FileName))}.");
            return 0;
        });
        var check = new Command("check", "Says whether the database's schema is current; exits 1 if it is not.");
        check.SetAction(async (_, cancellation) =>
        {
            await using var data = NpgsqlDataSource.Create(Settings.Read().RequireConnectionString());
            var status = await new Migrator(data).CheckAsync(cancellation).ConfigureAwait(false);
            Console.WriteLine(status.IsCurrent
                ? $"The schema is current, at {status.Current}."
                : $"The schema is at {status.Current}; pending: {string.Join(", ", status.Pending.Select(migration => migration.FileName))}. Run 'workflow db migrate'.");
            return status.IsCurrent ? 0 : 1;
        });
        return new Command("db", "Looks after the database's schema.") { migrate, check };
    }

    /// <summary>Runs until the process is asked to stop, which may come before it has begun; both are an end in order.</summary>
    private static async Task<int> UntilStoppedAsync(CancellationToken cancellation, Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What it waited for was given up with it.
        }

        return 0;
    }
}
