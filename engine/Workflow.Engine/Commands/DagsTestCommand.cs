using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Workflow.Engine.Embedded;
using Workflow.Engine.Hosting;
using Workflow.Postgres;
using Workflow.Postgres.Migrations;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Runs;
using Workflow.Scheduler.OpenLineage;
using Workflow.Scheduler.Retention;
using Workflow.Scheduler.Services;
using Workflow.Worker;

namespace Workflow.Engine.Commands;

/// <summary>
/// <c>workflow dags test</c>: runs a DAG once without a server, on a throw-away database, through the loader, the store and the worker that
/// a server uses. The worker is in this process, and isolated tasks too unless they have a limit that needs a process of their own, so that
/// a debugger attached to it stops in the tasks.
/// </summary>
internal static class DagsTestCommand
{
    private static readonly TimeSpan LookAfter = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var dag = new Argument<string>("ID") { Description = "The DAG." };
        var conf = new Option<string>("--conf") { Description = "The run's parameters as a JSON object.", DefaultValueFactory = _ => "{}" };
        var command = new Command("test", "Runs a DAG once without a server, on a throw-away database.") { dag, conf, EngineCommands.Dags };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetValue(dag)!, Parse(parsed.GetValue(conf)!), parsed.GetValue(EngineCommands.Dags)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string dagId, JsonObject conf, string dags, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("workflow-test-").FullName;
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataFolder = folder, Durable = false }, cancellation).ConfigureAwait(false);
            await using var pool = Database.Open(postgres.ConnectionString, "dags test");
            await new Migrator(pool).MigrateAsync(cancellation).ConfigureAwait(false);

            using var scheduler = BuildQuiet(services =>
                Hosts.AddScheduler(services, postgres.ConnectionString, dags, artifacts: null, new RetentionOptions(),
                    new OpenLineageOptions()));
            await LoadAsync(scheduler.Services.GetRequiredService<DagLoader>(), dagId, dags, cancellation).ConfigureAwait(false);
            var run = new NewRun(dagId, "test", RunType.Manual, conf, "dags test");
            var runId = await scheduler.Services.GetRequiredService<RunStore>().CreateAsync(run, cancellation).ConfigureAwait(false);

            using var worker = BuildQuiet(services => services.AddWorker(
                Hosts.AsWorker(postgres.ConnectionString),
                Hosts.WorkerOptions("dags test", [], null, Path.Combine(folder, "artifacts")) with { InProcess = true }));
            await worker.StartAsync(cancellation).ConfigureAwait(false);
            var state = await FollowAsync(pool, dagId, runId!.Value, cancellation).ConfigureAwait(false);
            await worker.StopAsync(CancellationToken.None).ConfigureAwait(false);
            Console.WriteLine($"Run of {dagId}: {state}");
            return state == RunState.Success.Name() ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IHost BuildQuiet(Action<IServiceCollection> add)
    {
        var builder = Hosts.Create(Settings.Read());
        builder.Logging.AddFilter((_, level) => level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        add(builder.Services);
        return builder.Build();
    }

    private static async Task LoadAsync(DagLoader loader, string dagId, string dags, CancellationToken cancellation)
    {
        var loaded = await loader.LoadAsync(cancellation).ConfigureAwait(false);
        if (loaded.Dags.Any(dag => dag.Id == dagId))
            return;
        var errors = string.Concat(loaded.Diagnostics.Select(found =>
            $"{Environment.NewLine}  {found.File}({found.Line},{found.Column}): {found.Code}: {found.Message}"));
        var known = string.Join(", ", loaded.Dags.Select(dag => dag.Id).Order(StringComparer.Ordinal));
        throw new WorkflowException($"There is no DAG '{dagId}' in {Path.GetFullPath(dags)}; there are: {known}.{errors}");
    }

    /// <summary>Prints what tasks log and how they end, until the run has ended.</summary>
    private static async Task<string> FollowAsync(NpgsqlDataSource pool, string dagId, long runId, CancellationToken cancellation)
    {
        var (runs, tasks) = (new RunReads(pool), new TaskReads(pool));
        var shown = new Dictionary<(int Task, int MapIndex, int Attempt), int>();
        var states = new Dictionary<(int Task, int MapIndex), string>();
        while (true)
        {
            // Read before the tasks, so that what is printed last is complete.
            var run = (await runs.FindAsync(dagId, "test", cancellation).ConfigureAwait(false))[0];
            foreach (var task in (await tasks.ListAsync(runId, null, int.MaxValue, 0, cancellation).ConfigureAwait(false)).Items)
            {
                for (var attempt = 1; attempt <= task.Attempt; attempt++)
                    await PrintLogAsync(tasks, runId, task, attempt, shown, cancellation).ConfigureAwait(false);
                if (states.GetValueOrDefault((task.TaskIndex, task.MapIndex)) != task.State)
                    Console.WriteLine(
                        $"[{NameOf(task)}] {states[(task.TaskIndex, task.MapIndex)] = task.State}{(task.Message is null ? "" : $": {task.Message}")}");
            }

            if (run.FinishedAt is not null)
                return run.State;
            await Task.Delay(LookAfter, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task PrintLogAsync(
        TaskReads tasks, long runId, TaskRow task, int attempt, Dictionary<(int Task, int MapIndex, int Attempt), int> shown,
        CancellationToken cancellation)
    {
        var key = (task.TaskIndex, task.MapIndex, attempt);
        var after = shown.GetValueOrDefault(key);
        var lines = await tasks.LogAsync(runId, task.TaskIndex, task.MapIndex, attempt, after, int.MaxValue, cancellation)
            .ConfigureAwait(false);
        foreach (var line in lines)
        {
            Console.WriteLine($"[{NameOf(task)} #{attempt}] {line.Line}");
            shown[key] = line.Seq;
        }
    }

    private static string NameOf(TaskRow task) => task.MapIndex == TaskKey.Whole ? task.TaskId : $"{task.TaskId}[{task.MapIndex}]";

    private static JsonObject Parse(string conf)
    {
        try
        {
            return JsonNode.Parse(conf) as JsonObject
                ?? throw new WorkflowException("--conf must be a JSON object, such as '{\"month\": \"2019-01\"}'.");
        }
        catch (JsonException exception)
        {
            throw new WorkflowException($"--conf is no JSON: {exception.Message}", exception);
        }
    }
}
