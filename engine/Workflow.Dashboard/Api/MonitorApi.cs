using Workflow.Dashboard.Events;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Schedulers;
using Workflow.Postgres.Workers;

namespace Workflow.Dashboard.Api;

/// <summary>Whether the parts of the engine work.</summary>
public sealed record HealthInfo(ComponentHealth Metadatabase, SchedulerHealth Scheduler, WorkersHealth Workers);

/// <summary>Health of one part.</summary>
/// <param name="Status">healthy or unhealthy</param>
public sealed record ComponentHealth(string Status);

/// <summary>Health of the scheduler.</summary>
/// <param name="Status">healthy or unhealthy</param>
/// <param name="LatestSchedulerHeartbeat">When a scheduler last said that it lives.</param>
public sealed record SchedulerHealth(string Status, DateTime? LatestSchedulerHeartbeat);

/// <summary>Health of the workers.</summary>
/// <param name="Status">healthy or unhealthy</param>
/// <param name="Alive">Workers that answered lately.</param>
/// <param name="Slots">Tasks that they can run at once.</param>
public sealed record WorkersHealth(string Status, int Alive, int Slots);

/// <summary>Version of the engine.</summary>
public sealed record VersionInfo(string Version);

/// <summary>A scheduler.</summary>
/// <param name="DagsFolder">Folder of its DAG files.</param>
/// <param name="HasTheSay">Whether that folder is the one whose DAGs count; those of the others are ignored.</param>
/// <param name="HasTheSaySince">Since when.</param>
public sealed record SchedulerInfo(
    string Name, string DagsFolder, bool HasTheSay, DateTime? HasTheSaySince, DateTime StartDate, DateTime LatestHeartbeat);

/// <summary>The schedulers.</summary>
/// <param name="TotalEntries">How many there are.</param>
public sealed record SchedulerCollection(IReadOnlyList<SchedulerInfo> Schedulers, int TotalEntries);

/// <summary>Health, version and the stream of changes.</summary>
internal static class MonitorApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var monitor = api.MapGroup("").WithTags("Monitor");
        monitor.MapGet("/monitor/health", HealthAsync).WithSummary("Health of the engine; needs no sign-in.").Open();
        monitor.MapGet("/monitor/schedulers", SchedulersAsync).WithSummary("Schedulers, and whose DAG folder counts.").Refuses(401);
        monitor.MapGet("/version", () => new VersionInfo(EngineVersion.Text)).WithSummary("Version of the engine.").Refuses(401);
        monitor.MapGet("/events", EventStream.WriteAsync)
            .WithSummary("Server-sent events: run with {dag_id, dag_run_id}, dags with {}.")
            .Produces<string>(200, "text/event-stream").Refuses(401, 503);
    }

    // Health is an answer, not an error: a probe wants to know what is wrong.
    private static async Task<HealthInfo> HealthAsync(HealthReads reads, CancellationToken cancellationToken)
    {
        try
        {
            var health = await reads.HealthAsync(WorkerStore.Lease, cancellationToken).ConfigureAwait(false);
            return new HealthInfo(
                new ComponentHealth(Word(true)),
                new SchedulerHealth(Word(health.SchedulerAlive), health.SchedulerHeartbeat),
                new WorkersHealth(Word(health.Workers > 0), health.Workers, health.Slots));
        }
        catch (Exception exception) when (ErrorAnswers.IsDatabaseAway(exception))
        {
            return new HealthInfo(
                new ComponentHealth(Word(false)), new SchedulerHealth(Word(false), null), new WorkersHealth(Word(false), 0, 0));
        }
    }

    private static async Task<SchedulerCollection> SchedulersAsync(HealthReads reads, CancellationToken cancellationToken)
    {
        var rows = await reads.SchedulersAsync(SchedulerStore.Lease, cancellationToken).ConfigureAwait(false);
        return new SchedulerCollection(
            [.. rows.Select(row =>
                new SchedulerInfo(row.Name, row.DagsFolder, row.HasTheSay, row.ElectedAt, row.StartedAt, row.HeartbeatAt))], rows.Count);
    }

    private static string Word(bool healthy) => healthy ? "healthy" : "unhealthy";
}
