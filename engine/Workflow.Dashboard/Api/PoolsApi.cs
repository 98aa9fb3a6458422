using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Pools;

namespace Workflow.Dashboard.Api;

/// <summary>A pool: slots that tasks share.</summary>
/// <param name="Slots">How many; -1 for no limit.</param>
/// <param name="OccupiedSlots">How many are taken.</param>
/// <param name="RunningSlots">How many of these by tasks that run.</param>
/// <param name="QueuedSlots">How many are waited for.</param>
/// <param name="OpenSlots">How many are free; null without a limit.</param>
public sealed record Pool(
    string Name, int Slots, string Description, int OccupiedSlots, int RunningSlots, int QueuedSlots, int? OpenSlots);

/// <summary>A page of pools.</summary>
/// <param name="TotalEntries">How many there are in all.</param>
public sealed record PoolCollection(IReadOnlyList<Pool> Pools, int TotalEntries);

/// <summary>Makes a pool.</summary>
/// <param name="Slots">How many; -1 for no limit.</param>
public sealed record PoolRequest(string Name, int Slots, string Description = "");

/// <summary>Changes a pool; what is null stays as it is.</summary>
public sealed record PoolPatch(int? Slots = null, string? Description = null);

/// <summary>Pools.</summary>
internal static class PoolsApi
{
    private const int LongestName = 200;

    public static void Map(RouteGroupBuilder api)
    {
        var pools = api.MapGroup("/pools").WithTags("Pools");
        pools.MapGet("", ListAsync).WithSummary("Pools, and how much of them is taken.").Refuses(401);
        pools.MapPost("", CreateAsync).WithSummary("Makes a pool.").Refuses(401, 403, 409, 422);
        pools.MapGet("/{pool_name}", GetAsync).WithSummary("One pool.").Refuses(401, 404);
        pools.MapPatch("/{pool_name}", ChangeAsync).WithSummary("Changes a pool.").Refuses(401, 403, 404, 409, 422);
        pools.MapDelete("/{pool_name}", DeleteAsync).WithSummary("Deletes a pool that no task is in.").Produces(204)
            .Refuses(401, 403, 404, 409);
    }

    private static async Task<PoolCollection> ListAsync(PoolStore store, CancellationToken cancellationToken)
    {
        var pools = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        return new PoolCollection([.. pools.Select(Of)], pools.Count);
    }

    private static async Task<Pool> GetAsync(
        [FromRoute(Name = "pool_name")] string name, PoolStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } pool ? Of(pool) : throw Unknown(name);

    private static async Task<Pool> CreateAsync(PoolRequest body, PoolStore store, CancellationToken cancellationToken)
    {
        if (body.Name.Length is 0 or > LongestName)
            throw ApiException.Invalid("name", $"must have 1 to {LongestName} characters, got {body.Name.Length}");
        CheckSlots(body.Slots);
        if (!await store.CreateAsync(body.Name, body.Slots, body.Description, cancellationToken).ConfigureAwait(false))
            throw ApiException.Conflict($"There is a pool '{body.Name}' already.");
        return await GetAsync(body.Name, store, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Pool> ChangeAsync(
        [FromRoute(Name = "pool_name")] string name, PoolPatch body, PoolStore store, CancellationToken cancellationToken)
    {
        CheckSlots(body.Slots);
        if (!await RefusingAsync(() => store.ChangeAsync(name, body.Slots, body.Description, cancellationToken)).ConfigureAwait(false))
            throw Unknown(name);
        return await GetAsync(name, store, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> DeleteAsync(
        [FromRoute(Name = "pool_name")] string name, PoolStore store, CancellationToken cancellationToken) =>
        await RefusingAsync(() => store.DeleteAsync(name, cancellationToken)).ConfigureAwait(false) ? TypedResults.NoContent()
            : throw Unknown(name);

    private static async Task<bool> RefusingAsync(Func<Task<bool>> change)
    {
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (PoolException refused)
        {
            throw ApiException.Conflict(refused.Message);
        }
    }

    private static void CheckSlots(int? slots)
    {
        if (slots < -1)
            throw ApiException.Invalid("slots", $"must be 0 or more, or -1 for no limit, got {slots}");
    }

    private static Pool Of(PoolRow row) => new(
        row.Name, row.Slots, row.Description, row.Occupied, row.Running, row.Waiting, row.Slots < 0 ? null
            : Math.Max(0, row.Slots - row.Occupied));

    private static ApiException Unknown(string name) => ApiException.NotFound($"There is no pool '{name}'.");
}
