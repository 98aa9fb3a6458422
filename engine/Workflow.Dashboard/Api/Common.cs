using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;

namespace Workflow.Dashboard.Api;

/// <summary>Why a request was refused.</summary>
/// <param name="Detail">A sentence for a person.</param>
/// <param name="Errors">Each wrong parameter of a refused request.</param>
public sealed record Problem(string Detail, IReadOnlyList<ParamError>? Errors = null);

/// <summary>One wrong parameter.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Message">What is wrong, to be read after its name.</param>
public sealed record ParamError(string Name, string Message);

/// <summary>Which page of a list is asked for.</summary>
/// <param name="Limit">How many at most; more than 1,000 are not given at once.</param>
/// <param name="Offset">How many to pass over.</param>
internal readonly record struct PageQuery([FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "offset")] int? Offset)
{
    private const int Default = 50;
    private const int Most = 1000;

    public int Take => Limit is < 0 ? throw ApiException.Invalid("limit", "must not be negative") : Math.Min(Limit ?? Default, Most);

    public int Skip => Offset is < 0 ? throw ApiException.Invalid("offset", "must not be negative") : Offset ?? 0;
}

/// <summary>The path of a run.</summary>
internal readonly record struct RunPath([FromRoute(Name = "dag_id")] string DagId, [FromRoute(Name = "dag_run_id")] string DagRunId);

/// <summary>The path of a task of a run.</summary>
internal readonly record struct TaskPath(
    [FromRoute(Name = "dag_id")] string DagId, [FromRoute(Name = "dag_run_id")] string DagRunId,
    [FromRoute(Name = "task_id")] string TaskId)
{
    public RunPath Run => new(DagId, DagRunId);
}

/// <summary>The path of an element of a mapped task of a run.</summary>
internal readonly record struct ElementPath(
    [FromRoute(Name = "dag_id")] string DagId, [FromRoute(Name = "dag_run_id")] string DagRunId,
    [FromRoute(Name = "task_id")] string TaskId, [FromRoute(Name = "map_index")] int MapIndex)
{
    public TaskPath Task => new(DagId, DagRunId, TaskId);
}

/// <summary>What endpoints say of themselves.</summary>
internal static class Endpoints
{
    /// <summary>Names the refusals that a client should be ready for; every one is a <see cref="Problem"/>.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<Problem>(status);
        return endpoint;
    }

    /// <summary>Needs no sign-in.</summary>
    public static RouteHandlerBuilder Open(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(Auth.OpenToAll.Mark);
}
