using System.Text.Json;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Events;

namespace Workflow.Dashboard.Api;

/// <summary>Tells waiting tasks that something happened.</summary>
/// <param name="Key">What they wait for.</param>
/// <param name="Payload">What they get as their output.</param>
public sealed record ExternalEventRequest(string Key, JsonElement? Payload = null);

/// <summary>An event that was recorded.</summary>
/// <param name="Woken">How many waiting tasks look at once.</param>
public sealed record ExternalEvent(long EventId, string Key, DateTime CreatedAt, int Woken);

/// <summary>Events from outside.</summary>
internal static class ExternalEventsApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("").WithTags("Events")
        .MapPost("/events", SendAsync).WithSummary("Tells waiting tasks that something happened.").Refuses(401, 403, 422);

    private static async Task<ExternalEvent> SendAsync(
        ExternalEventRequest body, ExternalEventStore store, CancellationToken cancellationToken)
    {
        if (body.Key.Length is 0 or > ExternalEventStore.LongestKey)
            throw ApiException.Invalid("key", $"must have 1 to {ExternalEventStore.LongestKey} characters, got {body.Key.Length}");
        if (body.Payload is { } payload
            && ApiJson.Unstorable(new Dictionary<string, JsonElement> { ["payload"] = payload }) is { } complaint)
            throw ApiException.Invalid("payload", complaint);
        var json = body.Payload is { ValueKind: not JsonValueKind.Null } given ? given.GetRawText() : null;
        var recorded = await store.RecordAsync(body.Key, json, SignInApi.UserName, cancellationToken).ConfigureAwait(false);
        return new ExternalEvent(recorded.EventId, recorded.Key, recorded.CreatedAt, recorded.Woken);
    }
}
