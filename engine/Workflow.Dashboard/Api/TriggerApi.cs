using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Workflow.Dashboard.Http;
using Workflow.Postgres.Reads;
using Workflow.Postgres.Runs;
using Workflow.Runs;

namespace Workflow.Dashboard.Api;

/// <summary>Starting runs by hand.</summary>
internal static class TriggerApi
{
    private const int LongestKey = 250;
    internal const int LongestNote = 1000;

    public static async Task<DagRun> TriggerAsync(
        [FromRoute(Name = "dag_id")] string dagId, TriggerRequest request, RunStore store, RunReads reads, DagReads dags, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var conf = ConfOf(request.Conf, "conf");
        if (request.DagRunId is { } asked && KeyComplaint(asked) is { } wrong)
            throw ApiException.Invalid("dag_run_id", wrong);
        RunsApi.CheckNote(request.Note);

        var key = request.DagRunId ?? RunKeys.Manual(time.GetUtcNow());
        var run = new NewRun(
            dagId, key, RunType.Manual, conf, SignInApi.UserName, request.LogicalDate?.ToUniversalTime(), Note: request.Note);
        try
        {
            if (await store.CreateAsync(run, cancellationToken).ConfigureAwait(false) is null)
                throw ApiException.Conflict($"DAG '{dagId}' has a run '{key}' already.");
        }
        catch (Exception refused) when (refused is ParameterException or DagNotRunnableException)
        {
            throw await RefusalAsync(dagId, refused, dags, cancellationToken).ConfigureAwait(false);
        }

        var created = await RunsApi.FindAsync(new RunPath(dagId, key), reads, cancellationToken).ConfigureAwait(false);
        return await RunsApi.DetailedAsync(created, reads, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The parameters of a run as they are stored.</summary>
    /// <param name="given">What the request says; null for nothing.</param>
    /// <param name="field">What it calls that.</param>
    /// <remarks>
    /// Not read as nodes by the framework: its JsonObject answers a name that comes twice with an error that is not one of JSON.
    /// </remarks>
    internal static JsonObject ConfOf(IReadOnlyDictionary<string, JsonElement>? given, string field)
    {
        given ??= new Dictionary<string, JsonElement>();
        return ApiJson.Unstorable(given) is { } complaint
            ? throw ApiException.Invalid(field, complaint)
            : new JsonObject(given.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Deserialize<JsonNode>(ApiJson.Stored))));
    }

    /// <summary>How the API says that a DAG cannot run, or not with such parameters.</summary>
    internal static async Task<ApiException> RefusalAsync(
        string dagId, Exception refused, DagReads dags, CancellationToken cancellationToken)
    {
        if (refused is ParameterException wrong)
        {
            return new ApiException(
                StatusCodes.Status422UnprocessableEntity, wrong.Message,
                [.. wrong.Problems.Select(problem => new ParamError(problem.Name, problem.Message))]);
        }

        return await dags.FindAsync(dagId, cancellationToken).ConfigureAwait(false) is null
            ? ApiException.NotFound(refused.Message)
            : ApiException.Conflict(refused.Message);
    }

    /// <summary>What keeps a key from naming a run. It is a part of a path, which browsers and proxies may change.</summary>
    private static string? KeyComplaint(string key) => key switch
    {
        "" => "must not be empty",
        { Length: > LongestKey } => $"must have at most {LongestKey} characters, got {key.Length}",
        "~" or "." or ".." => "has a meaning of its own in a path",
        _ when key.Any(char.IsControl) => "must not have control characters",
        _ when key.AsSpan().ContainsAny('/', '\\', '%') => "must not have the characters / \\ %",
        _ when key != key.Trim() => "must not begin or end with a space",
        _ => null,
    };
}
