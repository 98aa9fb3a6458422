using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Graphs;
using Workflow.Postgres;
using Workflow.Postgres.Dags;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Steps;
using Workflow.Simulation;
using Workflow.Timetables;

namespace Workflow.Dashboard.Api;

/// <summary>What would happen: a DAG's schedule, limits and durations in virtual time. Changes nothing.</summary>
/// <remarks>The DAG is alone in its pools: what other DAGs would take of them is not known.</remarks>
internal static class SimulateApi
{
    /// <remarks>A few seconds of work: more would keep a client waiting in vain.</remarks>
    private const int MaxEvents = 1_000_000;

    public static void Map(RouteGroupBuilder api) => api.MapGroup("/dags").WithTags("DAGs")
        .MapGet("/{dag_id}/simulate", SimulateAsync).WithSummary("Says what would run when, without running anything.")
        .Refuses(401, 404, 409, 422);

    private static async Task<Simulation> SimulateAsync(
        [FromRoute(Name = "dag_id")] string dagId, [FromQuery(Name = "from")] DateTimeOffset from,
        [FromQuery(Name = "to")] DateTimeOffset to,
        [FromQuery(Name = "durations")] string? durations, [FromQuery(Name = "slots")] int? slots, SimulationReads reads, DagStore dags,
        GraphCache graphs, CancellationToken cancellationToken)
    {
        if (to < from)
            throw ApiException.Invalid("to", $"must not lie before from, got {to.UtcDateTime:u}");
        if (slots < 1)
            throw ApiException.Invalid("slots", $"must be 1 or more, got {slots}");
        var spec = SpecOf(durations ?? "measured");
        var row = await reads.FindAsync(dagId, cancellationToken).ConfigureAwait(false)
            ?? throw ApiException.NotFound($"There is no DAG '{dagId}'.");
        var schedule = ScheduleOf(dagId, row);
        var (graph, settings) = await graphs.GetVersionAsync(row.DagVersionId!.Value, cancellationToken).ConfigureAwait(false);
        if (spec.Complaint(graph) is { } complaint)
            throw ApiException.Invalid("durations", complaint);

        var measured = (await reads.MeasuredAsync(dagId, cancellationToken).ConfigureAwait(false)).ToDictionary(task => task.TaskId);
        var pools = await dags.PoolsAsync(cancellationToken).ConfigureAwait(false);
        var tasks = graph.Tasks.Where(task => task.Kind != TaskDefinition.ExpandKind)
            .ToDictionary(task => task.Id, task => spec.Of(task.Id, Seconds(measured.GetValueOrDefault(task.Id)?.Seconds)));
        var fires = Timetable.Fires(schedule, Later(from, row.StartDate.Utc()), Earlier(to, row.EndDate.Utc()));
        var dag = new SimulatedDag(dagId, graph, settings, fires, task => TaskBehaviour.Takes(tasks[task.Id].Duration))
        {
            Elements = root => Elements(graph, root, measured),
        };
        var shared = new SimulationSettings { Pools = pools, WorkerSlots = SlotsOf(slots), MaxEvents = MaxEvents };
        return Simulation.Of(
            dagId, from, to,
            [.. tasks.Select(task => new SimulationDuration(task.Key, task.Value.Duration.TotalSeconds, task.Value.Source))],
            await ForecastAsync(dag, shared, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<Forecast> ForecastAsync(SimulatedDag dag, SimulationSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => Simulator.Simulate([dag], settings, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (WorkflowException refused)
        {
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, refused.Message);
        }
    }

    private static DurationSpec SpecOf(string text)
    {
        try
        {
            return DurationSpec.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw ApiException.Invalid("durations", $"are wrong: {wrong.Message}");
        }
    }

    private static Schedule ScheduleOf(string dagId, SimulatedDagRow row)
    {
        if (row.DagVersionId is null)
            throw ApiException.Conflict($"DAG '{dagId}' has no version yet: its file has import errors.");
        if (row.Schedule is null)
            throw ApiException.Conflict($"DAG '{dagId}' has no schedule: nothing says when its runs would be.");
        var schedule = Schedule.FromJson(row.Schedule);
        return schedule is not (Continuous or OnDatasets or Custom)
            ? schedule
            : throw ApiException.Conflict($"No clock decides when DAG '{dagId}' runs ({schedule}): it cannot be simulated.");
    }

    /// <summary>How many elements a node that expands gave so far; a mapped group is as long as the tasks in it.</summary>
    private static int Elements(DagGraph graph, TaskDefinition root, Dictionary<string, MeasuredTaskRow> measured) =>
        graph.Mapped(root.Index).Select(task => measured.GetValueOrDefault(graph.Tasks[task].Id)?.Elements).Max() ?? 1;

    private static Dictionary<string, int> SlotsOf(int? slots) =>
        slots is { } count ? new Dictionary<string, int> { [SimulationSettings.OtherQueues] = count } : [];

    private static TimeSpan? Seconds(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    private static DateTimeOffset Later(DateTimeOffset time, DateTimeOffset? bound) => bound > time ? bound.Value : time;

    private static DateTimeOffset Earlier(DateTimeOffset time, DateTimeOffset? bound) => bound < time ? bound.Value : time;
}
