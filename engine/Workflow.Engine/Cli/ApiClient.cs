using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Workflow.Engine.Cli;

/// <summary>Talks to the server's API and turns what goes wrong into one sentence each.</summary>
internal sealed class ApiClient(EndpointFinder finder, TimeSpan answerLimit) : IDisposable
{
    private const int PageSize = 100;
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private Endpoint? endpoint;

    internal Endpoint Endpoint => endpoint ??= finder.Find();

    public void Dispose() => http.Dispose();

    /// <summary>Looks for the server anew: one that was restarted may have another address and token. True when it has.</summary>
    internal bool FindAgain()
    {
        var former = endpoint;
        try
        {
            endpoint = finder.Find();
        }
        catch (ClientException)
        {
            // Its file is away while it restarts; the next request fails and says so.
        }

        return endpoint != former;
    }

    internal Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Gets what the server reads files for: however large they are, it is waited for.</summary>
    internal Task<JsonNode> GetReadAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, Timeout.InfiniteTimeSpan, cancellationToken);

    internal Task<JsonNode> PostAsync(string path, JsonNode? body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, cancellationToken);

    /// <summary>Posts what the server reads files for, likewise.</summary>
    internal Task<JsonNode> PostReadAsync(string path, JsonNode? body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, Timeout.InfiniteTimeSpan, cancellationToken);

    internal Task<JsonNode> PutAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, null, cancellationToken);

    internal Task<JsonNode> PatchAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, body, cancellationToken);

    internal Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, null, cancellationToken);

    /// <summary>All objects of a collection, page by page, or the first so many.</summary>
    /// <param name="path">The collection.</param>
    /// <param name="key">The field of a page that holds its objects.</param>
    /// <param name="query">Filters, as <c>a=b&amp;c=d</c>.</param>
    /// <param name="limit">How many at most; null for all.</param>
    internal async Task<JsonArray> ListAsync(string path, string key, string? query, int? limit, CancellationToken cancellationToken)
    {
        var all = new JsonArray();
        while (limit is null || all.Count < limit)
        {
            var size = Math.Min(PageSize, (limit ?? int.MaxValue) - all.Count);
            var page = await GetAsync($"{path}?{(query is null ? "" : query + "&")}limit={size}&offset={all.Count}", cancellationToken);
            var items = page.List(key).Select(item => item?.DeepClone()).ToList();
            foreach (var item in items)
                all.Add(item);
            if (items.Count == 0 || all.Count >= page.Int("total_entries"))
                break;
        }

        return all;
    }

    private Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, answerLimit, cancellationToken);

    private async Task<JsonNode> SendAsync(
        HttpMethod method, string path, JsonNode? body, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        using var request = new HttpRequestMessage(method, new Uri(Endpoint.Address, "api/v2/" + path));
        if (Endpoint.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            if (response.StatusCode == HttpStatusCode.NoContent)
                return new JsonObject();
            return response.IsSuccessStatusCode && Parse(text) is { } answer ? answer : throw Refused(response.StatusCode, Parse(text));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            throw Unreachable(Innermost(lost), lost);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {Format.Duration(limit.TotalSeconds)}", late);
        }
        catch (FormatException wrong)
        {
            // A token with a line break, say, does not fit into a header.
            throw new ClientException($"The token from {Endpoint.TokenSource} is not one: {wrong.Message}", wrong);
        }
    }

    private ClientException Unreachable(string reason, Exception cause) => new(
        $"The server at {Endpoint.Name} (from {Endpoint.AddressSource}) does not answer: {reason.TrimEnd('.')}. "
            + "Start it with `workflow up`, or name another with --url.",
        cause)
    {
        Transient = true,
    };

    private ClientException Refused(HttpStatusCode status, JsonNode? answer)
    {
        if (status == HttpStatusCode.Unauthorized)
            return new ClientException(UnauthorizedMessage()) { Status = status };
        if (status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
            return Unreachable(answer.Text("detail") ?? $"{(int)status} {status}", new HttpRequestException(null, null, status));
        if (answer.Text("detail") is not { } detail)
        {
            return new ClientException(
                $"{Endpoint.Name} (from {Endpoint.AddressSource}) answered {(int)status} {status}, not as a Workflow server does. "
                + "Name the right one with --url.");
        }

        var errors = answer.List("errors").Select(error => $"\n  {error.Text("name")}: {error.Text("message")}");
        return new ClientException(detail + string.Concat(errors)) { Status = status };
    }

    private string UnauthorizedMessage() => Endpoint.Token is null
        ? $"The server at {Endpoint.Name} wants a token and none was given. Name one with --token or WORKFLOW_TOKEN."
        : $"The server at {Endpoint.Name} does not accept the token from {Endpoint.TokenSource}. Name the right one with --token.";

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The outer message repeats host and port, which the sentence has already.
    private static string Innermost(Exception lost)
    {
        for (var inner = lost; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException)
                return inner.Message;
        }

        return lost.Message;
    }
}
